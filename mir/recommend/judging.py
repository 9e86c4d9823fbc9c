"""Would it have recommended what was played next? Judged on the library's own plays, by time.

Each listener's tracks are cut at five moments: from what was played before, each way recommends
`K` tracks that the listener had not played; relevant are the new tracks that were liked, or heard
for the better part, until the next cut. Plays after a cut, of anybody, are not known before it.
Repeats do not count: to recommend what is played daily is no art.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from mir.catalogue import plays, tracks
from mir.catalogue.plays import Event
from mir.engine import Engine
from mir.errors import InvalidQuery
from mir.evaluation import interval
from mir.evaluation.recommending import artist_diversity, hit, ndcg, novelty, reciprocal_rank
from mir.evaluation.report import Cell, Row, Table
from mir.recommend.for_listener import Wish, recommend_from
from mir.recommend.taste import taste_of
from mir.search.variety import main_artist

K = 20
CUTS = (0.5, 0.6, 0.7, 0.8, 0.9)  # shares of the plays
LEAST_KNOWN = 10  # tracks played before a cut, for it to count
_LEAST_SHARE = 0.5  # of a track that must be heard for it to count as played afterwards
_MOST_PLAYS = 100_000  # of one listener
_MOST_BITS = 64.0


@dataclass(frozen=True, slots=True)
class Case:
    """A listener at a moment: what was known of them, and what they played anew until the next."""

    listener: str
    at: datetime
    known: tuple[Event, ...]  # earliest first
    relevant: frozenset[int]
    played: Mapping[int, int]  # by anybody before, track -> listens

    @property
    def heard(self) -> list[int]:
        """The tracks that the listener had met, ascending."""
        return sorted({event.track for event in self.known})


Way = Callable[[Case], Sequence[int]]


def judge(engine: Engine, rng: np.random.Generator) -> Table:
    """How well each way recommends to the listeners of the library.

    Raises InvalidQuery where no listener has played enough.
    """
    with engine.catalogue.session() as session:
        histories = {
            name: plays.history(session, name, _MOST_PLAYS)[::-1]
            for name in plays.listeners(session)
        }
        total = tracks.count(session)
    cases = cases_of(histories)
    if not cases:
        raise InvalidQuery(
            f"No listener has played enough to be judged by: {LEAST_KNOWN} tracks, and others "
            "after them; send plays to POST /api/v1/plays."
        )
    rows = tuple(
        Row(name, _figures(engine, cases, [list(way(case))[:K] for case in cases], total))
        for name, way in ways(engine, rng).items()
    )
    listeners = len({case.listener for case in cases})
    return Table(
        f"{len(cases)} moments of {listeners} listeners among {total} tracks",
        "way",
        rows,
        f"Only tracks that the listener had not played count. hit: one of {K} was played until the "
        "next moment; novelty in bits; artists: different ones by track; ± is a 95 % interval "
        "over the moments, which are taken as independent (those of one listener are not quite).",
    )


def cases_of(histories: Mapping[str, Sequence[Event]]) -> list[Case]:
    """Every moment that counts of these histories (listener -> events, earliest first)."""
    everything = [event for events in histories.values() for event in events]
    everything.sort(key=lambda event: event.at)
    cases = []
    for listener, events in histories.items():
        borders = [int(cut * len(events)) for cut in CUTS]
        for start, end in zip(borders, [*borders[1:], len(events)], strict=True):
            known = tuple(events[:start])
            heard = {event.track for event in known}
            later = {event.track for event in events[start:end] if _played(event)}
            if len(heard) < LEAST_KNOWN or not later - heard:
                continue
            at = events[start].at
            before = (e.track for e in everything if e.at < at and e.kind == "listen")
            cases.append(Case(listener, at, known, frozenset(later - heard), Counter(before)))
    return cases


def ways(engine: Engine, rng: np.random.Generator) -> dict[str, Way]:
    """The ways to recommend that are compared; the last is what `mir.recommend` does."""
    index = engine.index()

    def random(case: Case) -> Sequence[int]:
        new: list[int] = np.setdiff1d(index.ids, case.heard).tolist()
        return rng.permutation(new)[:K].tolist() if new else []

    def popular(case: Case) -> Sequence[int]:
        heard = set(case.heard)
        order = sorted(case.played.items(), key=lambda pair: (-pair[1], pair[0]))
        return [track for track, _ in order if track not in heard]

    def one_mean(case: Case) -> Sequence[int]:
        known = np.array([e.track for e in case.known if _played(e)], dtype=np.int64)
        here = index.ids[index.positions(np.unique(known))]
        if not len(here):
            return []
        new = np.setdiff1d(index.ids, case.heard)
        found: list[int] = index.search(index.vectors_of(here).mean(axis=0), K, new)[0].tolist()
        return found

    def taste(case: Case) -> Sequence[int]:
        wish = Wish(exclude=tuple(case.heard), count=K, explore=0.0)
        hits = recommend_from(engine, wish, taste_of(case.known, case.at), draw=0)
        return [found.track.id for found in hits]

    return {"random": random, "popularity": popular, "one mean": one_mean, "mir": taste}


def _figures(
    engine: Engine, cases: Sequence[Case], lists: Sequence[Sequence[int]], total: int
) -> dict[str, Cell]:
    """The figures of one way, from its list for each case."""
    named = {track for each in lists for track in each}
    with engine.catalogue.session() as session:
        artists = {
            found.id: main_artist(found) for found in tracks.get_many(session, named).values()
        }
    pairs = list(zip(cases, lists, strict=True))
    filled = [(case, each) for case, each in pairs if each]
    bits = [novelty(each, case.played, total) for case, each in filled]
    varied = [artist_diversity([artists.get(track) for track in each]) for _, each in filled]
    return {
        f"hit@{K}": interval.proportion(sum(hit(e, c.relevant) for c, e in pairs), len(pairs)),
        f"nDCG@{K}": interval.mean([ndcg(e, c.relevant, K) for c, e in pairs]),
        "MRR": interval.mean([reciprocal_rank(e, c.relevant) for c, e in pairs]),
        "coverage": len(named) / max(1, total),
        "novelty": interval.mean(bits, high=_MOST_BITS) if bits else None,
        "artists": interval.mean(varied) if varied else None,
    }


def _played(event: Event) -> bool:
    """Whether it was liked, or heard for the better part."""
    if event.kind == "listen":
        return event.share is None or event.share >= _LEAST_SHARE
    return event.kind == "like"
