"""Nearest neighbours among unit vectors, with the filter inside the search.

Conventions: vectors are float32 rows of unit length, ids are positive track ids, a score is
the inner product and so the cosine in [-1, 1] when the query has unit length too. Results
are descending by score, equal scores ascending by id, the same for the same index.

Up to `EXACT_UP_TO` tracks every one is compared. That many take 14 ms of one core at 221 numbers
where memory gives 32 GB/s, and so less than 30 ms on machines half as fast, whatever the filter.
Above, `mir.vectors.cells` says which rows are compared; scores stay exact, and filters are kept.
Only a query of several vectors is compared with all tracks even then: the cells between several
seeds are many and none is better than the others (recall 0.94 of twenty seeds).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mir.errors import NotFound, VectorIndexError
from mir.vectors.cells import Cells
from mir.vectors.ranking import Ids, NearRanking, Query, Ranking, WholeRanking
from mir.vectors.rows import Positions, Rows, Scores, Vectors

EXACT_UP_TO = 500_000  # tracks

_LENGTH_TOLERANCE = 1e-2  # a vector may have passed through half precision
_MOST_DEAD = 0.25  # of the rows, that tracks have left; more are not carried along
_BLOCK = 65_536  # rows compared with several vectors at a time
_SAMPLE = 16_384  # tracks by which shares are estimated
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # odd, and its multiples lie far apart (Knuth 6.4)
_SPARSE = 8  # highest id for each track: up to here a table of all ids is the fastest look-up


class VectorIndex:
    """An immutable set of (track id, unit vector).

    Make one with `build` or `updated`; `mir.vectors.store` keeps it on disk. It is safe to search
    from several threads.
    """

    def __init__(self, ids: Ids, row_of: Positions, rows: Rows, cells: Cells | None) -> None:
        """Hold what was checked before: `ids` (n,) ascending, and the row of each in `rows`."""
        self.ids = ids  # (n,), ascending, read-only
        self.row_of = row_of  # (n,)
        self.rows = rows
        self.cells = cells
        self.ids.flags.writeable = False
        self._in_order = len(ids) == len(rows) and bool((np.diff(row_of) > 0).all())
        self._sample = rows.take(row_of[_sampled(ids)]) if cells else None

    @classmethod
    def build(cls, ids: Ids, vectors: Vectors) -> VectorIndex:
        """An index of `vectors` (n, dimension) under `ids` (n,), in any order; n may be 0.

        Keeps `vectors` itself where the ids are ascending. Raises VectorIndexError for shapes that
        do not fit, ids that are repeated or negative, and vectors that are not finite or not of
        unit length.
        """
        ids, vectors = _checked(ids, vectors)
        if (np.diff(ids) < 0).any():
            order = np.argsort(ids, kind="stable")
            ids, vectors = ids[order], vectors[order]
        return _divided(ids.copy(), np.arange(len(ids)), Rows(vectors.view()), None)

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        return self.rows.dimension

    def __len__(self) -> int:
        """Number of tracks."""
        return len(self.ids)

    def rank(self, query: Query | Vectors) -> Ranking:
        """Compare the tracks with a query, or one vector (dimension,); VectorIndexError."""
        if not isinstance(query, Query):
            query = Query(np.asarray(query)[None])
        vectors = self._checked_queries(query.compared)
        if len(vectors) == 1 and self.cells is not None and self._sample is not None:
            return NearRanking(vectors[0], self.rows, self.row_of, self.cells, self._sample)
        if len(vectors) == 1:
            return WholeRanking(self.scores_of_many(vectors)[0])
        return WholeRanking(self.blended(query))

    def search(
        self, query: Query | Vectors, count: int, allowed: Ids | None = None
    ) -> tuple[Ids, Scores]:
        """The `count` tracks nearest to a query: (ids, scores), best first.

        `allowed` (ascending ids) restricts the search; ids unknown to the index are passed
        over. Fewer than `count` come back only when fewer qualify.
        """
        permitted = None if allowed is None else self.positions(allowed)
        found, scores = self.rank(query).best(count, permitted)
        return self.ids[found], scores

    def scores(self, query: Vectors) -> Scores:
        """Score of every track against `query` (dimension,), aligned with `ids`; exact."""
        return self.scores_of_many(np.asarray(query)[None])[0]

    def blended(self, query: Query) -> Scores:
        """Score of every track against a query of several vectors, aligned with `ids`; exact."""
        vectors = self._checked_queries(query.compared)
        scores = np.empty(len(self.rows), dtype=np.float32)
        for start in range(0, len(scores), _BLOCK):
            block = self.rows.scores(vectors, start, start + _BLOCK)
            scores[start : start + _BLOCK] = query.blend(block)
        return scores if self._in_order else scores[self.row_of]

    def scores_of_many(self, queries: Vectors) -> Scores:
        """Scores of every track against each of `queries` (m, dimension): (m, n).

        Exact as `scores` is, to the last rounding: from a few queries on a matrix product does it.
        """
        scores = self.rows.scores(self._checked_queries(queries))
        return scores if self._in_order else scores[:, self.row_of]

    def less(self, queries: Vectors, scores: Scores) -> NDArray[np.float64]:
        """How many tracks score less against each of `queries` (m, dimension) than `scores` (m,).

        The counts (m,) are those of `Ranking.less`, without keeping all scores of all queries.
        """
        queries = self._checked_queries(queries)
        if self._sample is not None:
            below = (self._sample @ queries.T < scores).sum(axis=0)
            return below * (len(self) / len(self._sample))
        alive = None
        if not self._in_order:
            alive = np.zeros(len(self.rows), dtype=bool)
            alive[self.row_of] = True
        counts = np.zeros(len(queries))
        for start in range(0, len(self.rows), _BLOCK):
            below = self.rows.scores(queries, start, start + _BLOCK) < scores[:, None]
            if alive is not None:
                below &= alive[start : start + _BLOCK]
            counts += np.count_nonzero(below, axis=1)
        return counts

    def positions(self, ids: Ids) -> Positions:
        """Where those of `ids` (ascending) that are here stand in `self.ids`, ascending."""
        if not len(self) or not len(ids):
            return np.empty(0, dtype=np.int64)
        ids = np.asarray(ids, dtype=np.int64)
        highest = int(self.ids[-1])
        if _SPARSE * len(ids) > len(self) and highest <= _SPARSE * len(self):
            wanted = np.zeros(highest + 1, dtype=bool)
            wanted[ids[(ids >= 0) & (ids <= highest)]] = True
            return np.flatnonzero(wanted[self.ids])
        found = np.searchsorted(self.ids, ids)
        found = np.minimum(found, len(self) - 1)
        return found[self.ids[found] == ids]

    def vectors_of(self, ids: Ids) -> Vectors:
        """Copies of the vectors of `ids` (m,), in that order: (m, dimension).

        Raises NotFound naming the first id that has no vector.
        """
        ids = np.asarray(ids, dtype=np.int64)
        found = np.minimum(np.searchsorted(self.ids, ids), max(len(self) - 1, 0))
        known = self.ids[found] == ids if len(self) else np.zeros(len(ids), dtype=bool)
        if not known.all():
            raise NotFound(
                f"Track {ids[~known][0]} has no vector in the index; "
                "check the number, or run `mir index` so that it is analysed."
            )
        return self.rows.take(self.row_of[found])

    def updated(self, add_ids: Ids, add_vectors: Vectors, remove_ids: Ids) -> VectorIndex:
        """A new index without `remove_ids` and with `add_ids`; this one stays as it is.

        An id that is both here and in `add_ids` gets the new vector; ids to remove that are
        unknown are passed over. The vectors that stay are shared, not copied, unless too many
        rows have lost their track. Raises as `build` does.
        """
        add_ids, add_vectors = _checked(add_ids, add_vectors)
        if len(add_ids) and add_vectors.shape[1] != self.dimension:
            raise _dimension_error(add_vectors.shape[1], self.dimension)
        leaving = np.concatenate([np.asarray(remove_ids, dtype=np.int64), add_ids])
        staying = ~np.isin(self.ids, leaving)
        ids, row_of, rows, cells = self.ids[staying], self.row_of[staying], self.rows, self.cells
        if len(add_ids):
            ids = np.concatenate([ids, add_ids])
            row_of = np.concatenate([row_of, np.arange(len(rows), len(rows) + len(add_ids))])
            rows = rows.with_added(add_vectors)
            cells = cells and cells.with_added(add_vectors)
        order = np.argsort(ids, kind="stable")
        ids, row_of = ids[order], row_of[order]
        if len(rows) - len(ids) > _MOST_DEAD * len(rows):
            rows = Rows(rows.take(row_of))
            cells = cells and cells.of(row_of)
            row_of = np.arange(len(ids))
        return _divided(ids, row_of, rows, cells)

    def _checked_queries(self, queries: Vectors) -> Vectors:
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if queries.ndim != 2:
            raise VectorIndexError(
                f"A query of shape {queries.shape[1:]} was given; "
                f"pass one vector of {self.dimension}."
            )
        if queries.shape[1] != self.dimension:
            raise _dimension_error(queries.shape[1], self.dimension)
        if not np.isfinite(queries).all():
            raise VectorIndexError("The query vector is not finite; check what was heard.")
        return queries


def _divided(ids: Ids, row_of: Positions, rows: Rows, cells: Cells | None) -> VectorIndex:
    """The index with cells if it is large; made anew once it has doubled since they were cut."""
    if len(ids) <= EXACT_UP_TO:
        cells = None
    elif cells is None or len(ids) > 2 * cells.cut_at:
        cells = Cells.cut(rows, np.sort(row_of))
    return VectorIndex(ids, row_of, rows, cells)


def _sampled(ids: Ids) -> Positions:
    """Positions of the tracks that stand for all: those whose ids have the lowest digests."""
    if len(ids) <= _SAMPLE:
        return np.arange(len(ids))
    digests = ids.astype(np.uint64) * _SPREAD
    return np.sort(np.argpartition(digests, _SAMPLE)[:_SAMPLE])


def _dimension_error(given: int, expected: int) -> VectorIndexError:
    return VectorIndexError(
        f"A vector of {given} numbers meets an index of {expected}: they come from different "
        "models; run `mir rebuild`, or `mir index` if the model is new."
    )


def _checked(ids: Ids, vectors: Vectors) -> tuple[Ids, Vectors]:
    """Both as contiguous arrays of the right type, or VectorIndexError saying what is wrong."""
    ids = np.ascontiguousarray(ids, dtype=np.int64)
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    if ids.ndim != 1 or vectors.ndim != 2 or len(ids) != len(vectors) or not vectors.shape[1]:
        raise VectorIndexError(
            f"Ids of shape {ids.shape} and vectors of shape {vectors.shape} do not fit; "
            "pass (n,) and (n, dimension)."
        )
    if (ids < 0).any() or len(np.unique(ids)) != len(ids):
        raise VectorIndexError("Track ids are negative or repeated; run `mir rebuild`.")
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))  # norm would copy them
    wrong = ~(np.abs(lengths - 1) <= _LENGTH_TOLERANCE)  # so that NaN counts as wrong
    if wrong.any():
        raise VectorIndexError(
            f"The vector of track {ids[wrong][0]} has length {lengths[wrong][0]:.4g} where 1 is "
            "expected; analyse the track again with `mir index`."
        )
    return ids, vectors
