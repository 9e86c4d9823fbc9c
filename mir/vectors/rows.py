"""Vectors as rows that are compared with a query, exactly, by faiss's row kernels.

Rows never change and never move: what is added comes after them, so that an index with more
rows shares those of the one before, in memory as in the file. The first rows may be a file mapped
into memory, whose pages the system fetches when they are read and may drop again.

Why faiss's row kernels: for one query they are faster than its `search` and than numpy, give
equal rows equal scores, and leave all scores, so that ties are settled by track id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]
Scores = NDArray[np.float32]
Vectors = NDArray[np.float32]

_kernels: Any = faiss  # the row kernels are missing from faiss's type stubs

_BLAS_FROM_QUERIES = 8  # from here one matrix product beats a pass of the kernel per query
_CACHED = 1_024  # rows that stay in a core's cache while several queries meet them
_PRODUCT = 32_768  # rows of one matrix product: what it makes is small beside the rows


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that the first rows are mapped from; see `mir.vectors.row_file`."""

    name: str
    rows: int
    digests: tuple[str, ...]  # of its blocks


class Rows:
    """Vectors (rows, dimension), float32: those of a file, if any, and those added since."""

    def __init__(
        self, first: Vectors, added: Vectors | None = None, origin: Origin | None = None
    ) -> None:
        """Hold the rows, without a copy; `origin` says which file `first` is mapped from."""
        self.first = first
        self.added = np.empty((0, first.shape[1]), np.float32) if added is None else added
        self.origin = origin
        for part in (self.first, self.added):
            part.flags.writeable = False

    @property
    def dimension(self) -> int:
        """Length of every row."""
        return int(self.first.shape[1])

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.first) + len(self.added)

    def with_added(self, vectors: Vectors) -> Rows:
        """These rows and `vectors` (m, dimension) after them; shares the memory of the first."""
        return Rows(self.first, np.concatenate([self.added, vectors]), self.origin)

    def take(self, rows: Positions) -> Vectors:
        """Copies of some rows, in the order asked for: (k, dimension)."""
        if not len(self.added):
            return self.first[rows]
        taken = np.empty((len(rows), self.dimension), dtype=np.float32)
        late = rows >= len(self.first)
        taken[~late] = self.first[rows[~late]]
        taken[late] = self.added[rows[late] - len(self.first)]
        return taken

    def scores(self, queries: Vectors, start: int = 0, stop: int | None = None) -> Scores:
        """Inner products of `queries` (m, dimension) with the rows from `start` on: (m, rows)."""
        stop = len(self) if stop is None else min(stop, len(self))
        border = len(self.first)
        parts = (self.first[start:stop], self.added[max(start - border, 0) : max(stop - border, 0)])
        scores = np.empty((len(queries), stop - start), dtype=np.float32)
        _score_all(queries, parts[0], scores[:, : len(parts[0])])
        _score_all(queries, parts[1], scores[:, len(parts[0]) :])
        return scores

    def scores_at(self, query: Vectors, rows: Positions) -> Scores:
        """Inner products of `query` (dimension,) with some rows, in that order: (k,)."""
        scores = np.empty(len(rows), dtype=np.float32)
        if not len(self.added):
            _score_at(query, self.first, rows, scores)
            return scores
        late = rows >= len(self.first)
        for part, here, start in ((self.first, ~late, 0), (self.added, late, len(self.first))):
            found = np.empty(int(here.sum()), dtype=np.float32)
            _score_at(query, part, rows[here] - start, found)
            scores[here] = found
        return scores


def _score_all(queries: Vectors, matrix: Vectors, scores: Scores) -> None:
    """Fill `scores` (queries, rows)."""
    if len(queries) >= _BLAS_FROM_QUERIES:
        columns = np.ascontiguousarray(queries.T)
        for start in range(0, len(matrix), _PRODUCT):  # rows first: that way they are packed once
            some = slice(start, start + _PRODUCT)
            scores[:, some] = (matrix[some] @ columns).T
        return
    step = _CACHED if len(queries) > 1 else max(1, len(matrix))
    for start in range(0, len(matrix), step):
        some = slice(start, start + step)
        for query, row in zip(queries, scores, strict=True):
            _score(query, matrix[some], row[some])


def _score(query: Vectors, matrix: Vectors, scores: Scores) -> None:
    if len(matrix):
        _use_one_thread()
        _kernels.fvec_inner_products_ny(
            faiss.swig_ptr(scores),
            faiss.swig_ptr(query),
            faiss.swig_ptr(matrix),
            matrix.shape[1],
            len(matrix),
        )


def _score_at(query: Vectors, matrix: Vectors, rows: Positions, scores: Scores) -> None:
    if len(rows):
        _use_one_thread()
        rows = np.ascontiguousarray(rows, dtype=np.int64)
        _kernels.fvec_inner_products_by_idx(
            faiss.swig_ptr(scores),
            faiss.swig_ptr(query),
            faiss.swig_ptr(matrix),
            faiss.swig_ptr(rows),
            matrix.shape[1],
            1,
            len(rows),
        )


def _use_one_thread() -> None:
    # OpenMP keeps its thread count per calling thread, so it is said where it matters: one
    # query is too little work to share, and a server has other requests for the other cores.
    faiss.omp_set_num_threads(1)
