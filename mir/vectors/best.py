"""The one place that says which of many scores are the best, exactly and repeatably."""

import numpy as np
from numpy.typing import NDArray


def best(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Positions of the `count` highest of `scores` (n,), best first, equal scores by position.

    A partition finds the lowest score that still belongs; only what reaches it is sorted, so
    that a tie across the border is settled by position too and never by the luck of a heap.
    Fewer than `count` positions come back only when there are fewer scores.
    """
    size = len(scores)
    count = min(count, size)
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    lowest = np.partition(scores, size - count)[size - count]
    reaching = np.flatnonzero(scores >= lowest)
    order = np.argsort(-scores[reaching], kind="stable")
    return reaching[order][:count].astype(np.int64, copy=False)
