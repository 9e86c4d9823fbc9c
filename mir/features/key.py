"""Key and mode, from how much of each of the twelve pitch classes sounds.

The peaks of a coarse spectrogram (half a second a frame) are read as pitches, the tuning of the
recording is estimated from them and taken away, and what sounds is folded into one octave. The
twelve sums are correlated with a profile of each key (the method of Krumhansl 1990, "Cognitive
Foundations of Musical Pitch", with the profiles of Albrecht and Shanahan 2013, "The use of large
corpora to train a new type of key-finding algorithm").
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
_LOWEST, _HIGHEST = 60.0, 2000.0  # Hz; above it partials outnumber notes
_FLOOR = 0.01  # of a frame's strongest peak, in amplitude: -40 dB
_C4 = 261.6256  # Hz
# Albrecht and Shanahan (2013), table 1: pitch classes from the tonic up.
_MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)


@dataclass(frozen=True, slots=True)
class Key:
    """An estimate. `confidence` is how far the best key is ahead of the next best.

    It is the share of what the next best leaves unexplained that the best explains,
    (r1 - r2) / (1 - r2) for their correlations r1 >= r2: 0 where two keys fit
    alike (often a major key and its relative minor), 1 for a perfect fit without a rival.
    """

    name: str  # of the tonic: "C", "C#", … "B"
    mode: str  # "major" or "minor"
    confidence: float  # in [0, 1]


def estimate(passages: Sequence[FloatArray], sample_rate: int) -> Key | None:
    """The key of several passages of one recording, or None where nothing has a pitch.

    passages: (n,) samples each, mono.
    """
    classes = pitch_classes(passages, sample_rate)
    return None if classes is None else best_key(classes)


def best_key(classes: NDArray[np.floating]) -> Key | None:
    """The key whose profile correlates best with the pitch classes C … B, shape (12,), if any."""
    centred = classes - classes.mean()
    length = float(np.linalg.norm(centred))
    if length < 1e-6:
        return None
    fits = _profiles() @ (centred / length)
    order = np.argsort(-fits, kind="stable")
    best, next_best = float(fits[order[0]]), max(float(fits[order[1]]), 0.0)
    if best <= 0:
        return None
    ahead = (best - next_best) / max(1.0 - next_best, 1e-9)
    tonic, minor = int(order[0]) % 12, int(order[0]) >= 12
    return Key(NAMES[tonic], "minor" if minor else "major", float(np.clip(ahead, 0.0, 1.0)))


def pitch_classes(passages: Sequence[FloatArray], sample_rate: int) -> NDArray[np.float64] | None:
    """How much of C, C#, … B sounds: shape (12,), summing to 1; None where nothing has a pitch."""
    pitches, weights = [], []
    for samples in passages:
        pitch, weight = _peaks(samples, sample_rate)
        pitches.append(pitch)
        weights.append(weight)
    pitch = np.concatenate(pitches) if pitches else np.zeros(0, np.float32)
    weight = np.concatenate(weights) if weights else np.zeros(0, np.float32)
    if weight.sum() <= 0:
        return None
    # The tuning is the mean of how far pitches lie beside the semitones, taken on the circle.
    angle = np.float32(2 * np.pi) * pitch
    turn = complex(weight @ np.cos(angle), weight @ np.sin(angle))
    tuning = np.float32(np.angle(turn) / (2 * np.pi))
    nearest = np.round(pitch - tuning)
    beside = pitch - tuning - nearest
    weight = (
        weight * np.cos(np.float32(np.pi) * beside) ** 2
    )  # between two semitones a peak says little
    sums = np.bincount(nearest.astype(np.int64) % 12, weights=weight, minlength=12)
    total = float(sums.sum())
    return sums / total if total > 0 else None


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
    """Unit profiles without mean, shape (24, 12): C major to B major, then C minor to B minor."""
    rows = [np.roll(profile, tonic) for profile in (_MAJOR, _MINOR) for tonic in range(12)]
    profiles = np.array(rows) - np.mean(rows, axis=1, keepdims=True)
    return profiles / np.linalg.norm(profiles, axis=1, keepdims=True)
