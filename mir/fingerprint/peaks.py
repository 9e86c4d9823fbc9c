"""Picks the peaks of a spectrogram that noise, codecs and rooms leave standing.

A peak is louder than everything within `_NEAR_FRAMES` and `_NEAR_BINS` of it. Of those, the
strongest in each half second count, high ones raised by `_TILT` since music falls off towards
the treble. A library keeps few (they must be paid for), a clip many (its own may be drowned in
noise, and the right ones be among the weaker); the few are always among the many.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray
from mir.fingerprint.spectrum import power_spectrogram

BLOCK = 16  # frames in which peaks compete: half a second
LIBRARY_PEAKS = 8  # a block, of a track of the library
CLIP_PEAKS = 40  # a block, of a clip that is looked for

_NEAR_FRAMES = 3
_NEAR_BINS = 4
_LOWEST_BIN = 13  # 102 Hz: below lie mains hum and handling noise
_HIGHEST_BIN = 499  # 3.9 kHz: above, resamplers differ
_TILT = 3.0  # dB an octave
_FLOOR = -85.0  # dB under a full-scale sinusoid: what is weaker is dither


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Peaks of a spectrogram in the order of time, then of frequency."""

    frames: NDArray[np.int32]  # (n,) since the start
    bins: NDArray[np.int32]  # (n,) in [0, BINS) of mir.fingerprint.spectrum

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.frames)


def peaks(samples: FloatArray, per_block: int) -> Peaks:
    """The strongest `per_block` peaks of each half second of samples (n,) at SAMPLE_RATE."""
    from scipy.ndimage import maximum_filter1d  # late: a server starts without transforms

    power = power_spectrogram(samples)[:, _LOWEST_BIN : _HIGHEST_BIN + 1]
    highest = maximum_filter1d(power, 2 * _NEAR_BINS + 1, axis=1, mode="nearest")
    highest = maximum_filter1d(highest, 2 * _NEAR_FRAMES + 1, axis=0, mode="nearest")
    frames, bins = np.nonzero((power == highest) & (power > _FLOOR))
    strength = power[frames, bins] + _tilt()[bins]
    kept = _strongest(frames // BLOCK, strength, per_block)
    return Peaks(frames[kept].astype(np.int32), (bins[kept] + _LOWEST_BIN).astype(np.int32))


def _tilt() -> FloatArray:
    octaves = np.log2(np.arange(_LOWEST_BIN, _HIGHEST_BIN + 1) / _LOWEST_BIN)
    return (_TILT * octaves).astype(np.float32)


def _strongest(blocks: NDArray[np.int64], strength: FloatArray, count: int) -> NDArray[np.int64]:
    """Positions, ascending, of the `count` strongest in each block; blocks are ascending."""
    order = np.lexsort((-strength, blocks))
    ordered = blocks[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    return np.sort(order[rank < count])
