"""Pairs of peaks as hashes: what an index is asked for.

A peak is paired with every later one within `_FRAMES` and `_BINS` of it; the first one's bin,
the distance in bins and that in frames make a hash. Of all hashes there could be, one in `_ONE_IN`
is used, the same on both sides, chosen by scrambling: an index then holds a sixteenth of the
pairs, and as many fewer are looked up, while a pair of peaks that both sides heard counts as
often as before. Keeping the pairs nearest in time instead would cost more look-ups: a clip in
noise cannot know which they were.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray
from mir.fingerprint.peaks import Peaks

_FRAMES = 63  # two seconds
_BINS = 127  # 990 Hz
_BITS = 23  # of a hash: 512 bins x 255 distances x 63 steps of time
_ONE_IN = 16
_AT_ONCE = 4_096  # first peaks, to bound memory
_SCRAMBLER = 0x9E3779B1 % (1 << _BITS) | 1  # odd, so that scrambling loses nothing

HASHES = (1 << _BITS) // _ONE_IN


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Hashes in [0, HASHES) and the frames of their first peaks, in no order of use."""

    hashes: NDArray[np.uint32]  # (n,)
    frames: NDArray[np.int32]  # (n,)
    trust: FloatArray | None = None  # (n,) product of that of both peaks; None: all alike

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.hashes)


def pairs(peaks: Peaks) -> Pairs:
    """The pairs of `peaks` whose hashes are in use."""
    hashes = [np.empty(0, np.uint32)]
    frames = [np.empty(0, np.int32)]
    trust = [np.empty(0, np.float32)]
    for start in range(0, len(peaks), _AT_ONCE):
        first, second = _near(peaks.frames, start, start + _AT_ONCE)
        distances = peaks.bins[second] - peaks.bins[first]
        near = np.abs(distances) <= _BINS
        first, second = first[near], second[near]
        steps = peaks.frames[second] - peaks.frames[first]
        scrambled = _scrambled(peaks.bins[first], distances[near], steps)
        used = scrambled < HASHES
        hashes.append(scrambled[used])
        frames.append(peaks.frames[first[used]])
        if peaks.trust is not None:
            trust.append(peaks.trust[first[used]] * peaks.trust[second[used]])
    return Pairs(
        np.concatenate(hashes),
        np.concatenate(frames),
        None if peaks.trust is None else np.concatenate(trust),
    )


def _near(
    frames: NDArray[np.int32], start: int, end: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of pairs near in time, the first of each in [start, end)."""
    firsts = frames[start:end]
    begins = np.searchsorted(frames, firsts, "right")
    counts = np.searchsorted(frames, firsts + _FRAMES, "right") - begins
    first = np.repeat(np.arange(start, start + len(firsts)), counts)
    before = np.cumsum(counts) - counts
    return first, np.arange(len(first)) + np.repeat(begins - before, counts)


def _scrambled(
    bins: NDArray[np.int32], distances: NDArray[np.int32], steps: NDArray[np.int32]
) -> NDArray[np.uint32]:
    """One number in [0, 2 ** _BITS) for each pair, no two pairs the same."""
    plain = (bins * (2 * _BINS + 1) + distances + _BINS) * _FRAMES + steps - 1
    mask = np.uint32((1 << _BITS) - 1)
    number = plain.astype(np.uint32)
    for _ in range(2):
        number = (number * np.uint32(_SCRAMBLER)) & mask
        number ^= number >> np.uint32(11)
    return number
