"""Key and mode, from how much of each of the twelve pitch classes sounds.

The peaks of a coarse spectrogram (half a second a frame) are read as pitches, the tuning of the
recording is estimated from them and taken away, and what sounds is folded into one octave, twice:
all of it, and the bass alone. Both are compared with a profile of each key, as in Krumhansl (1990),
"Cognitive Foundations of Musical Pitch". The profiles began as those of Albrecht and Shanahan
(2013), "The use of large corpora to train a new type of key-finding algorithm", and were fitted by
a multinomial logistic regression to the tuning part of the music of `benchmarks/known_answers.py`;
so the fit of a key is a logarithm of its odds, and the confidence a probability.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from mir.analysis import FloatArray

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_WINDOW_SECONDS = 0.512  # 8192 samples at 16 kHz: 2 Hz a bin parts semitones from 60 Hz up
_LOWEST, _HIGHEST = 35.0, 2000.0  # Hz; above it partials outnumber notes
_BASS_BELOW = 200.0  # Hz
_FLOOR = 0.03  # of a frame's strongest peak, in amplitude: -30 dB
_CONTRAST = 0.1  # length of the classes' differences below which they tell less and less
_C4 = 261.6256  # Hz
# Log odds of each pitch class from the tonic up: of all that sounds, then of the bass.
_MAJOR = (6.99, -3.79, 1.72, -3.51, 3.53, -0.11, -3.01, 5.89, -3.68, -0.51, -5.22, 1.69)
_MAJOR_BASS = (1.58, -1.02, 0.67, -0.69, 0.39, -0.02, -0.50, 2.06, -1.05, 0.02, -1.43, -0.01)
_MINOR = (7.20, -4.49, 1.38, 2.26, -3.33, 0.73, -3.30, 6.51, -1.60, -3.46, -0.39, -1.50)
_MINOR_BASS = (2.30, -1.62, 0.02, 0.67, -0.87, 0.37, -0.92, 2.40, -0.72, -1.20, 0.68, -1.10)


@dataclass(frozen=True, slots=True)
class Key:
    """An estimate; `confidence` is the probability of this key among the 24, by the model."""

    name: str  # of the tonic: "C", "C#", … "B"
    mode: str  # "major" or "minor"
    confidence: float  # in [0, 1]


def estimate(passages: Sequence[FloatArray], sample_rate: int) -> Key | None:
    """The key of several passages of one recording, or None where nothing has a pitch.

    passages: (n,) samples each, mono.
    """
    found = pitch_classes(passages, sample_rate)
    if found is None:
        return None
    fits = _profiles() @ np.concatenate([_unit(found.all), _unit(found.bass)])
    odds = np.exp(fits - fits.max())
    best = int(np.argmax(fits))
    tonic, minor = best % 12, best >= 12
    return Key(NAMES[tonic], "minor" if minor else "major", float(1.0 / odds.sum()))


def _unit(classes: NDArray[np.float64]) -> NDArray[np.float64]:
    """The classes without their mean, at unit length; shorter where they hardly differ."""
    centred = classes - classes.mean()
    return centred / max(float(np.linalg.norm(centred)), _CONTRAST)


@dataclass(frozen=True, slots=True, eq=False)
class PitchClasses:
    """How much of C, C#, … B sounds: shape (12,) each, summing to 1, or all 0 without any bass."""

    all: NDArray[np.float64]
    bass: NDArray[np.float64]


def pitch_classes(passages: Sequence[FloatArray], sample_rate: int) -> PitchClasses | None:
    """What sounds in all passages together, in equal temperament; None where nothing has a pitch.

    passages: (n,) samples each, mono.
    """
    peaks = [_peaks(samples, sample_rate) for samples in passages]
    if not peaks:
        return None
    pitch, weight = (np.concatenate(each) for each in zip(*peaks, strict=True))
    # The tuning is the mean of how far pitches lie beside the semitones, taken on the circle.
    angle = np.float32(2 * np.pi) * pitch
    turn = complex(weight @ np.cos(angle), weight @ np.sin(angle))
    tuning = np.float32(np.angle(turn) / (2 * np.pi))
    nearest = np.round(pitch - tuning)
    beside = pitch - tuning - nearest
    # Between two semitones a peak says little.
    weight = weight * np.cos(np.float32(np.pi) * beside) ** 2
    low = pitch < 12 * np.log2(_BASS_BELOW / _C4)
    sums = [
        np.bincount(nearest[those].astype(np.int64) % 12, weights=weight[those], minlength=12)
        for those in (slice(None), low)
    ]
    if sums[0].sum() <= 0:
        return None
    return PitchClasses(*(each / max(float(each.sum()), 1e-12) for each in sums))


def _peaks(samples: FloatArray, sample_rate: int) -> tuple[FloatArray, FloatArray]:
    """Pitches in semitones above C4 and weights of the spectral peaks of all frames.

    A peak weighs by the root of its amplitude, so that one loud chord does not outvote a page
    of quiet ones, and a faint hiss between them says little.
    """
    size = scipy.fft.next_fast_len(int(_WINDOW_SECONDS * sample_rate), real=True)
    if len(samples) < size:
        samples = np.pad(samples, (0, size - len(samples)))
    frames = np.lib.stride_tricks.sliding_window_view(samples, size)[::size]
    spectrum = scipy.fft.rfft(frames * _window(size), axis=1)
    low, high = int(_LOWEST * size / sample_rate), int(_HIGHEST * size / sample_rate)
    level = np.abs(spectrum[:, low - 1 : high + 2])

    middle, left, right = level[:, 1:-1], level[:, :-2], level[:, 2:]
    strongest = middle.max(axis=1, keepdims=True)
    at = (middle > left) & (middle >= right) & (middle > _FLOOR * strongest) & (middle > 1e-3)
    flat = np.flatnonzero(at)  # of `middle`; indices are quicker than masks
    row, column = np.divmod(flat, middle.shape[1])
    flat += 2 * row + 1  # of `level`, which is two columns wider
    top, before, after = level.take(flat), level.take(flat - 1), level.take(flat + 1)
    shift = 0.5 * (before - after) / (before - 2 * top + after)
    hertz = (column.astype(np.float32) + (low + shift)) * np.float32(sample_rate / size)
    pitch = 12 * np.log2(hertz / np.float32(_C4))
    return pitch, np.sqrt(top)


@lru_cache(maxsize=4)
def _window(size: int) -> NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)).astype(np.float32)


@lru_cache(maxsize=1)
def _profiles() -> NDArray[np.float64]:
    """Shape (24, 24): C major to B major, then C minor to B minor; of all, then of the bass."""
    modes = ((_MAJOR, _MAJOR_BASS), (_MINOR, _MINOR_BASS))
    rows = [
        np.concatenate([np.roll(profile, tonic) for profile in mode])
        for mode in modes
        for tonic in range(12)
    ]
    return np.array(rows)
