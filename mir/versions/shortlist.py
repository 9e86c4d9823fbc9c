"""Which recordings of a library may be versions of one: those with the nearest summaries."""

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray


class Shortlist:
    """The summaries of a library, without what is common to all of them."""

    def __init__(self, ids: NDArray[np.int64], summaries: FloatArray) -> None:
        """ids: (n,) of tracks; summaries: (n, d), as `mir.versions.summary` makes them."""
        self._ids = ids
        self._mean = summaries.mean(axis=0) if len(ids) else np.zeros(summaries.shape[1])
        self._centred = _unit(summaries - self._mean)

    def __len__(self) -> int:
        """Return how many recordings it chooses from."""
        return len(self._ids)

    def nearest(self, summary: FloatArray, count: int) -> NDArray[np.int64]:
        """The ids (at most `count`,) of the recordings nearest to a summary (d,), nearest first.

        The recording that the summary is of is among them, if it is of the library.
        """
        if not len(self._ids):
            return np.empty(0, np.int64)
        cosines = self._centred @ _unit(summary - self._mean)
        # Ids break ties.
        order = np.lexsort((self._ids, -cosines))[:count]
        return np.asarray(self._ids[order])


def _unit(vectors: FloatArray) -> FloatArray:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), np.float32)
