"""What a question is answered with: tracks, how near each is, and why."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mir.catalogue.tracks import Track
from mir.vectors.ranking import Ranking


@dataclass(frozen=True, slots=True)
class Hit:
    """One track of an answer.

    `similarity` is the share of this library that is less similar to the query than this track
    is: of all other tracks (the query itself left out), how many have a lower score. So 1 is
    the nearest and 0 the furthest track of the library, whatever the filter, and 0.99 says
    that one track in a hundred would be nearer.
    In a library too large to compare every track it is estimated; see `mir.vectors.ranking`.
    """

    track: Track
    score: float  # in [-1, 1]: cosine of the two sounds, or a mean of cosines
    similarity: float  # in [0, 1]
    reasons: tuple[str, ...] = ()  # at most four, most telling first; see mir.search.explain


def similarities(scores: Sequence[float], ranking: Ranking, others: int) -> list[float]:
    """`Hit.similarity` of each of `scores`, where `ranking` is that of the library.

    `others` is how many tracks there are beside a hit and the query.
    """
    less = ranking.less(np.asarray(scores, dtype=np.float32))
    return [similarity(float(count), others) for count in less]


def similarity(less: float, others: int) -> float:
    """`Hit.similarity` where so many of the `others` have a lower score; 1 where there are none."""
    return 1.0 if others < 1 else min(1.0, less / others)


def percentage(similarity: float) -> str:
    """The similarity as every door shows it, such as 99.7%; 100.0% only for the nearest."""
    return f"{math.floor(1000 * similarity + 1e-9) / 10:.1f}%"


def make_hits(
    ranked: Sequence[tuple[int, float]],
    tracks: dict[int, Track],
    ranking: Ranking,
    others: int,
    why: Callable[[Track], tuple[str, ...]],
) -> tuple[Hit, ...]:
    """The hits for `ranked` (track id, score), in that order.

    A track that is no longer in the catalogue is left out. The other arguments are those of
    `similarities` and the reasons for one track.
    """
    kept = [(tracks[track], score) for track, score in ranked if track in tracks]
    shares = similarities([score for _, score in kept], ranking, others)
    return tuple(
        Hit(track, max(-1.0, min(1.0, score)), share, why(track))
        for (track, score), share in zip(kept, shares, strict=True)
    )
