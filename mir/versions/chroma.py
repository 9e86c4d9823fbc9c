"""Chroma: how much of C, C#, … B sounds in each half second of a recording.

The peaks of a coarse spectrum are read as pitches, as in harmonic pitch class profiles (Gómez 2006,
"Tonal description of polyphonic audio for music content processing"); the tuning of the recording
is estimated from all of them and taken away; what sounds is folded into one octave, compressed, and
rounded to sixteen steps. As in CENS (Müller, Kurth and Clausen 2005, "Audio matching via
chroma-based statistical features") few frames and few steps are no loss: attacks, timbre and
rubato, in which performances differ, lie below them.

A frame takes 6 bytes when packed (`mir.versions.packing`), a minute 720.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray

FRAMES_PER_SECOND = 2
LEVELS = 15  # the loudest class of a frame
LOWEST_RATE = 4_000  # Hz, of the samples

_WINDOWS = 2  # spectra in a frame
_WINDOW_SECONDS = 0.512  # 2 Hz a bin part semitones from 60 Hz up
_LOWEST, _HIGHEST = 55.0, 1760.0  # Hz, A1 to A6; above it partials outnumber notes
_FLOOR = 0.03  # of a window's strongest peak, in amplitude: -30 dB
_FAINTEST = 1e-4  # amplitude of a sinusoid, of full scale: -80 dB is silence
_STEPS = 10  # in a semitone, that pitches are counted in until the tuning is known
_COMPRESSION = 4.0
_BLOCK = 64  # spectra at once
_C4 = 261.6256  # Hz


@dataclass(frozen=True, slots=True, eq=False)
class Chroma:
    """The pitch classes of a recording in steps of half a second.

    `levels` is (frames, 12) uint8 from 0 to `LEVELS`, C first; the strongest class of a frame
    is `LEVELS`, and a frame without any pitch is 0 throughout. `tuning` is how far the recording
    lies beside A = 440 Hz, in semitones from -0.5 to 0.5; it is taken away in `levels`.
    """

    levels: NDArray[np.uint8]
    tuning: float = 0.0

    @property
    def seconds(self) -> float:
        """The length that the frames cover."""
        return len(self.levels) / FRAMES_PER_SECOND

    def __eq__(self, other: object) -> bool:
        """Say whether both hold the same levels; the tuning is not compared."""
        if not isinstance(other, Chroma):
            return NotImplemented
        return np.array_equal(self.levels, other.levels)

    __hash__ = None  # type: ignore[assignment]


def chroma(samples: FloatArray, sample_rate: int) -> Chroma:
    """The chroma of a recording that is in memory.

    samples: (n,) mono, at `sample_rate` Hz, of `LOWEST_RATE` at least; NaN and infinity count as
    silence. Shorter than half a second is one frame; nothing at all is none.
    """
    stream = ChromaStream(sample_rate)
    step = 60 * sample_rate  # so that little is copied at once
    for start in range(0, len(samples), step):
        stream.add(samples[start : start + step])
    return stream.finish()


class ChromaStream:
    """The chroma of a recording that comes in stretches.

    Holds one window of samples and 480 bytes for each second heard, 17 MB for ten hours.
    """

    def __init__(self, sample_rate: int) -> None:
        """Raise ValueError where the rate is below `LOWEST_RATE`."""
        from scipy.fft import next_fast_len  # late: a server starts without transforms

        if sample_rate < LOWEST_RATE:
            raise ValueError(
                f"a sample rate of {sample_rate} Hz holds too few pitches; "
                f"resample to {LOWEST_RATE} Hz or more"
            )
        self._rate = sample_rate
        self._hop = round(sample_rate / (FRAMES_PER_SECOND * _WINDOWS))
        self._size = next_fast_len(int(_WINDOW_SECONDS * sample_rate), real=True)
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self._size) / self._size)
        self._window = (2.0 * hann / hann.sum()).astype(np.float32)
        self._rest = np.zeros(0, np.float32)
        self._heard = 0  # samples
        self._counts: list[FloatArray] = []  # (windows, 12 * _STEPS) each
        self._turn = 0j

    def add(self, samples: FloatArray) -> None:
        """Hear the next samples, (n,) mono, of any number."""
        self._heard += len(samples)
        finite = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
        joined = np.concatenate([self._rest, finite.astype(np.float32, copy=False)])
        windows = max(0, (len(joined) - self._size) // self._hop + 1)
        self._hear(joined, windows)
        self._rest = joined[windows * self._hop :]

    def finish(self) -> Chroma:
        """The chroma of all that was added; the stream is used up."""
        frames = -(-self._heard // (self._hop * _WINDOWS))
        missing = frames * _WINDOWS - sum(map(len, self._counts))
        wanted = max(0, missing - 1) * self._hop + self._size
        self._hear(np.pad(self._rest, (0, max(0, wanted - len(self._rest)))), max(0, missing))
        if not frames:
            return Chroma(np.zeros((0, 12), np.uint8))
        counts = np.concatenate(self._counts)[: frames * _WINDOWS]
        tuning = float(np.angle(self._turn) / (2 * np.pi))
        classes = counts @ _folding(tuning)  # (windows, 12)
        return Chroma(_levels(classes.reshape(frames, _WINDOWS, 12).sum(axis=1)), tuning)

    def _hear(self, samples: FloatArray, windows: int) -> None:
        from scipy.fft import rfft  # late, as above

        for first in range(0, windows, _BLOCK):
            count = min(_BLOCK, windows - first)
            part = samples[first * self._hop : (first + count - 1) * self._hop + self._size]
            frames = np.lib.stride_tricks.sliding_window_view(part, self._size)[:: self._hop]
            self._count(np.abs(rfft(frames * self._window, axis=1)))

    def _count(self, level: FloatArray) -> None:
        """Find the peaks of spectra (windows, bins) and count them by pitch."""
        wide = self._rate / self._size  # Hz of a bin
        low, high = int(_LOWEST / wide), min(int(_HIGHEST / wide), level.shape[1] - 2)
        level = level[:, low - 1 : high + 2]
        middle, left, right = level[:, 1:-1], level[:, :-2], level[:, 2:]
        strongest = middle.max(axis=1, keepdims=True)
        least = np.maximum(_FLOOR * strongest, _FAINTEST)
        flat = np.flatnonzero((middle > left) & (middle >= right) & (middle > least))
        row, column = np.divmod(flat, middle.shape[1])
        flat += 2 * row + 1  # of `level`, which is two columns wider
        top, before, after = level.take(flat), level.take(flat - 1), level.take(flat + 1)
        shift = 0.5 * (before - after) / (before - 2 * top + after)
        pitch = 12 * np.log2((column + low + shift) * (wide / _C4))
        weight = np.sqrt(top)
        self._turn += complex(np.sum(weight * np.exp(2j * np.pi * pitch)))
        step = np.round(pitch * _STEPS).astype(np.int64) % (12 * _STEPS)
        place = row * (12 * _STEPS) + step
        sums = np.bincount(place, weights=weight, minlength=len(level) * 12 * _STEPS)
        self._counts.append(sums.reshape(len(level), -1).astype(np.float32))


def _folding(tuning: float) -> FloatArray:
    """What each step of a semitone gives to each class, (12 * _STEPS, 12), for that tuning.

    Between two semitones a peak says little.
    """
    pitch = np.arange(12 * _STEPS) / _STEPS - tuning
    nearest = np.round(pitch)
    weight = np.cos(np.pi * (pitch - nearest)) ** 2
    folding = np.zeros((12 * _STEPS, 12), np.float32)
    folding[np.arange(12 * _STEPS), nearest.astype(np.int64) % 12] = weight
    return folding


def _levels(classes: FloatArray) -> NDArray[np.uint8]:
    """Compress each frame against its own strongest class and round it."""
    strongest = classes.max(axis=1, keepdims=True)
    relative = classes / np.where(strongest > 0, strongest, 1)
    pressed = np.log1p(_COMPRESSION * relative) / np.log1p(_COMPRESSION)
    return np.round(LEVELS * pressed).astype(np.uint8)
