"""What befalls a clip before it is looked for: noise, codecs, telephones, rooms, tempo, speed.

All of it works on sound at the fingerprints' own rate but the codecs, which are given the
recording's full band in stereo, for there is where they spend their bits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soxr
from babble import Sound, noises, room
from scipy.signal import butter, fftconvolve, sosfiltfilt
from transcoding import Stereo, encode, read_stereo

from mir.audio.decode import read_start
from mir.fingerprint.spectrum import SAMPLE_RATE

Change = Callable[[Sound, np.random.Generator], Sound]

_SPARE = 0.25  # seconds more than needed that are read where a change may swallow some


@dataclass(frozen=True, slots=True)
class Condition:
    """A kind of query: its length, the share that must be found, what is done to it."""

    name: str
    seconds: float
    goal: float | None
    change: Change | None = None
    codec: str | None = None  # suffix of mir's transcoding: then at 32 kbit/s
    tempo: float = 1.0


def conditions(cache: Path) -> tuple[Condition, ...]:
    """All kinds of queries; the noise is kept in the folder `cache`."""
    heard = noises(cache)
    speech, crowd = (_noise(heard[name]) for name in ("speech", "crowd"))
    return (
        Condition("clean 3 s", 3, 0.95),
        Condition("clean 5 s", 5, 0.98),
        Condition("clean 10 s", 10, 0.995),
        Condition("speech at 0 dB, 10 s", 10, 0.95, speech),
        Condition("crowd at 0 dB, 10 s", 10, 0.95, crowd),
        Condition("mp3 32 kbit/s, 10 s", 10, 0.95, codec="mp3"),
        Condition("opus 32 kbit/s, 10 s", 10, 0.95, codec="opus"),
        Condition("telephone, 10 s", 10, 0.95, _telephone),
        Condition("room RT60 0.5 s, 10 s", 10, 0.95, _room),
        Condition("room, telephone, opus, 10 s", 10, 0.95, _room_and_telephone, "opus"),
        Condition("tempo +2 %, 10 s", 10, 0.90, _tempo(1.02), tempo=1.02),
        Condition("tempo -2 %, 10 s", 10, 0.90, _tempo(0.98), tempo=0.98),
        Condition("speed +2 % (pitch, too), 10 s", 10, None, _speed(1.02), tempo=1.02),
        Condition("speed -2 % (pitch, too), 10 s", 10, None, _speed(0.98), tempo=0.98),
    )


def changed(
    condition: Condition, path: Path, sound: Sound, start: int, rng: np.random.Generator
) -> Sound:
    """The clip of a condition.

    sound: the whole recording at SAMPLE_RATE, of the file `path`; start: the clip's first sample.
    """
    length = round(condition.seconds * SAMPLE_RATE)
    needed = round((condition.seconds * condition.tempo + _SPARE) * SAMPLE_RATE)
    if condition.codec is None:
        clip = sound[start : start + needed]
        return (condition.change(clip, rng) if condition.change else clip)[:length]
    stereo = read_stereo(path, start / SAMPLE_RATE, condition.seconds)
    if condition.change is not None:
        mono = soxr.resample(stereo.mean(axis=1), 48_000, SAMPLE_RATE).astype(np.float32)
        mono = soxr.resample(condition.change(mono, rng), SAMPLE_RATE, 48_000)
        stereo = np.repeat(mono[:, None], 2, axis=1).astype(np.float32)
    return _through(stereo, condition.codec)[:length]


def _through(stereo: Stereo, suffix: str) -> Sound:
    encoded = encode(stereo, suffix, 32_000)
    return read_start(encoded, SAMPLE_RATE, 60).samples


def _noise(noise: Sound) -> Change:
    def add(clip: Sound, rng: np.random.Generator) -> Sound:
        first = int(rng.integers(0, len(noise) - len(clip)))
        part = noise[first : first + len(clip)]
        gain = np.sqrt((clip**2).mean() / (part**2).mean())
        return clip + np.float32(gain) * part

    return add


def _telephone(clip: Sound, _: np.random.Generator) -> Sound:
    """300 to 3400 Hz, in the 256 levels of mu-law."""
    narrow = sosfiltfilt(_BAND, clip)
    loudest = max(1e-9, float(np.abs(narrow).max()))
    level = np.sign(narrow) * np.log1p(255 * np.abs(narrow) / loudest) / np.log(256)
    level = np.round(level * 127) / 127
    heard = np.sign(level) * np.expm1(np.abs(level) * np.log(256)) / 255
    return heard.astype(np.float32) * np.float32(loudest)


_BAND = butter(4, [300, 3400], "bandpass", fs=SAMPLE_RATE, output="sos")


def _room(clip: Sound, rng: np.random.Generator) -> Sound:
    return fftconvolve(clip, room(0.5, rng))[: len(clip)].astype(np.float32) / 2


def _room_and_telephone(clip: Sound, rng: np.random.Generator) -> Sound:
    return _telephone(_room(clip, rng), rng)


def _tempo(ratio: float) -> Change:
    """Faster or slower at the same pitch, by FFmpeg's atempo (WSOLA)."""

    def stretch(clip: Sound, _: np.random.Generator) -> Sound:
        graph = av.filter.Graph()
        source = graph.add_abuffer(
            format="flt", sample_rate=SAMPLE_RATE, layout="mono", time_base=Fraction(1, SAMPLE_RATE)
        )
        atempo, sink = graph.add("atempo", str(ratio)), graph.add("abuffersink")
        source.link_to(atempo)
        atempo.link_to(sink)
        graph.configure()
        frame = av.AudioFrame.from_ndarray(clip[None, :].copy(), format="flt", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
        graph.push(frame)
        graph.push(None)
        parts = []
        while True:
            try:
                parts.append(graph.pull().to_ndarray().ravel())
            except (av.error.EOFError, av.error.BlockingIOError):
                return np.concatenate(parts).astype(np.float32)

    return stretch


def _speed(ratio: float) -> Change:
    """As a turntable: faster and higher."""

    def resample(clip: Sound, _: np.random.Generator) -> Sound:
        return soxr.resample(clip, SAMPLE_RATE * ratio, SAMPLE_RATE).astype(np.float32)

    return resample
