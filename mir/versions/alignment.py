"""Where two recordings play the same music, by local alignment of their moments.

The best path through the matrix of gains, as in Smith and Waterman (1981) and in the Qmax
of Serrà, Serra and Andrzejak (2009): it may begin and end anywhere, advance up to twice as fast in
one recording as in the other, and pass over stretches that do not fit at a loss. A row depends on
the two rows before it and never on itself, so that whole rows are computed at once, of many
candidates side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray
from mir.versions.chroma import FRAMES_PER_SECOND
from mir.versions.significance import score, strength
from mir.versions.similarity import GAP, Moments, gains, likely_transpositions

TRANSPOSITIONS = 2  # that are tried
_CELLS = 4_000_000  # of a matrix that is held at once: 16 MB for each array of it


@dataclass(frozen=True, slots=True)
class Stretch:
    """From where to where in a recording, in seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Alignment:
    """The most music that two recordings share.

    `strength` says how much more it is than chance would give, and `score`, in [0, 1], which share
    of unrelated pairs is weaker (both: `mir.versions.significance`); strong alignments all have a
    score of 1, so order them by strength. `semitones`, from -5 to 6, is how much higher the second
    is played than the first, and `tempo` how much faster: the ratio of the stretches' lengths,
    about 0.5 to 2.
    """

    strength: float
    score: float
    first: Stretch
    second: Stretch
    semitones: int
    tempo: float


@dataclass(frozen=True, slots=True)
class _Trial:
    """A candidate, by its position, raised by semitones, and perhaps played backwards."""

    index: int
    semitones: int
    backwards: bool


def strengths(
    query: Moments, candidates: Sequence[Moments], least: float = 0.0
) -> NDArray[np.float64]:
    """The strength of the best alignment of a query with each candidate, (candidates,).

    0 where either has no sound, and where a look at half of what there is to do shows already that
    `least` is not reached. The same whichever of two is the query, but for rounding.
    """
    gained = np.zeros((2, len(candidates)))  # forwards, backwards
    own = query.transposed(0)
    for backwards in (False, True):
        trials = [
            _Trial(index, semitones, backwards)
            for index, each in enumerate(candidates)
            if len(own) and _bound(gained[0, index], own, each) >= (least if backwards else 0.0)
            for semitones in likely_transpositions(query, each, TRANSPOSITIONS)
        ]
        for batch in _batches(trials, candidates, len(own)):
            matrix, starts = gains(own, [_played(candidates[each.index], each) for each in batch])
            best = np.maximum.reduceat(_highest(matrix), starts)
            np.maximum.at(gained[int(backwards)], [each.index for each in batch], best)
    found = np.array(
        [
            strength(forwards, back, len(own), len(each.vectors))
            for forwards, back, each in zip(*gained, candidates, strict=True)
        ]
    )
    return np.where(found >= least, found, 0.0)


def _bound(gain: float, own: FloatArray, candidate: Moments) -> float:
    """The strength that a gain has at most, whatever is gained backwards; below 0 without sound."""
    frames = len(candidate.vectors)
    return strength(gain, 0.0, len(own), frames) if frames else -1.0


def _played(moments: Moments, trial: _Trial) -> FloatArray:
    played = moments.backwards() if trial.backwards else moments
    return played.transposed(trial.semitones)


def align(first: Moments, second: Moments) -> Alignment | None:
    """The best alignment of two recordings; None where no moment of either stands out."""
    if not len(first.vectors) or not len(second.vectors):
        return None
    own, raised, backwards = first.transposed(0), 0, 0.0
    totals = np.zeros((1, 1), np.float32)
    for semitones in likely_transpositions(first, second, TRANSPOSITIONS):
        reverse, _ = gains(own, [second.backwards().transposed(semitones)])
        backwards = max(backwards, float(_highest(reverse).max()))
        matrix, _ = gains(own, [second.transposed(semitones)])
        found = _totals(matrix)
        if found.max() > totals.max():
            totals, raised = found, semitones
    row, column = (int(each) for each in np.unravel_index(int(np.argmax(totals)), totals.shape))
    if totals[row, column] <= 0:
        return None
    start = _start(totals, row, column)
    one, two = _stretch(start[0], row), _stretch(start[1] - GAP, column - GAP)
    strong = strength(float(totals[row, column]), backwards, len(own), len(second.vectors))
    tempo = (one.end - one.start) / (two.end - two.start)
    return Alignment(strong, score(strong), one, two, 6 - (raised + 6) % 12, tempo)


def _stretch(first: int, last: int) -> Stretch:
    return Stretch(first / FRAMES_PER_SECOND, (last + 1) / FRAMES_PER_SECOND)


def _batches(
    trials: Sequence[_Trial], candidates: Sequence[Moments], rows: int
) -> list[list[_Trial]]:
    """Trials in groups whose matrix stays below `_CELLS`, or of one."""
    batches: list[list[_Trial]] = []
    cells = _CELLS
    for trial in trials:
        size = rows * (len(candidates[trial.index].vectors) + GAP)
        if cells + size > _CELLS:
            batches.append([])
            cells = 0
        batches[-1].append(trial)
        cells += size
    return batches


def _highest(matrix: FloatArray) -> FloatArray:
    """The highest total of each column, (columns,)."""
    highest = np.zeros(matrix.shape[1], np.float32)
    # Two columns of nothing stand before the first, for steps from outside.
    before, last, now = (np.zeros(matrix.shape[1] + 2, np.float32) for _ in range(3))
    for row in matrix:
        _step(before, last, row, now[2:])
        np.maximum(highest, now[2:], out=highest)
        before, last, now = last, now, before
    return highest


def _totals(matrix: FloatArray) -> FloatArray:
    """The highest gain of a path that ends at each pair of moments, of the matrix's shape."""
    rows, columns = matrix.shape
    totals = np.zeros((rows + 2, columns + 2), np.float32)
    for index, row in enumerate(matrix):
        _step(totals[index], totals[index + 1], row, totals[index + 2, 2:])
    return totals[2:, 2:]


def _step(before: FloatArray, last: FloatArray, gain: FloatArray, out: FloatArray) -> None:
    """One row from the two before it, which have two columns more than `gain` and `out`."""
    np.maximum(last[1:-1], last[:-2], out=out)
    np.maximum(out, before[1:-1], out=out)
    out += gain
    np.maximum(out, 0, out=out)


def _start(totals: FloatArray, row: int, column: int) -> tuple[int, int]:
    """Follow the path that ends at a pair of moments back to the pair that it began with."""
    while True:
        steps = ((row - 1, column - 1), (row - 1, column - 2), (row - 2, column - 1))
        inside = [(totals[i, j], i, j) for i, j in steps if i >= 0 and j >= 0]
        total, i, j = max(inside, key=lambda each: each[0], default=(0.0, 0, 0))
        if total <= 0:
            return row, column
        row, column = i, j
