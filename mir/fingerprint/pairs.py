"""Pairs of peaks as hashes: what an index is asked for.

A peak is paired with every later one within `_FRAMES` and `_BINS` of it; the first one's bin,
the distance in bins and that in frames make a hash. Of all hashes there could be, one in `_ONE_IN`
is used, the same on both sides, chosen by scrambling: an index then holds a sixteenth of the pairs,
and as many fewer are looked up, while a pair of peaks that both sides heard counts as often as
before. Keeping the pairs nearest in time instead costs many more look-ups for as much found.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.fingerprint.peaks import Peaks

_FRAMES = 63  # two seconds
_BINS = 127  # 990 Hz
_BITS = 23  # of a hash: 512 bins x 255 distances x 63 steps of time
_ONE_IN = 16
_SCRAMBLER = 0x9E3779B1 % (1 << _BITS) | 1  # odd, so that scrambling loses nothing

HASHES = (1 << _BITS) // _ONE_IN


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Hashes in [0, HASHES) and the frames of their first peaks, in no order of use."""

    hashes: NDArray[np.uint32]  # (n,)
    frames: NDArray[np.int32]  # (n,)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.hashes)


def pairs(peaks: Peaks) -> Pairs:
    """The pairs of `peaks` whose hashes are in use."""
    frames, bins = peaks.frames, peaks.bins
    hashes: list[NDArray[np.uint32]] = []
    firsts: list[NDArray[np.int32]] = []
    for apart in range(1, len(frames)):  # in the list, which is in the order of time
        steps = frames[apart:] - frames[:-apart]
        if steps.min() > _FRAMES:
            break
        distances = bins[apart:] - bins[:-apart]
        first = np.flatnonzero((steps > 0) & (steps <= _FRAMES) & (np.abs(distances) <= _BINS))
        scrambled = _scrambled(bins[first], distances[first], steps[first])
        used = scrambled < HASHES
        hashes.append(scrambled[used])
        firsts.append(frames[first[used]])
    if not hashes:
        return Pairs(np.empty(0, np.uint32), np.empty(0, np.int32))
    return Pairs(np.concatenate(hashes), np.concatenate(firsts))


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
