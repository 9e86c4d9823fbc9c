"""Hubness: a few items that are neighbours of everything, and many that are of nothing.

In many dimensions some vectors lie near the middle of all others and turn up in every list, while
"orphans" turn up in none: a search that suffers from it shows the same tracks again and again
and hides others for good. Measured is the k-occurrence N_k, the number of items
among whose k nearest an item is (M. Radovanović, A. Nanopoulos and M. Ivanović, "Hubs in
space", JMLR 11, 2010). Its mean is k; what tells is its shape.

Conventions: cosine, every item asks once and is no neighbour of its own, nothing else is
filtered, equal scores in order of position. Skewness is the third standardised moment with the
population's deviation, as in that paper; 0 where every item occurs equally often.
"""

import numpy as np
from numpy.typing import NDArray

from mir.evaluation.ranking import neighbours

K = 10


def k_occurrence(vectors: NDArray[np.floating], k: int = K) -> NDArray[np.int64]:
    """How many items have each item among their `k` nearest: (n,) counts, of mean k.

    vectors: (n, d), n > k, of any length but zero.
    """
    if not 1 <= k < len(vectors):
        raise ValueError(f"k is {k} and there are {len(vectors)} items; k must lie below that")
    counts = np.zeros(len(vectors), np.int64)
    for near in neighbours(vectors, range(len(vectors)), [""] * len(vectors)):
        counts[near[:k]] += 1
    return counts


def skewness(counts: NDArray[np.integer]) -> float:
    """Third standardised moment of the counts: 0 symmetric, above 1 strongly hubbed."""
    off = counts - counts.mean()
    deviation = float(np.sqrt(np.mean(off**2)))
    return float(np.mean(off**3)) / deviation**3 if deviation > 0 else 0.0


def orphans(counts: NDArray[np.integer]) -> int:
    """How many items are among nobody's nearest."""
    return int(np.sum(counts == 0))
