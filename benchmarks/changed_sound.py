"""Changes that music undergoes between one copy and another, and how often each may be forgiven.

Filters and codecs are FFmpeg's (PyAV), so that nothing of the product judges itself. Sound
is mono float32 at `RATE`, more than the network's 16 kHz so that a semitone down has something
to bring down from above; only the mp3 is made of the stereo sound at its full rate.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import av
import av.filter
import numpy as np
import scipy.signal
import soxr
from numpy.typing import NDArray

RATE = 24_000  # Hz
SEMITONE = 2 ** (1 / 12)
TEMPO = 1.08
TILT_DB = 3.0
SOFTER_DB = 12.0
SNR_DB = 10.0
MP3_BIT_RATE = 64_000

Mono = NDArray[np.float32]
Apply = Callable[[Mono, np.random.Generator], Mono]


@dataclass(frozen=True, slots=True)
class Change:
    """One way to change sound.

    `target` is the share of cases in which the original should still be found first. `tempo`
    says how much faster the result is. `apply` is None for the mp3, which is not made of samples.
    """

    name: str
    target: float
    apply: Apply | None
    tempo: float = 1.0


def tilted(decibels: float) -> Apply:
    """Turn the spectrum about 632 Hz: up by `decibels` at 8 kHz, down as much at 50 Hz."""
    hertz = np.concatenate([[0.0], np.geomspace(50, 8_000, 25), [RATE / 2]])
    place = np.log(np.clip(hertz, 50, 8_000) / 50) / np.log(8_000 / 50)
    gain = 10 ** (decibels * (2 * place - 1) / 20)
    taps = scipy.signal.firwin2(2047, hertz, gain, fs=RATE).astype(np.float32)

    def apply(samples: Mono, rng: np.random.Generator) -> Mono:
        return scipy.signal.oaconvolve(samples, taps, mode="same").astype(np.float32)

    return apply


def softer(samples: Mono, rng: np.random.Generator) -> Mono:
    """Lower the level."""
    return samples * np.float32(10 ** (-SOFTER_DB / 20))


def stretched(tempo: float) -> Apply:
    """Play `tempo` times as fast at the same pitch (FFmpeg's atempo: overlapped waveforms)."""

    def apply(samples: Mono, rng: np.random.Generator) -> Mono:
        return _filtered(samples, [("atempo", f"{tempo:.6f}")])

    return apply


def transposed(ratio: float) -> Apply:
    """Multiply the pitch by `ratio` at the same tempo: resampled, then stretched back."""

    def apply(samples: Mono, rng: np.random.Generator) -> Mono:
        faster = soxr.resample(samples, RATE * ratio, RATE).astype(np.float32)
        return _filtered(faster, [("atempo", f"{1 / ratio:.6f}")])

    return apply


def white(samples: Mono, rng: np.random.Generator) -> Mono:
    """Add noise that is as strong at each frequency up to 8 kHz."""
    noise = soxr.resample(rng.standard_normal(len(samples)), 16_000, RATE)
    return _mixed(samples, noise)


def pink(samples: Mono, rng: np.random.Generator) -> Mono:
    """Add noise that falls by 3 dB an octave, as music and a room full of people do."""
    spectrum = np.fft.rfft(rng.standard_normal(len(samples)))
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    return _mixed(samples, np.fft.irfft(spectrum / np.sqrt(np.maximum(hertz, 30))))


CHANGES: Mapping[str, Change] = {
    "mp3": Change("mp3 64 kbit/s", 0.99, None),
    "tilt-up": Change("tilt +3 dB", 0.99, tilted(TILT_DB)),
    "tilt-down": Change("tilt -3 dB", 0.99, tilted(-TILT_DB)),
    "softer": Change("gain -12 dB", 0.99, softer),
    "faster": Change("8 % faster", 0.95, stretched(TEMPO), TEMPO),
    "slower": Change("8 % slower", 0.95, stretched(1 / TEMPO), 1 / TEMPO),
    "higher": Change("semitone up", 0.95, transposed(SEMITONE)),
    "lower": Change("semitone down", 0.95, transposed(1 / SEMITONE)),
    "white": Change("white, 10 dB SNR", 0.90, white),
    "pink": Change("pink, 10 dB SNR", 0.90, pink),
}


def _mixed(samples: Mono, noise: NDArray[np.float64]) -> Mono:
    noise = noise[: len(samples)]
    power = float(np.mean(samples.astype(np.float64) ** 2))
    scale = np.sqrt(power / 10 ** (SNR_DB / 10) / np.mean(noise**2))
    return (samples[: len(noise)] + scale * noise).astype(np.float32)


def _filtered(samples: Mono, filters: list[tuple[str, str]]) -> Mono:
    """Send mono float samples through a chain of FFmpeg's filters."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="flt", sample_rate=RATE, layout="mono")
    chain = [source, *(graph.add(*each) for each in filters), graph.add("abuffersink")]
    graph.link_nodes(*chain).configure()
    out: list[Mono] = []
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="flt", layout="mono")
    frame.sample_rate, frame.pts = RATE, 0
    graph.push(frame)
    graph.push(None)
    while True:
        try:
            out.append(graph.pull().to_ndarray().reshape(-1))
        except (av.EOFError, av.BlockingIOError):
            return np.concatenate(out) if out else np.zeros(0, np.float32)
