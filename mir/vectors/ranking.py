"""All tracks of an index as one query ranks them: the nearest, and how near that is here.

Below a size that `mir.vectors.index` sets, every track is compared: both are exact. In a larger
library the nearest are found through `mir.vectors.cells`: the scores are exact, but a track of the
first ten is missed now and then (recall at least 0.99), and shares are estimated from a sample.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mir.vectors.best import best
from mir.vectors.cells import Cells
from mir.vectors.rows import Positions, Rows, Scores, Vectors

Ids = NDArray[np.int64]

_MEASURED_FOR = 10  # hits, see mir.vectors.cells; with more the rows to compare grow by this
_GROWTH = 0.25  # power: with the fifty nearest a recall of 0.99 takes one and a half times as many
_UNLIKE = 0.5  # weight of what is not wanted against what is
_GATHER_BELOW = 0.25  # of the rows: picking one costs four times what it costs in a pass over all


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """What tracks are compared with: one vector, or several at once.

    The score against several is `nearest` times the cosine to the nearest of them and the rest
    times the mean of the cosines to all. Half the cosine to the nearest of `unlike` is taken off.
    """

    vectors: Vectors  # (m, dimension), m >= 1
    nearest: float = 1.0
    unlike: Vectors | None = None  # (u, dimension)

    @property
    def compared(self) -> Vectors:
        """Every vector that a track is compared with: (m + u, dimension)."""
        return self.vectors if self.unlike is None else np.concatenate([self.vectors, self.unlike])

    def blend(self, scores: Scores) -> Scores:
        """The scores (n,) of tracks whose cosines to `compared` are given: (m + u, n)."""
        liked, unlike = scores[: len(self.vectors)], scores[len(self.vectors) :]
        if len(liked) == 1:
            blended = liked[0]
        else:
            blended = np.float32(self.nearest) * liked.max(axis=0)
            blended += np.float32(1 - self.nearest) * liked.mean(axis=0)
        if len(unlike):
            blended = blended - np.float32(_UNLIKE) * unlike.max(axis=0)
        return blended


class Ranking(Protocol):
    """What can be asked of the tracks once they are compared with a query."""

    def best(
        self, count: int, allowed: Positions | None = None, without: Positions | None = None
    ) -> tuple[Positions, Scores]:
        """The `count` nearest as (positions in the index, scores), best first, ties by id.

        `allowed` and `without` are positions, ascending: those that may be found (None: all),
        and those that may not. Fewer come back only where fewer qualify.
        """
        ...

    def less(self, scores: Scores) -> NDArray[np.float64]:
        """For each of some scores (k,), how many tracks have a lower one."""
        ...


class WholeRanking:
    """A `Ranking` that has compared every track."""

    def __init__(self, scores: Scores) -> None:
        """Rank by the scores of all tracks (n,)."""
        self._scores = scores

    def best(
        self, count: int, allowed: Positions | None = None, without: Positions | None = None
    ) -> tuple[Positions, Scores]:
        """See `Ranking`; exact."""
        if allowed is None and (without is None or not len(without)):
            chosen = best(self._scores, count)
        else:
            kept = _kept(len(self._scores), allowed, without)
            chosen = kept[best(self._scores[kept], count)]
        return chosen, self._scores[chosen]

    def less(self, scores: Scores) -> NDArray[np.float64]:
        """See `Ranking`; exact."""
        return _less(self._scores, scores)


class NearRanking:
    """A `Ranking` that compares what lies in the cells near the query, and a sample."""

    def __init__(
        self, query: Vectors, rows: Rows, row_of: Positions, cells: Cells, sample: Vectors
    ) -> None:
        """Compare `query` (dimension,) with the tracks whose rows are `row_of` (n,).

        `sample` (k, dimension) are the vectors of some of them, drawn without regard to sound.
        """
        self._query, self._rows, self._row_of, self._cells = query, rows, row_of, cells
        self._cell_scores = cells.centres @ query
        self._sampled = sample @ query

    def best(
        self, count: int, allowed: Positions | None = None, without: Positions | None = None
    ) -> tuple[Positions, Scores]:
        """See `Ranking`; exact where no more are allowed than a search compares."""
        library = len(self._row_of)
        positions, rows, share = None, self._row_of, self._cells.share
        if allowed is not None or (without is not None and len(without)):
            positions = _kept(library, allowed, without)
            rows, share = rows[positions], self._cells.filtered_share
        budget = math.ceil(share * library * max(1.0, count / _MEASURED_FOR) ** _GROWTH)
        near = self._cells.near(self._cell_scores, self._cells.cell_of[rows], max(budget, count))
        if len(near) > _GATHER_BELOW * len(self._rows):
            near = np.arange(len(rows))
            scores = self._rows.scores(self._query[None])[0][rows]
        else:
            scores = self._rows.scores_at(self._query, rows[near])
        chosen = best(scores, count)
        found = near[chosen] if positions is None else positions[near[chosen]]
        return found, scores[chosen]

    def less(self, scores: Scores) -> NDArray[np.float64]:
        """See `Ranking`; an estimate, whose standard error is below 0.4 % of all tracks.

        That is in the middle; where one track in a hundred is nearer it is below 0.1 %.
        """
        return _less(self._sampled, scores) * (len(self._row_of) / len(self._sampled))


def _kept(count: int, allowed: Positions | None, without: Positions | None) -> Positions:
    kept = np.ones(count, dtype=bool) if allowed is None else np.zeros(count, dtype=bool)
    if allowed is not None:
        kept[allowed] = True
    if without is not None:
        kept[without] = False
    return np.flatnonzero(kept)


def _less(library: Scores, scores: Scores) -> NDArray[np.float64]:
    """How many of `library` (n,) are below each of `scores`; sorts only what is near the top."""
    if not len(scores):
        return np.empty(0)
    above = np.sort(library[library >= scores.min()])
    below = len(library) - len(above)
    return below + np.searchsorted(above, scores, side="left").astype(np.float64)
