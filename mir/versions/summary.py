"""A vector for each recording that versions share: the first look at a library, before aligning.

The magnitude of the two-dimensional Fourier transform of a patch of chroma does not know in which
key it was played nor when it began (Bertin-Mahieux and Ellis 2012, "Large-scale cover song
recognition using the 2D Fourier transform magnitude"). Theirs takes beats as frames, and so depends
on finding them. Here frames are half seconds, and it is the frequencies in time that are gathered
in wide, overlapping bands of equal ratio: a tempo a fifth faster moves little to the next.
"""

from functools import lru_cache

import numpy as np

from mir.analysis import FloatArray
from mir.versions.chroma import LEVELS, Chroma

_PATCH = 48  # frames: 24 s
_HOP = 8  # frames between patches
_BANDS_PER_OCTAVE = 6
_WIDTH = 1 / 3  # octaves from a band's middle to where it ends
_POWER = 0.25  # of the mean magnitude in a band: the faint ones tell too
_BLOCK = 512  # patches at once


def summary(chroma: Chroma) -> FloatArray | None:
    """The vector of a recording, (`dimension()`,) float32 of unit length; None without any pitch.

    The cosine of two recordings is high where both are versions of one piece. All components are
    positive: take the mean of the library away before comparing, or all seem alike.
    """
    levels = chroma.levels.astype(np.float32) / LEVELS
    levels -= levels.mean(axis=1, keepdims=True)
    length = np.linalg.norm(levels, axis=1, keepdims=True)
    if not length.any():
        return None
    levels /= np.where(length > 0, length, 1)
    if len(levels) < _PATCH:
        levels = np.pad(levels, ((0, _PATCH - len(levels)), (0, 0)))
    patches = np.lib.stride_tricks.sliding_window_view(levels, _PATCH, axis=0)[::_HOP]
    window = np.hanning(_PATCH + 2)[1:-1].astype(np.float32)
    total = np.zeros((12, _PATCH // 2 + 1))
    for start in range(0, len(patches), _BLOCK):
        block = patches[start : start + _BLOCK] * window  # (patches, 12, _PATCH)
        total += np.abs(np.fft.rfft2(block, axes=(1, 2))).sum(axis=0)
    # The first row is the sum over classes, which was taken away.
    bands = (total[1:] / len(patches)) @ _bands()
    vector = bands.ravel() ** _POWER
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def dimension() -> int:
    """How many numbers a summary has."""
    return 11 * _bands().shape[1]


@lru_cache(maxsize=1)
def _bands() -> FloatArray:
    """Weights (frequencies, bands), summing to 1 in each band; the first is what stands still."""
    frequencies = np.arange(_PATCH // 2 + 1)
    bands = [(frequencies == 0).astype(np.float32)]
    middle = 1.0
    while middle < _PATCH // 2:
        away = np.abs(np.log2(np.maximum(frequencies, 0.25) / middle))
        weights = np.clip(1 - away / _WIDTH, 0, None) * (frequencies > 0)
        if not weights.any():  # low down, bands are narrower than the steps between frequencies
            weights[round(middle)] = 1
        bands.append((weights / weights.sum()).astype(np.float32))
        middle *= 2 ** (1 / _BANDS_PER_OCTAVE)
    return np.stack(bands, axis=1)
