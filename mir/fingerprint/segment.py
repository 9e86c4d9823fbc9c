"""A part of the index that never changes: the landmarks of some tracks and their pairs, sorted.

The tracks of a segment lie one behind the other on one line of time, a minute's gap between
them, so that one number of 32 bits says both track and place. The pairs with hash h are at
`postings[buckets[h] : buckets[h + 1]]`: the place of each one's first peak on that line. For a
clip whose pairs begin at frames f, the place minus f is the same for all pairs of a true match.

All fields are plain arrays: they may be memory-mapped files (`mir.fingerprint.store`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.errors import FingerprintError
from mir.fingerprint.landmarks import Landmarks
from mir.fingerprint.packing import from_words, unpack, words_of
from mir.fingerprint.pairs import HASHES, pairs

GAP = 2_048  # frames between tracks, 65 s: no clip that is looked for is longer
LAST = (1 << 32) - GAP  # on the line of time


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """Some tracks of an index; see above."""

    tracks: NDArray[np.int64]  # (n,) their ids
    starts: NDArray[np.int64]  # (n + 1,) of each on the line of time; at the end, of the next
    word_starts: NDArray[np.int64]  # (n + 1,) of each in `words`
    words: NDArray[np.uint16]  # of packed landmarks, see mir.fingerprint.packing
    buckets: NDArray[np.uint32]  # (HASHES + 1,)
    postings: NDArray[np.uint32]  # (m,)

    def __len__(self) -> int:
        """Return how many tracks it holds."""
        return len(self.tracks)

    def landmarks(self, row: int) -> Landmarks:
        """The landmarks of the track in that row."""
        length = int(self.starts[row + 1] - self.starts[row]) - GAP
        words = np.asarray(self.words)  # slices of a memmap are slow to make
        words = words[self.word_starts[row] : self.word_starts[row + 1]]
        return Landmarks(length, from_words(words))

    def rows_at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of the track that a clip beginning at each place would belong to."""
        return np.searchsorted(self.starts[:-1] - GAP, places, side="right") - 1


def build(tracks: Iterable[tuple[int, bytes]]) -> Segment:
    """A segment of tracks' ids and packed landmarks.

    Raises FingerprintError for landmarks that are damaged, or more than one line of time holds:
    38,000 hours.
    """
    ids: list[int] = []
    starts, word_starts = [GAP], [0]
    words: list[NDArray[np.uint16]] = [np.empty(0, np.uint16)]
    hashes: list[NDArray[np.uint32]] = [np.empty(0, np.uint32)]
    places: list[NDArray[np.uint32]] = [np.empty(0, np.uint32)]
    for track, packed in tracks:
        heard = unpack(packed)
        if starts[-1] + heard.length > LAST:
            raise FingerprintError(
                f"Track {track} no longer fits this segment; build segments of fewer tracks."
            )
        found = pairs(heard.peaks)
        ids.append(track)
        words.append(words_of(packed))
        hashes.append(found.hashes)
        places.append((found.frames + starts[-1]).astype(np.uint32))
        starts.append(starts[-1] + heard.length + GAP)
        word_starts.append(word_starts[-1] + len(words[-1]))
    keys = np.concatenate(hashes)
    order = np.argsort(keys, kind="stable")
    return Segment(
        np.array(ids, np.int64),
        np.array(starts, np.int64),
        np.array(word_starts, np.int64),
        np.concatenate(words),
        _buckets(np.bincount(keys, minlength=HASHES)),
        np.concatenate(places)[order],
    )


def merged(segments: Sequence[Segment], kept: Sequence[NDArray[np.bool_]]) -> Segment:
    """One segment of the tracks of several, those whose row is false in `kept` left out.

    Nothing is paired again and nothing sorted: it takes time in proportion to the postings.
    Raises FingerprintError if the tracks no longer fit one line of time.
    """
    lean = [_without(each, keep) for each, keep in zip(segments, kept, strict=True)]
    shifts = np.cumsum([0] + [int(each.starts[-1]) - GAP for each in lean])
    if shifts[-1] > LAST:
        raise FingerprintError("The segments do not fit one line of time; merge fewer.")
    word_shifts = np.cumsum([0] + [len(each.words) for each in lean])
    counts = [_sizes(each.buckets) for each in lean]
    buckets = _buckets(sum(counts, np.zeros(HASHES, np.int64)))
    postings = np.empty(int(buckets[-1]), np.uint32)
    free = buckets[:-1].astype(np.int64)  # where the next part of each bucket goes
    for each, count, shift in zip(lean, counts, shifts[:-1], strict=True):
        moved = np.repeat(free - each.buckets[:-1], count) + np.arange(len(each.postings))
        postings[moved] = each.postings + np.uint32(shift)
        free += count
    return Segment(
        np.concatenate([each.tracks for each in lean]),
        _joined([each.starts for each in lean], shifts),
        _joined([each.word_starts for each in lean], word_shifts),
        np.concatenate([each.words for each in lean]),
        buckets,
        postings,
    )


def _without(segment: Segment, kept: NDArray[np.bool_]) -> Segment:
    """The same segment with only the rows that are true in `kept`."""
    if kept.all():
        return segment
    rows = np.flatnonzero(kept)
    lengths, word_counts = _sizes(segment.starts), _sizes(segment.word_starts)
    starts = np.concatenate([[GAP], GAP + np.cumsum(lengths[rows])])
    word_starts = np.concatenate([[0], np.cumsum(word_counts[rows])])
    row_of = segment.rows_at(segment.postings.astype(np.int64))
    alive = kept[row_of]
    back = np.zeros(len(segment), np.int64)
    back[rows] = segment.starts[rows] - starts[:-1]
    hashes = np.repeat(np.arange(HASHES), _sizes(segment.buckets))
    return Segment(
        segment.tracks[rows],
        starts,
        word_starts,
        segment.words[np.repeat(kept, word_counts)],
        _buckets(np.bincount(hashes[alive], minlength=HASHES)),
        (segment.postings[alive] - back[row_of[alive]]).astype(np.uint32),
    )


def _sizes(boundaries: NDArray[np.int64] | NDArray[np.uint32]) -> NDArray[np.int64]:
    wide = boundaries.astype(np.int64)
    return wide[1:] - wide[:-1]


def _buckets(counts: NDArray[np.int64]) -> NDArray[np.uint32]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)


def _joined(parts: Sequence[NDArray[np.int64]], shifts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Boundaries of several rows of things as those of one."""
    moved = [part[:-1] + shift for part, shift in zip(parts, shifts[:-1], strict=True)]
    return np.concatenate([*moved, [parts[-1][-1] + shifts[-2]]])
