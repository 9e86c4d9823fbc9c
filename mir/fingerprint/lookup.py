"""Where in an index a clip may lie: the places on which most of its pairs agree.

Wang's histogram (2003): each pair of the clip that the index knows says where the clip would
begin; at the true place many agree. Agreement is counted in steps of an eighth of a second, two
neighbours together, wide enough for ten seconds played two per cent faster or slower.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip
from mir.fingerprint.pairs import Pairs, pairs
from mir.fingerprint.segment import Segment

STEP = 4  # frames that count as one place

_POSTINGS = 3_000_000  # looked at for one clip: the rarest hashes first, which tell the most
_SORTED = 150_000  # of them, those that are put in order
_PLACES = 20_000  # of a segment, whose tracks are looked up


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a segment and the frame of it at which the clip may begin."""

    segment: int
    row: int
    frame: int  # up to 2 * STEP too small, and negative if the clip begins before the track
    votes: int  # pairs that agree


def clip_pairs(clip: Clip) -> Pairs:
    """The pairs of all grids of a clip, each once."""
    found = [pairs(grid) for grid in clip.grids]
    keys = [each.hashes.astype(np.int64) << 32 | each.frames for each in found]
    distinct = np.unique(np.concatenate(keys))
    return Pairs((distinct >> 32).astype(np.uint32), (distinct & 0xFFFFFFFF).astype(np.int32))


def places(index: FingerprintIndex, clip: Clip, limit: int) -> list[Place]:
    """The at most `limit` places of an index that most pairs of a clip agree on, best first."""
    asked = _affordable(index.segments, clip_pairs(clip))
    found: list[Place] = []
    for number, (segment, alive) in enumerate(zip(index.segments, index.alive, strict=True)):
        found += _places_in(number, segment, alive, asked, limit)
    # Ids break ties, so that it does not matter which segment holds a track.
    found.sort(key=lambda p: (-p.votes, index.segments[p.segment].tracks[p.row], p.frame))
    return found[:limit]


def _affordable(segments: Sequence[Segment], asked: Pairs) -> Pairs:
    """Leave out the commonest hashes if all together have more postings than are looked at."""
    counts = np.zeros(len(asked), np.int64)
    for segment in segments:
        counts += segment.buckets[asked.hashes + 1].astype(np.int64)
        counts -= segment.buckets[asked.hashes]
    if counts.sum() <= _POSTINGS:
        return asked
    order = np.argsort(counts, kind="stable")
    kept = order[np.cumsum(counts[order]) <= _POSTINGS]
    return Pairs(asked.hashes[kept], asked.frames[kept])


def _places_in(
    number: int, segment: Segment, alive: NDArray[np.bool_], asked: Pairs, limit: int
) -> list[Place]:
    votes, steps = _agreement(segment, asked)
    if not len(votes):
        return []
    if len(votes) > _PLACES:
        enough = np.partition(votes, -_PLACES)[-_PLACES]
        votes, steps = votes[votes >= enough], steps[votes >= enough]
    starts = steps * STEP
    rows = segment.rows_at(starts + STEP)
    ours = np.flatnonzero((rows >= 0) & alive[rows])
    order = ours[np.lexsort((steps[ours], segment.tracks[rows[ours]], -votes[ours]))]
    found: list[Place] = []
    taken: set[tuple[int, int]] = set()
    for i in order:
        row, step = int(rows[i]), int(steps[i])
        if (row, step - 1) in taken or (row, step + 1) in taken:
            continue  # the same place, counted half
        taken.add((row, step))
        found.append(Place(number, row, int(starts[i] - segment.starts[row]), int(votes[i])))
        if len(found) == limit:
            break
    return found


def _agreement(segment: Segment, asked: Pairs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Votes, at least two, for steps of STEP frames on the line of time, and those steps."""
    first, last = segment.buckets[asked.hashes], segment.buckets[asked.hashes + 1]
    postings = np.asarray(segment.postings)  # slices of a memmap are slow to make
    runs = [postings[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True) if b > a]
    if not runs:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    begins = np.concatenate(runs) - np.repeat(asked.frames.astype(np.uint32), last - first)
    begins //= np.uint32(STEP)
    begins = _crowded(begins)
    begins.sort()
    edges = np.flatnonzero(np.diff(begins)) + 1
    edges = np.concatenate([[0], edges, [len(begins)]])
    steps = begins[edges[:-1]].astype(np.int64)
    votes = edges[1:] - edges[:-1]
    next_too = np.zeros(len(steps), np.int64)
    beside = np.flatnonzero(np.diff(steps) == 1)
    next_too[beside] = votes[beside + 1]
    votes = votes + next_too
    several = votes > 1
    return votes[several], steps[several]


def _crowded(steps: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Of many steps, those that may be among the most frequent; all, if they are not many.

    Sorting millions costs more than all the rest. They are counted in cells first, into which
    they are folded: a step that is frequent lies in a cell that is full, or beside one.
    """
    if len(steps) <= _SORTED:
        return steps
    number = 1 << (len(steps).bit_length() - 1)  # one or two steps in each
    cells = (steps & np.uint32(number - 1)).astype(np.intp)
    counts = np.bincount(cells, minlength=number)
    pairs_of_cells = counts + np.roll(counts, -1)
    held = np.bincount(pairs_of_cells, weights=counts)  # steps by how full their cells are
    fewer = np.flatnonzero(np.cumsum(held[::-1]) <= _SORTED)
    least = len(held) - len(fewer)
    full = pairs_of_cells >= least
    return steps[(full | np.roll(full, 1))[cells]]
