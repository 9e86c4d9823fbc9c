"""Where tracks lie on a map, from their vectors alone. Pure.

At most `ANCHORS` tracks, spread over the library, are laid out by t-SNE (van der Maaten and Hinton,
2008; as scikit-learn computes it, by the method of Barnes and Hut), begun at the principal
components so that the same vectors give the same map. Every other track comes between the anchors
that are nearest to it: so a library of any size costs the same seconds, and a track that comes
later gets its place without anything else moving.
"""

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Points = NDArray[np.float32]

ANCHORS = 4_000
FEW = 50  # tracks below which the principal components are as good, and there at once
PERPLEXITY = 30.0
_NEAREST = 5  # anchors that a track lies between
_SHARPNESS = 40.0  # how fast a further anchor loses its say, in units of the cosine
_BLOCK = 4_096  # tracks compared with all anchors at a time
_EDGE = 0.995  # share of the anchors that lie within the square


def chosen(count: int) -> NDArray[np.int64]:
    """Which of `count` tracks, ordered by id, are anchors: at most `ANCHORS`, evenly spaced."""
    if count <= ANCHORS:
        return np.arange(count)
    return np.arange(ANCHORS) * count // ANCHORS


def laid_out(vectors: Vectors) -> Points:
    """Places (n, 2) in [-1, 1] of unit vectors (n, dimension); the same each time.

    A few lie on the edge that would lie beyond it.
    """
    count = len(vectors)
    if count < 3:
        return np.array([[0, 0], [0.5, 0]], dtype=np.float32)[:count]
    main = _principal(vectors)
    if count < FEW:
        return _within(main)
    from sklearn.manifold import TSNE  # type: ignore[import-untyped]

    found = TSNE(
        init=main / max(float(main[:, 0].std()), 1e-9) * 1e-4,
        metric="cosine",
        perplexity=min(PERPLEXITY, (count - 1) / 3),
        random_state=1,  # of no account beside an init, but asked for
        max_iter=750,
    ).fit_transform(vectors)
    return _within(np.asarray(found, dtype=np.float32))


def between(vectors: Vectors, anchors: Vectors, points: Points) -> Points:
    """Places (m, 2) of vectors (m, dimension) among anchors (n, dimension) at points (n, 2).

    n >= 1. A track that sounds as an anchor does lies where it lies.
    """
    placed = np.empty((len(vectors), 2), dtype=np.float32)
    nearest = min(_NEAREST, len(anchors))
    for start in range(0, len(vectors), _BLOCK):
        cosines = vectors[start : start + _BLOCK] @ anchors.T  # (block, anchors)
        who = np.argpartition(-cosines, nearest - 1, axis=1)[:, :nearest]
        near = np.take_along_axis(cosines, who, axis=1)
        weights = np.exp((near - near.max(axis=1, keepdims=True)) * _SHARPNESS)
        weights /= weights.sum(axis=1, keepdims=True)
        placed[start : start + _BLOCK] = (points[who] * weights[..., None]).sum(axis=1)
    return placed


def _principal(vectors: Vectors) -> Points:
    """The first two principal components (n, 2), each with its larger end to the right and up."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)
    found = centred @ directions[:, [-1, -2]]
    skew = np.sign((found**3).sum(axis=0))
    return (found * np.where(skew == 0, 1, skew)).astype(np.float32)


def _within(points: Points) -> Points:
    """The points, moved and scaled so that nearly all lie in the square from -1 to 1."""
    low, high = np.quantile(points, [1 - _EDGE, _EDGE], axis=0)
    middle, half = (low + high) / 2, max(float((high - low).max()) / 2, 1e-9)
    return np.clip((points - middle) / half * 0.95, -1, 1).astype(np.float32)
