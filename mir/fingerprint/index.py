"""The index of many tracks' landmarks: segments that never change, and which rows are gone.

Adding makes a segment of its own and merges the small ones, as log-structured stores do; removing
marks rows, and a segment that has lost a quarter of them is written afresh. Both return another
index: whoever holds the old one goes on with it undisturbed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.fingerprint.landmarks import Landmarks
from mir.fingerprint.segment import LAST, Segment, build, merged

_LARGEST = 1 << 26  # postings of a segment that are still merged: 270 MB
_BATCH = 500  # tracks paired at a time
_GONE = 0.25  # of a segment's tracks, at which it is written afresh


@dataclass(frozen=True, slots=True, eq=False)
class FingerprintIndex:
    """Landmarks of tracks by id, to be looked up by `mir.fingerprint.identify`."""

    segments: tuple[Segment, ...] = ()
    alive: tuple[NDArray[np.bool_], ...] = ()  # for each segment, which of its rows count

    @property
    def tracks(self) -> NDArray[np.int64]:
        """The ids of all tracks, in no order of use."""
        ids = [each.tracks[keep] for each, keep in zip(self.segments, self.alive, strict=True)]
        return np.concatenate([np.empty(0, np.int64), *ids])

    def __len__(self) -> int:
        """Return how many tracks there are."""
        return sum(int(keep.sum()) for keep in self.alive)

    def landmarks(self, track: int) -> Landmarks | None:
        """The landmarks of a track; None if it is not held."""
        for segment, alive in zip(self.segments, self.alive, strict=True):
            for row in np.flatnonzero((segment.tracks == track) & alive):
                return segment.landmarks(int(row))
        return None

    def add(self, heard: Mapping[int, bytes]) -> "FingerprintIndex":
        """The index with the tracks in `heard`, packed landmarks by id, new or in place of old.

        Raises FingerprintError if one is damaged; then nothing is added.
        """
        segments = list(_built(heard))
        without = self.remove(heard)
        alive = [np.ones(len(each), np.bool_) for each in segments]
        return FingerprintIndex((*without.segments, *segments), (*without.alive, *alive))._tidied()

    def remove(self, tracks: Iterable[int]) -> "FingerprintIndex":
        """The index without `tracks`; ids that it does not hold are passed over."""
        gone = np.fromiter(tracks, np.int64)
        alive = tuple(
            keep & ~np.isin(each.tracks, gone)
            for each, keep in zip(self.segments, self.alive, strict=True)
        )
        return FingerprintIndex(self.segments, alive)._tidied()

    def without(self, track: int) -> "FingerprintIndex":
        """The index as it would answer without a track, for a question or two: quickly made."""
        alive = tuple(
            keep & (each.tracks != track)
            for each, keep in zip(self.segments, self.alive, strict=True)
        )
        return FingerprintIndex(self.segments, alive)

    def _tidied(self) -> "FingerprintIndex":
        """The same tracks in fewer segments where small or hollow ones stand."""
        done: list[tuple[Segment, NDArray[np.bool_]]] = []
        for segment, keep in zip(self.segments, self.alive, strict=True):
            if not keep.any():
                continue
            if keep.mean() < 1 - _GONE:
                segment, keep = _fresh([(segment, keep)])
            done.append((segment, keep))
            # Each at least twice as large as the next: adding one by one stays cheap on average.
            while len(done) > 1 and _mergeable(done[-2][0], done[-1][0]):
                done[-2:] = [_fresh(done[-2:])]
        return FingerprintIndex(tuple(each for each, _ in done), tuple(keep for _, keep in done))


def _built(heard: Mapping[int, bytes]) -> Iterable[Segment]:
    items = list(heard.items())
    for start in range(0, len(items), _BATCH):
        yield build(items[start : start + _BATCH])


def _mergeable(larger: Segment, smaller: Segment) -> bool:
    postings = len(larger.postings) + len(smaller.postings)
    fits = postings <= _LARGEST and int(larger.starts[-1] + smaller.starts[-1]) <= LAST
    return fits and len(larger.postings) < 2 * max(1, len(smaller.postings))


def _fresh(parts: list[tuple[Segment, NDArray[np.bool_]]]) -> tuple[Segment, NDArray[np.bool_]]:
    segment = merged([each for each, _ in parts], [keep for _, keep in parts])
    return segment, np.ones(len(segment), np.bool_)
