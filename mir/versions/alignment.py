"""Where two recordings play the same music, by local alignment of their moments.

The best path through the matrix of gains, in the manner of Smith and Waterman (1981) and of the Qmax
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
    """The longest music that two recordings share.

    `strength` is the gain of the path, in half seconds: that many would fit it perfectly.
    `semitones`, from -5 to 6, is how much higher the second is played than the first, and
    `tempo` how much faster, as a ratio.
    """

    strength: float
    first: Stretch
    second: Stretch
    semitones: int
    tempo: float


def strengths(query: Moments, candidates: Sequence[Moments]) -> NDArray[np.float64]:
    """The strength of the best alignment of a query with each candidate, (candidates,).

    0 where either has no sound. The same whichever of two is the query, but for rounding.
    """
    found = np.zeros(len(candidates))
    if not len(query.vectors):
        return found
    trials = [
        (index, semitones)
        for index, each in enumerate(candidates)
        if len(each.vectors)
        for semitones in likely_transpositions(query, each, TRANSPOSITIONS)
    ]
    own = query.transposed(0)
    for batch in _batches(trials, candidates, len(own)):
        matrix, starts = gains(own, [candidates[i].transposed(steps) for i, steps in batch])
        best = np.maximum.reduceat(_highest(matrix), starts)
        np.maximum.at(found, [index for index, _ in batch], best)
    return found


def align(first: Moments, second: Moments) -> Alignment | None:
    """The best alignment of two recordings; None where no moment of either stands out."""
    if not len(first.vectors) or not len(second.vectors):
        return None
    best: Alignment | None = None
    for raised in likely_transpositions(first, second, TRANSPOSITIONS):
        matrix, _ = gains(first.transposed(0), [second.transposed(raised)])
        totals = _totals(matrix)
        row, column = np.unravel_index(int(np.argmax(totals)), totals.shape)
        strength = float(totals[row, column])
        if strength <= (best.strength if best else 0.0):
            continue
        start = _start(totals, int(row), int(column))
        one = _stretch(start[0], int(row))
        two = _stretch(start[1] - GAP, int(column) - GAP)
        higher = 6 - (raised + 6) % 12
        tempo = (one.end - one.start) / (two.end - two.start)
        best = Alignment(strength, one, two, higher, tempo)
    return best


def _stretch(first: int, last: int) -> Stretch:
    return Stretch(first / FRAMES_PER_SECOND, (last + 1) / FRAMES_PER_SECOND)


def _batches(
    trials: Sequence[tuple[int, int]], candidates: Sequence[Moments], rows: int
) -> list[list[tuple[int, int]]]:
    """Trials in groups whose matrix stays below `_CELLS`, or of one."""
    batches: list[list[tuple[int, int]]] = []
    cells = _CELLS
    for trial in trials:
        size = rows * (len(candidates[trial[0]].vectors) + GAP)
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
