"""The space cut into cells, so that a search in a large library reads a part of its rows.

An inverted file (Sivic and Zisserman 2003; Jégou et al. 2011) without copies: a row belongs to
the cell whose centre is nearest to it, and stays where it is. A search goes through the cells in
the order of their centres' scores until the rows to compare make up its budget; these are then
compared exactly.

What makes it safe under a filter: the budget counts only rows that may be found. A genre far from
the query has its cells far down the order, where a fixed number of cells would miss them (recall
0.1 to 0.8 in libraries of a million); here the walk goes on until enough rows of the genre are
compared. Where no more than the budget may be found, all are compared and the answer is exact.

Budgets are measured, not assumed: cutting asks for the ten nearest of some of the library's own
rows, exactly, and takes the least budget that finds `RECALL` of them. A second budget, for
filters, is measured in the same way with filters that follow the cells as genres do: only the
cells nearest to a row drawn at random may be searched, a quarter of all or half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import faiss
import numpy as np
from numpy.typing import NDArray

from mir.vectors.rows import Positions, Rows, Scores, Vectors

RECALL = 0.998  # of the ten nearest; 0.99 is promised, and one odd query loses all ten of its own

_CELLS_PER_ROOT = 2.0  # cells for the root of the number of rows
_MOST_CELLS = 4096  # cutting costs the square of it
_TRAINED_ON = 32  # rows for each cell
_ROUNDS = 8
_SEED = 20_240
_QUERIES = 400
_REGIONS = (0.25, 0.5)  # shares of the cells
_NEAREST = 10  # beside the query itself, which is found without looking
_BLOCK = 16_384  # rows at a time


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Centres (cells, dimension), and for each row the cell it lies in."""

    centres: Vectors
    cell_of: NDArray[np.uint16]  # (rows,)
    share: float  # of all rows that a search compares
    filtered_share: float  # the same under a filter
    cut_at: int  # rows when the cells were made

    @classmethod
    def cut(cls, rows: Rows, alive: Positions) -> Cells:
        """Cut the space for the rows `alive` (ascending); the same rows give the same cells.

        Costs 40 seconds of one core for a million rows of 221 numbers.
        """
        draw = np.random.default_rng(_SEED)
        count = max(1, min(_MOST_CELLS, round(_CELLS_PER_ROOT * math.sqrt(len(alive)))))
        sample = rows.take(_drawn(draw, alive, _TRAINED_ON * count))
        training = faiss.Kmeans(
            rows.dimension,
            count,
            niter=_ROUNDS,
            seed=_SEED,
            spherical=True,
            min_points_per_centroid=1,
            max_points_per_centroid=_TRAINED_ON,
        )
        training.train(sample)
        centres = np.ascontiguousarray(training.centroids, dtype=np.float32)
        cell_of = _nearest(rows, centres)
        share, filtered_share = _shares(draw, rows, alive, centres, cell_of[alive])
        return cls(centres, cell_of, share, filtered_share, len(alive))

    def with_added(self, vectors: Vectors) -> Cells:
        """The same cells with further rows; their centres stay."""
        added = Rows(np.ascontiguousarray(vectors))
        cell_of = np.concatenate([self.cell_of, _nearest(added, self.centres)])
        return replace(self, cell_of=cell_of)

    def of(self, rows: Positions) -> Cells:
        """The same cells for some of the rows alone, in that order."""
        return replace(self, cell_of=self.cell_of[rows])

    def near(self, cell_scores: Scores, cells: NDArray[np.uint16], budget: int) -> Positions:
        """Which of some rows to compare, as positions among them, ascending.

        `cell_scores` (cells,) says how promising each cell is, `cells` (k,) where the rows that
        may be found lie; `budget` is how many rows to compare, at least.
        """
        if len(cells) <= budget:
            return np.arange(len(cells))
        held = np.bincount(cells, minlength=len(self.centres))
        order = np.argsort(-cell_scores, kind="stable")
        last = int(np.searchsorted(np.cumsum(held[order]), budget))
        entered = np.zeros(len(self.centres), dtype=bool)
        entered[order[: last + 1]] = True
        return np.flatnonzero(entered[cells])


def _drawn(draw: np.random.Generator, rows: Positions, count: int) -> Positions:
    """`count` of the rows, or all where there are no more, ascending."""
    return np.sort(draw.choice(rows, min(count, len(rows)), replace=False))


def _nearest(rows: Rows, centres: Vectors) -> NDArray[np.uint16]:
    """The cell of each row: that of the centre with the highest inner product."""
    cell_of = np.empty(len(rows), dtype=np.uint16)
    for start in range(0, len(rows), _BLOCK):
        some = rows.take(np.arange(start, min(start + _BLOCK, len(rows))))
        cell_of[start : start + _BLOCK] = (some @ centres.T).argmax(axis=1)
    return cell_of


def _shares(
    draw: np.random.Generator,
    rows: Rows,
    alive: Positions,
    centres: Vectors,
    cell_of: NDArray[np.uint16],  # of those alive
) -> tuple[float, float]:
    """The shares of all rows that must be compared for `RECALL`, without and with a filter."""
    held = np.bincount(cell_of, minlength=len(centres))
    queries, middles = (rows.take(draw.permutation(_drawn(draw, alive, _QUERIES))) for _ in "qm")
    free, filtered = [], []
    for query, middle in zip(queries, middles, strict=True):
        scores = rows.scores(query[None])[0][alive]
        order = np.argsort(-(centres @ query), kind="stable")
        free.append(_before(scores, cell_of, order, held))
        near_middle = np.argsort(-(centres @ middle), kind="stable")
        for region in _REGIONS:
            inside = np.zeros(len(centres), dtype=bool)
            inside[near_middle[: math.ceil(region * len(centres))]] = True
            kept = inside[cell_of]
            filtered.append(_before(scores[kept], cell_of[kept], order, held * inside))
    shares = [float(np.quantile(np.concatenate(each), RECALL)) for each in (free, filtered)]
    share, filtered_share = (min(1.0, (each + 1) / len(alive)) for each in shares)
    return share, max(share, filtered_share)


def _before(
    scores: Scores, cell_of: NDArray[np.uint16], order: Positions, held: Positions
) -> Positions:
    """How many rows a search compares before it comes to the cell of each of the nearest rows.

    `scores` and `cell_of` are those of the rows that may be found, `order` the cells as they are
    entered, `held` the number of such rows in each.
    """
    count = min(_NEAREST + 1, len(scores))
    if not count:
        return np.empty(0, dtype=np.int64)
    nearest = np.argpartition(scores, len(scores) - count)[len(scores) - count :]
    nearest = nearest[np.argsort(-scores[nearest])][1:]
    before = np.empty(len(order), dtype=np.int64)
    before[order] = np.cumsum(held[order]) - held[order]
    return before[cell_of[nearest]]
