"""Measures of recommendations: is what was recommended what was played afterwards?

A recommendation is a list of k different tracks, best first; relevant are the tracks that were
played in the time after. References: nDCG with binary gains as in Järvelin and Kekäläinen,
"Cumulated gain-based evaluation of IR techniques", 2002; MRR as in Voorhees, TREC-8, 1999; novelty
as mean self-information as in Vargas and Castells, RecSys 2011.
"""

import math
from collections.abc import Collection, Mapping, Sequence


def hit(recommended: Sequence[int], relevant: Collection[int]) -> bool:
    """Whether one of the recommended tracks is relevant."""
    return any(track in relevant for track in recommended)


def reciprocal_rank(recommended: Sequence[int], relevant: Collection[int]) -> float:
    """One by the rank of the first relevant track, 0 without any."""
    ranks = (rank for rank, track in enumerate(recommended, start=1) if track in relevant)
    return 1 / next(ranks, math.inf)


def ndcg(recommended: Sequence[int], relevant: Collection[int], k: int) -> float:
    """Discounted gain of the first k, as a share of what k perfect places would gain.

    ValueError where nothing is relevant or k < 1: then no list is better than another.
    """
    if not relevant or k < 1:
        raise ValueError("nothing is relevant. Was the case to be left out?")
    discounts = [1 / math.log2(rank + 1) for rank in range(1, k + 1)]
    listed = list(zip(discounts, recommended, strict=False))
    gained = sum(discount for discount, track in listed if track in relevant)
    return gained / sum(discounts[: len(relevant)])


def novelty(recommended: Sequence[int], played: Mapping[int, int], tracks: int) -> float:
    """Mean bits of surprise that a play of a recommended track is: log2 of one by its share.

    `played` says how often each track was played; each of the library's `tracks` counts one more,
    so that what nobody played has a share. ValueError for an empty list.
    """
    if not recommended:
        raise ValueError("nothing was recommended; there is nothing to be novel.")
    total = sum(played.values()) + tracks
    shares = [(played.get(track, 0) + 1) / total for track in recommended]
    return sum(-math.log2(share) for share in shares) / len(shares)


def artist_diversity(artists: Sequence[str | None]) -> float:
    """Different artists of the tracks as a share of the tracks; unnamed ones are all different."""
    if not artists:
        raise ValueError("nothing was recommended; it has no artists.")
    named = {artist for artist in artists if artist is not None}
    return (len(named) + sum(artist is None for artist in artists)) / len(artists)
