"""Picks the peaks of a spectrogram that noise, codecs and rooms leave standing.

A peak is louder than everything within `_NEAR_FRAMES` and `_NEAR_BINS` of it. Of those, the
strongest in each half second count, high ones raised by `_TILT` since music falls off towards
the treble. A library keeps few (they must be paid for), a clip many (its own may be drowned in
noise, and the right ones be among the weaker); the few are always among the many.

Of a clip's many some are likelier than others to be among the few of its recording: the strong
ones of a block, and those on a tone that stays, as notes do and babble does not. How likely, their
*trust* says; it decides which of them an index is asked about first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray
from mir.fingerprint.spectrum import power_spectrogram

BLOCK = 16  # frames in which peaks compete: half a second
LIBRARY_PEAKS = 8  # a block, of a track of the library
CLIP_PEAKS = 48  # a block, of a clip that is looked for

_NEAR_FRAMES = 3
_NEAR_BINS = 4
_LOWEST_BIN = 13  # 102 Hz: below lie mains hum and handling noise
_HIGHEST_BIN = 499  # 3.9 kHz: above, resamplers differ
_TILT = 3.0  # dB an octave
_FLOOR = -85.0  # dB under a full-scale sinusoid: what is weaker is dither

# Log odds of a clip's peak: fitted by logistic regression to clips in babble and in crowds, and
# through rooms and telephones; docs/fingerprints.md tells how.
_ODDS = 0.74
_BY_RANK = -1.36  # times the logarithm of the rank in its block plus 4
_BY_STEADINESS = 0.123  # a dB by which its bin is louder than those beside it, over 7 frames


@dataclass(frozen=True, slots=True, eq=False)
class Peaks:
    """Peaks of a spectrogram in the order of time, then of frequency."""

    frames: NDArray[np.int32]  # (n,) since the start
    bins: NDArray[np.int32]  # (n,) in [0, BINS) of mir.fingerprint.spectrum
    trust: FloatArray | None = None  # (n,) of a clip's, in (0, 1); None: all alike

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.frames)


def peaks(samples: FloatArray, per_block: int, *, trusted: bool = False) -> Peaks:
    """The strongest `per_block` peaks of each half second of samples (n,) at SAMPLE_RATE.

    trusted: with the trust of each, as a clip needs it.
    """
    from scipy.ndimage import maximum_filter1d  # late: a server starts without transforms

    power = power_spectrogram(samples)[:, _LOWEST_BIN : _HIGHEST_BIN + 1]
    highest = maximum_filter1d(power, 2 * _NEAR_BINS + 1, axis=1, mode="nearest")
    highest = maximum_filter1d(highest, 2 * _NEAR_FRAMES + 1, axis=0, mode="nearest")
    frames, bins = np.nonzero((power == highest) & (power > _FLOOR))
    strength = power[frames, bins] + _tilt()[bins]
    rank = _ranks(frames // BLOCK, strength)
    kept = rank < per_block
    frames, bins, rank = frames[kept], bins[kept], rank[kept]
    trust = _trust(power, frames, bins, rank) if trusted else None
    return Peaks(frames.astype(np.int32), (bins + _LOWEST_BIN).astype(np.int32), trust)


def joined(parts: Sequence[Peaks]) -> Peaks:
    """Peaks of stretches that follow one another, at least one; with trust if all have it."""
    trust = [each.trust for each in parts if each.trust is not None]
    return Peaks(
        np.concatenate([each.frames for each in parts]),
        np.concatenate([each.bins for each in parts]),
        np.concatenate(trust) if len(trust) == len(parts) else None,
    )


def _trust(
    power: FloatArray, frames: NDArray[np.int64], bins: NDArray[np.int64], rank: NDArray[np.int64]
) -> FloatArray:
    """(n,) the chance, in (0, 1), of each peak that it is a landmark of the clip's recording."""
    height, width = power.shape
    near_frames = frames[:, None] + np.arange(-_NEAR_FRAMES, _NEAR_FRAMES + 1)
    near_bins = bins[:, None] + np.arange(-_NEAR_BINS, _NEAR_BINS + 1)
    near_frames, near_bins = near_frames.clip(0, height - 1), near_bins.clip(0, width - 1)
    around = power[near_frames[:, :, None], near_bins[:, None, :]].mean(axis=1)  # (n, bins)
    steadiness = around[:, _NEAR_BINS] - around.mean(axis=1)
    odds = _ODDS + _BY_RANK * np.log(rank + 4) + _BY_STEADINESS * steadiness
    return (1 / (1 + np.exp(-odds))).astype(np.float32)


def _tilt() -> FloatArray:
    octaves = np.log2(np.arange(_LOWEST_BIN, _HIGHEST_BIN + 1) / _LOWEST_BIN)
    return (_TILT * octaves).astype(np.float32)


def _ranks(blocks: NDArray[np.int64], strength: FloatArray) -> NDArray[np.int64]:
    """(n,) how many of the same block are stronger; blocks are ascending."""
    order = np.lexsort((-strength, blocks))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order)) - np.searchsorted(blocks, blocks)
    return ranks
