"""The candidates for an answer: the nearest tracks, present, each recording once.

The index may still hold tracks that have left the catalogue, and several versions of one
recording count once: so how many of the nearest are looked at grows until enough are left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mir.catalogue import briefs
from mir.catalogue.briefs import Brief
from mir.duplicates.recordings import recordings
from mir.engine import Engine, View
from mir.search.hits import similarities
from mir.search.variety import Candidate, candidate, varied, without_versions
from mir.vectors.index import VectorIndex
from mir.vectors.ranking import Ranking
from mir.vectors.rows import Positions

VARIED = 100  # tracks among which `variety` chooses; what is further away follows as it is
_WIDER = 4


@dataclass(frozen=True, slots=True)
class Pool:
    """Tracks by falling score; `whole` where no others qualify, `size` were looked at."""

    tracks: tuple[Brief, ...]
    scores: tuple[float, ...]
    size: int
    whole: bool

    def near(self, ranking: Ranking, others: int, least: float) -> list[Candidate]:
        """The candidates whose similarity, as `mir.search.hits` counts it, is at least so high."""
        count = len(self.tracks)
        if least > 0:
            count = sum(share >= least for share in similarities(self.scores, ranking, others))
        pairs = zip(self.tracks[:count], self.scores[:count], strict=True)
        return [candidate(track, score) for track, score in pairs]


def pools(
    engine: Engine,
    view: View,
    ranking: Ranking,
    permitted: Positions | None,
    without: Positions,
    played: Sequence[Brief],
    size: int,
) -> Iterator[Pool]:
    """Pools of the `size` nearest and then of four times as many, until one is whole.

    permitted: positions in the index that may be found, None for all; without: those that may
    not. No track is a further version of one of `played`.
    """
    found: dict[int, Brief] = {}
    while True:
        chosen, scores = ranking.best(size, permitted, without=without)
        score = dict(zip(view.index.ids[chosen].tolist(), scores.tolist(), strict=True))
        with engine.catalogue.session() as session:
            new = [track for track in score if track not in found]
            found.update(briefs.get_many(session, new))
            same = recordings(session, [*found, *(track.id for track in played)])
        present = [found[track] for track in score if track in found]
        distinct = without_versions(present, played, same)
        whole = len(chosen) < size
        yield Pool(tuple(distinct), tuple(score[each.id] for each in distinct), size, whole)
        if whole:
            return
        size *= _WIDER


def reordered(index: VectorIndex, near: Sequence[Candidate], variety: float) -> Sequence[Candidate]:
    """The candidates with the nearest `VARIED` of them as `mir.search.variety.varied` has them."""
    if not variety:
        return near
    first = near[:VARIED]
    vectors = index.vectors_of(np.array([each.track for each in first], dtype=np.int64))
    order = varied(np.array([each.score for each in first]), vectors, variety)
    return [*(first[n] for n in order), *near[VARIED:]]
