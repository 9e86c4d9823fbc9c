"""Several centres of one taste: who likes folk and techno likes nothing that lies between. Pure.

Spherical k-means (Dhillon and Modha, 2001) over weighted unit vectors, begun at the tracks that
are worst explained, so that nothing is drawn by chance. How many centres there are follows from the
evidence: one more is made only while it explains clearly more than chance would.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Floats = NDArray[np.float64]

MOST_CENTRES = 6
ALIKE = 0.1  # one minus the mean cosine to the centres: below, all of it is one kind of music
GAIN = 0.8  # what each further centre must leave unexplained at most, of what was before
_ROUNDS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """Where a taste lies: unit vectors (k, dimension), and the share (k,) of its weight at each."""

    vectors: Vectors
    shares: Floats


def centres(vectors: Vectors, weights: Floats) -> Centres:
    """The centres of unit vectors (n, dimension) of positive weights (n,), the heaviest first.

    n >= 1. There are at most `MOST_CENTRES` and no more than the root of n, rounded up.
    """
    most = min(MOST_CENTRES, int(np.ceil(np.sqrt(len(vectors)))))
    found = now = _settled(vectors, weights, _mean(vectors, weights)[None])
    left = _unexplained(vectors, weights, now)
    least = _cost(left, 1, len(vectors))
    while len(now) < most and left > ALIKE:
        worst = int(np.argmax(weights * (1 - (vectors @ now.T).max(axis=1))))
        more = _settled(vectors, weights, np.concatenate([now, vectors[worst][None]]))
        if len(more) == len(now):
            break
        now, left = more, _unexplained(vectors, weights, more)
        cost = _cost(left, len(now), len(vectors))
        if cost < least:
            found, least = now, cost
    nearest = (vectors @ found.T).argmax(axis=1)
    shares = np.bincount(nearest, weights, minlength=len(found)) / weights.sum()
    order = np.argsort(-shares, kind="stable")
    return Centres(found[order], shares[order])


def _cost(left: float, count: int, tracks: int) -> float:
    """What the centres leave unexplained, and what they cost; the lowest is the best number.

    Centres explain something of mere noise as well: as much as their share of the tracks.
    """
    return left / (tracks - count + 1) / GAIN**count


def _settled(vectors: Vectors, weights: Floats, start: Vectors) -> Vectors:
    """Centres (k, dimension) that lie in the middle of what is nearest to them; k may shrink."""
    now = start
    nearest = None
    for _ in range(_ROUNDS):
        assigned = (vectors @ now.T).argmax(axis=1)
        if nearest is not None and np.array_equal(assigned, nearest):
            break
        nearest = assigned
        kept = np.unique(assigned)
        now = np.stack([_mean(vectors[assigned == k], weights[assigned == k]) for k in kept])
    return now


def _mean(vectors: Vectors, weights: Floats) -> Vectors:
    mean = weights @ vectors
    length = float(np.linalg.norm(mean))
    # Opposite vectors have no middle; the heaviest stands for them.
    middle = mean / length if length > 1e-6 else vectors[int(np.argmax(weights))]
    return middle.astype(np.float32)


def _unexplained(vectors: Vectors, weights: Floats, found: Vectors) -> float:
    nearest = (vectors @ found.T).max(axis=1)
    return float(max(0.0, 1 - np.average(nearest, weights=weights)))
