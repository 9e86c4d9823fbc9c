"""Where in an index a clip may lie: the places on which most of its pairs agree.

Wang's histogram (2003): each pair of the clip that the index knows says where the clip would
begin; at the true place many agree. Agreement is counted in steps of an eighth of a second, two
neighbours together, wide enough for ten seconds played two per cent faster or slower.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip
from mir.fingerprint.pairs import Pairs, pairs
from mir.fingerprint.segment import Segment

STEP = 4  # frames that count as one place

_POSTINGS = 3_000_000  # looked at for one clip, those that tell the most first
_SORTED = 200_000  # of them, those that are put in order
_PLACES = 5_000  # whose tracks are looked up
_SAMPLE = 16  # one in so many steps is looked at to tell how full cells must be

_Steps = NDArray[np.uint32] | NDArray[np.uint64]  # on the lines of time of all segments, joined


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a segment and the frame of it at which the clip may begin."""

    segment: int
    row: int
    frame: int  # up to 2 * STEP too small, and negative if the clip begins before the track
    votes: int  # pairs that agree


def clip_pairs(clip: Clip) -> Pairs:
    """The pairs of all grids of a clip, each once, with the larger trust."""
    found = [pairs(grid) for grid in clip.grids]
    keys = np.concatenate([each.hashes.astype(np.int64) << 32 | each.frames for each in found])
    trust = np.concatenate(
        [np.ones(len(each), np.float32) if each.trust is None else each.trust for each in found]
    )
    order = np.argsort(-trust, kind="stable")
    distinct, first = np.unique(keys[order], return_index=True)
    return Pairs(
        (distinct >> 32).astype(np.uint32),
        (distinct & 0xFFFFFFFF).astype(np.int32),
        trust[order][first],
    )


def places(index: FingerprintIndex, clip: Clip, limit: int) -> list[Place]:
    """The at most `limit` places of an index that most pairs of a clip agree on, best first."""
    asked = _affordable(index.segments, clip_pairs(clip))
    ends = np.cumsum([-(-int(each.starts[-1]) // STEP) for each in index.segments])
    votes, steps = _agreement(index.segments, ends, asked)
    if len(votes) > _PLACES:
        enough = np.partition(votes, -_PLACES)[-_PLACES]
        votes, steps = votes[votes >= enough], steps[votes >= enough]
    numbers = np.searchsorted(ends, steps, "right")
    rows, frames, tracks = (np.full(len(steps), -1) for _ in range(3))
    for number in np.unique(numbers):
        segment, alive = index.segments[number], index.alive[number]
        here = np.flatnonzero(numbers == number)
        begins = (steps[here] - (ends[number - 1] if number else 0)) * STEP
        row = segment.rows_at(begins + STEP)
        held = (row >= 0) & alive[row]
        here, row = here[held], row[held]
        rows[here], tracks[here] = row, segment.tracks[row]
        frames[here] = begins[held] - segment.starts[row]
    # Ids break ties, so that it does not matter which segment holds a track.
    order = np.lexsort((frames, tracks, -votes))
    found: list[Place] = []
    taken: set[int] = set()
    for i in order[rows[order] >= 0].tolist():
        step = int(steps[i])
        if step - 1 in taken or step + 1 in taken:
            continue  # the same place, counted half
        taken.add(step)
        found.append(Place(int(numbers[i]), int(rows[i]), int(frames[i]), int(votes[i])))
        if len(found) == limit:
            break
    return found


def _affordable(segments: Sequence[Segment], asked: Pairs) -> Pairs:
    """Leave out pairs if all together have more postings than are looked at.

    Those stay that bring most true votes for a posting: the trusted with rare hashes.
    """
    counts = np.zeros(len(asked), np.int64)
    for segment in segments:
        counts += segment.buckets[asked.hashes + 1].astype(np.int64)
        counts -= segment.buckets[asked.hashes]
    if counts.sum() <= _POSTINGS:
        return asked
    trust = np.ones(len(asked), np.float32) if asked.trust is None else asked.trust
    order = np.argsort(counts / trust, kind="stable")
    kept = order[np.cumsum(counts[order]) <= _POSTINGS]
    return Pairs(asked.hashes[kept], asked.frames[kept])


def _agreement(
    segments: Sequence[Segment], ends: NDArray[np.int64], asked: Pairs
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Votes, at least two, for steps of STEP frames, and those steps.

    ends: where each segment's line of time ends, in steps, when they are laid end to end.
    """
    exact = np.uint32 if not len(ends) or ends[-1] * STEP < 1 << 32 else np.uint64
    runs = [np.empty(0, np.uint32)]
    frames = [np.empty(0, exact)]
    for segment, begin in zip(segments, [0, *ends[:-1].tolist()], strict=False):
        first, last = segment.buckets[asked.hashes], segment.buckets[asked.hashes + 1]
        postings = np.asarray(segment.postings)  # slices of a memmap are slow to make
        runs += [postings[a:b] for a, b in zip(first.tolist(), last.tolist(), strict=True)]
        # Unsigned numbers wrap: what is taken away below is added where it is negative.
        shifts = (asked.frames.astype(np.int64) - begin * STEP).astype(exact)
        frames.append(np.repeat(shifts, last - first))
    begins: NDArray[Any] = np.concatenate(runs, dtype=exact)
    begins -= np.concatenate(frames)
    begins //= exact(STEP)
    begins = _crowded(begins)
    begins.sort()
    edges = np.flatnonzero(np.diff(begins, prepend=begins[:1] - exact(1)))
    steps_of = begins[edges].astype(np.int64)
    votes = np.diff(np.append(edges, len(begins)))
    next_too = np.zeros(len(steps_of), np.int64)
    beside = np.flatnonzero(np.diff(steps_of) == 1)
    next_too[beside] = votes[beside + 1]
    votes = votes + next_too
    several = votes > 1
    return votes[several], steps_of[several]


def _crowded(steps: _Steps) -> _Steps:
    """Of many steps, those that may be among the most frequent; all, if they are not many.

    Sorting millions costs more than all the rest. They are counted in cells first, into which
    they are folded: a step that is frequent lies in a cell that is full, or beside one.
    """
    if len(steps) <= _SORTED:
        return steps
    number = 1 << (len(steps).bit_length() - 1)  # one or two steps in each
    cells = (steps & steps.dtype.type(number - 1)).astype(np.intp)
    counts = np.bincount(cells, minlength=number).astype(np.int32)
    fullness = counts + np.roll(counts, -1)
    held = np.bincount(np.maximum(fullness, np.roll(fullness, 1))[cells[::_SAMPLE]])
    fewer = np.flatnonzero(np.cumsum(held[::-1]) * _SAMPLE <= _SORTED)
    full = fullness >= len(held) - len(fewer)
    return steps[(full | np.roll(full, 1))[cells]]
