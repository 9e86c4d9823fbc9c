"""What a question is answered with: tracks, how near each is, and why."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mir.catalogue.tracks import Track
from mir.search.sentences import sentences
from mir.search.why import Why
from mir.vectors.rows import Scores


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
    why: Why = field(default_factory=Why)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is an answer, in words: see mir.search.sentences."""
        return sentences(self.why)


class Counting(Protocol):
    """A library compared with a query, such as a `mir.vectors.ranking.Ranking`."""

    def less(self, scores: Scores) -> NDArray[np.float64]:
        """For each of some scores (k,), how many tracks have a lower one."""
        ...


def similarities(scores: Sequence[float], ranking: Counting, others: int) -> list[float]:
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
    ranking: Counting,
    others: int,
    why: Mapping[int, Why],
) -> tuple[Hit, ...]:
    """The hits for `ranked` (track id, score), in that order.

    A track that is no longer in the catalogue is left out. The other arguments are those of
    `similarities`; `why` is by track id, and only the percentile is told of what it lacks.
    """
    kept = [(tracks[track], score) for track, score in ranked if track in tracks]
    shares = similarities([score for _, score in kept], ranking, others)
    return tuple(
        Hit(
            track,
            max(-1.0, min(1.0, score)),
            share,
            replace(why.get(track.id, Why()), percentile=share),
        )
        for (track, score), share in zip(kept, shares, strict=True)
    )
