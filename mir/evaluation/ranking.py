"""Measures of ranked neighbours: what is near a query, and is it of the same kind.

The task: every item has a vector, a label and an artist; for each query the others are
ranked by falling cosine, and a neighbour is relevant if it bears the query's label.

Conventions:

- *Artist filter* (Pampalk, Flexer and Widmer, ISMIR 2005): neighbours by the query's own
  artist are left out, since a model that recognises a singer or a studio would seem to know
  the genre.
  An unknown artist (an empty name) is an artist of its own: it filters only the query.
- Equal scores are ordered by position, so that a result never depends on the machine.
- Fewer than k neighbours: precision at k divides by the neighbours there are, not by k.
  A query with no neighbour at all has no precision, and asking for it is an error.
- A query whose label nothing else bears counts as 0 in precision at k and success at k
  (nothing right was there to find); average precision is undefined for it, and it is left out.

References: precision, average precision and MAP as in Manning, Raghavan and Schütze,
"Introduction to Information Retrieval", 2008, chapter 8, without interpolation.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Positions = NDArray[np.int64]

_BLOCK = 512  # queries scored at once: bounds the score matrix at 512 rows


def validate(relevant: Bools) -> None:
    """Raise ValueError unless `relevant` is a non-empty row of booleans, best neighbour first."""
    if relevant.dtype != np.bool_:
        raise ValueError(
            f"relevant holds {relevant.dtype}, not booleans. Are these scores or labels? "
            "Compare the neighbours' labels with the query's first."
        )
    if relevant.ndim != 1:
        raise ValueError(
            f"relevant has shape {relevant.shape}; it must be the ranking of one query. "
            "Loop over the queries."
        )
    if len(relevant) == 0:
        raise ValueError("the ranking is empty. Did the artist filter remove every neighbour?")


def validate_collection(vectors: NDArray[np.floating], labels: int, artists: int) -> None:
    """Raise ValueError unless vectors (n, d) are finite, non-zero and match labels and artists."""
    if vectors.ndim != 2:
        raise ValueError(
            f"vectors has shape {vectors.shape}; it must be (items, dimension). "
            "Were passages not averaged to one vector an item?"
        )
    if not len(vectors) == labels == artists:
        raise ValueError(
            f"{len(vectors)} vectors, {labels} labels and {artists} artists do not match. "
            "Were the items that failed dropped from only one of them?"
        )
    if not np.all(np.isfinite(vectors)):
        raise ValueError("vectors hold NaN or infinity. Was something divided by a zero deviation?")
    if len(vectors) and np.min(np.linalg.norm(vectors, axis=1)) == 0:
        raise ValueError("a vector is zero and has no direction. Is the file silent?")


def precision_at_k(relevant: Bools, k: int) -> float:
    """Share of relevant ones among the first k neighbours, or among all if there are fewer."""
    validate(relevant)
    _validate_k(k)
    return float(relevant[:k].mean())


def success_at_k(relevant: Bools, k: int) -> bool:
    """Say whether at least one of the first k neighbours is relevant."""
    validate(relevant)
    _validate_k(k)
    return bool(relevant[:k].any())


def average_precision(relevant: Bools) -> float | None:
    """Mean, over the relevant neighbours, of the precision at their rank; None without any."""
    validate(relevant)
    ranks = np.flatnonzero(relevant) + 1
    if len(ranks) == 0:
        return None
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))


def neighbours(
    vectors: NDArray[np.floating], queries: Sequence[int] | Positions, artists: Sequence[str]
) -> Iterator[Positions]:
    """Rank all items for each query by falling cosine, the query and its artist left out.

    vectors: (n, d), of any length but zero. queries: positions in `vectors`. artists: n names,
    "" where unknown. Yields one array of positions a query, best first; it may be empty.
    """
    validate_collection(vectors, len(artists), len(artists))
    positions = np.asarray(queries, dtype=np.int64)
    if len(positions) and (positions.min() < 0 or positions.max() >= len(vectors)):
        raise ValueError(f"queries must be positions from 0 to {len(vectors) - 1}. Are they ids?")
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = _artist_groups(artists)
    for start in range(0, len(positions), _BLOCK):
        block = positions[start : start + _BLOCK]
        for query, scores in zip(block, units[block] @ units.T, strict=True):
            order = np.argsort(-scores, kind="stable")
            yield order[groups[order] != groups[query]]


def _artist_groups(artists: Sequence[str]) -> Positions:
    known: dict[str, int] = {}
    # Unknown artists get negative numbers, each its own.
    return np.array(
        [known.setdefault(a, len(known)) if a else -1 - i for i, a in enumerate(artists)],
        dtype=np.int64,
    )


def _validate_k(k: int) -> None:
    if k < 1:
        raise ValueError(f"k is {k}; it counts neighbours and must be at least 1")
