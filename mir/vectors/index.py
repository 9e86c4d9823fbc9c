"""Exact nearest neighbours among unit vectors, with the filter inside the search.

Conventions: vectors are float32 rows of unit length, ids are positive track ids, a score is
the inner product and so the cosine in [-1, 1] when the query has unit length too. Results
are exact, descending by score, equal scores ascending by id.

Why exact: an approximate index under a genre-like filter returns too few and wrong tracks
without a word, and at 100,000 x 256 exactness costs 7 ms unfiltered and far less filtered.
Why faiss's row kernels and not its `search` with an id selector: for one query they give the
same scores, were faster at every selectivity tried (100,000 x 256, ms of one core: 1 % .05
against .30, 10 % .7 against 1.0, 50 % 3.0 against 3.7; gathering the rows with numpy .13, 1.7
and 31), give equal rows equal scores, and leave all scores, so that ties are settled by id.

This is the only module that imports faiss.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from mir.errors import NotFound, VectorIndexError
from mir.vectors.best import best

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]

_kernels: Any = faiss  # the row kernels are missing from faiss's type stubs

_LENGTH_TOLERANCE = 1e-2  # a vector may have passed through half precision
_BLAS_FROM_QUERIES = 4  # from here one matrix product beats a pass of the kernel per query


class VectorIndex:
    """An immutable set of (track id, unit vector), searched exactly.

    Make one with `build`, `updated` or `read`. It is safe to search from several threads.
    """

    _flat: Any  # the inner index; with its ids in ascending order a row's place is its id's

    def __init__(self, index: Any) -> None:
        """Take over a faiss `IndexIDMap2` around an inner-product flat index, ids ascending."""
        self._index = index  # owns the memory that `_matrix` looks into
        self._flat = faiss.downcast_index(index.index)
        self._ids: Ids = faiss.vector_to_array(index.id_map).astype(np.int64, copy=False)
        self._ids.flags.writeable = False
        count, dimension = len(self._ids), int(index.d)
        if count:
            flat_view = faiss.rev_swig_ptr(self._flat.get_xb(), count * dimension)
            self._matrix: Vectors = flat_view.reshape(count, dimension)
            self._matrix.flags.writeable = False
        else:
            self._matrix = np.empty((0, dimension), dtype=np.float32)

    @classmethod
    def build(cls, ids: Ids, vectors: Vectors) -> VectorIndex:
        """An index of `vectors` (n, dimension) under `ids` (n,), in any order; n may be 0.

        Raises VectorIndexError for shapes that do not fit, ids that are repeated or negative,
        and vectors that are not finite or not of unit length.
        """
        ids, vectors = _checked(ids, vectors)
        order = np.argsort(ids, kind="stable")
        # faiss wants the inner index empty when it is wrapped: rows added before would have
        # no id and shift all that follow.
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        if len(ids):
            index.add_with_ids(np.ascontiguousarray(vectors[order]), ids[order])
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> VectorIndex:
        """The index in the file at `path`; VectorIndexError if it is not one of ours."""
        try:
            index: Any = faiss.read_index(str(path))
        except RuntimeError as error:
            raise VectorIndexError(
                f"The vector index {path} cannot be read; run `mir rebuild`."
            ) from error
        ours = (
            isinstance(index, faiss.IndexIDMap2)
            and index.metric_type == faiss.METRIC_INNER_PRODUCT
            and isinstance(faiss.downcast_index(index.index), faiss.IndexFlatIP | faiss.IndexFlat)
            and index.index.ntotal == index.id_map.size()
        )
        if not ours or (np.diff(faiss.vector_to_array(index.id_map)) <= 0).any():
            raise VectorIndexError(
                f"The vector index {path} was not written by this program; run `mir rebuild`."
            )
        return cls(index)

    def write(self, path: Path) -> None:
        """Write the index to `path`, not atomically (`mir.vectors.store` does that)."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise VectorIndexError(
                f"The vector index cannot be written to {path}; "
                "free some space or make the folder writable."
            ) from error

    @property
    def ids(self) -> Ids:
        """All track ids (n,), ascending, read-only."""
        return self._ids

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        return int(self._index.d)

    def __len__(self) -> int:
        """Number of tracks."""
        return len(self._ids)

    def search(
        self, query: Vectors, count: int, allowed: Ids | None = None
    ) -> tuple[Ids, NDArray[np.float32]]:
        """The `count` tracks nearest to `query` (dimension,): (ids, scores), best first.

        `allowed` (ascending ids) restricts the search; ids unknown to the index are passed
        over. Fewer than `count` come back only when fewer qualify.
        """
        if allowed is None:
            scores = self.scores(query)
            chosen = best(scores, count)
            return self._ids[chosen], scores[chosen]
        query = self._checked_query(query)
        positions = self.positions(allowed)
        scores = self._scores_at(query, positions)
        chosen = best(scores, count)
        return self._ids[positions[chosen]], scores[chosen]

    def scores(self, query: Vectors) -> NDArray[np.float32]:
        """Score of every track against `query` (dimension,), aligned with `ids`."""
        query = self._checked_query(query)
        scores = np.empty(len(self), dtype=np.float32)
        if len(self):
            _kernels.fvec_inner_products_ny(
                faiss.swig_ptr(scores),
                faiss.swig_ptr(query),
                self._flat.get_xb(),
                self.dimension,
                len(self),
            )
        return scores

    def scores_of_many(self, queries: Vectors) -> NDArray[np.float32]:
        """Scores of every track against each of `queries` (m, dimension): (m, n).

        Exact as `scores` is, to the last rounding: from a few queries on a matrix product does it.
        """
        if len(queries) < _BLAS_FROM_QUERIES:
            rows = [self.scores(query) for query in queries]
            return np.stack(rows) if rows else np.empty((0, len(self)), dtype=np.float32)
        checked = np.stack([self._checked_query(query) for query in queries])
        product: NDArray[np.float32] = checked @ self._matrix.T
        return product

    def positions(self, ids: Ids) -> Ids:
        """Where those of `ids` (ascending) that are here stand in `self.ids`, ascending."""
        if not len(self) or not len(ids):
            return np.empty(0, dtype=np.int64)
        ids = np.asarray(ids, dtype=np.int64)
        found = np.searchsorted(self._ids, ids)
        found = np.minimum(found, len(self) - 1)
        return found[self._ids[found] == ids]

    def vectors_of(self, ids: Ids) -> Vectors:
        """Copies of the vectors of `ids` (m,), in that order: (m, dimension).

        Raises NotFound naming the first id that has no vector.
        """
        ids = np.asarray(ids, dtype=np.int64)
        found = np.minimum(np.searchsorted(self._ids, ids), max(len(self) - 1, 0))
        known = self._ids[found] == ids if len(self) else np.zeros(len(ids), dtype=bool)
        if not known.all():
            raise NotFound(
                f"Track {ids[~known][0]} has no vector in the index; "
                "check the number, or run `mir index` so that it is analysed."
            )
        return self._matrix[found].copy()

    def updated(self, add_ids: Ids, add_vectors: Vectors, remove_ids: Ids) -> VectorIndex:
        """A new index without `remove_ids` and with `add_ids`; this one stays as it is.

        An id that is both here and in `add_ids` gets the new vector; ids to remove that are
        unknown are passed over. Raises as `build` does.
        """
        add_ids, add_vectors = _checked(add_ids, add_vectors)
        if len(add_ids) and add_vectors.shape[1] != self.dimension:
            raise _dimension_error(add_vectors.shape[1], self.dimension)
        leaving = np.concatenate([np.asarray(remove_ids, dtype=np.int64), add_ids])
        staying = ~np.isin(self._ids, leaving)
        if not len(add_ids):
            return VectorIndex.build(self._ids[staying], self._matrix[staying])
        return VectorIndex.build(
            np.concatenate([self._ids[staying], add_ids]),
            np.concatenate([self._matrix[staying], add_vectors]),
        )

    def _scores_at(self, query: Vectors, positions: Ids) -> NDArray[np.float32]:
        scores = np.empty(len(positions), dtype=np.float32)
        if len(positions):
            positions = np.ascontiguousarray(positions)
            _kernels.fvec_inner_products_by_idx(
                faiss.swig_ptr(scores),
                faiss.swig_ptr(query),
                self._flat.get_xb(),
                faiss.swig_ptr(positions),
                self.dimension,
                1,
                len(positions),
            )
        return scores

    def _checked_query(self, query: Vectors) -> Vectors:
        # OpenMP keeps its thread count per calling thread, so it is said where it matters: one
        # query is too little work to share, and a server has other requests for the other cores.
        faiss.omp_set_num_threads(1)
        query = np.ascontiguousarray(query, dtype=np.float32)
        if query.ndim != 1:
            raise VectorIndexError(
                f"A query of shape {query.shape} was given; pass one vector of {self.dimension}."
            )
        if len(query) != self.dimension:
            raise _dimension_error(len(query), self.dimension)
        if not np.isfinite(query).all():
            raise VectorIndexError("The query vector is not finite; check what was heard.")
        return query


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
    lengths = np.linalg.norm(vectors, axis=1)
    wrong = ~(np.abs(lengths - 1) <= _LENGTH_TOLERANCE)  # so that NaN counts as wrong
    if wrong.any():
        raise VectorIndexError(
            f"The vector of track {ids[wrong][0]} has length {lengths[wrong][0]:.4g} where 1 is "
            "expected; analyse the track again with `mir index`."
        )
    return ids, vectors
