"""The ways to recommend that are judged, each from what was known at a moment."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from mir.catalogue.listening import Listening
from mir.catalogue.plays import KINDS, Event
from mir.engine import Engine
from mir.recommend.cases import Case, K, was_played
from mir.recommend.collaborative import Opinion, learn
from mir.recommend.for_listener import Wish, recommend_from
from mir.recommend.listener_matrix import matrix_of
from mir.recommend.taste import taste_of

Way = Callable[[Case, Opinion | None], Sequence[int]]


def ways(engine: Engine, rng: np.random.Generator) -> dict[str, Way]:
    """The ways that are compared; the last is what `mir.recommend` does."""
    index = engine.index()

    def random(case: Case, opinion: Opinion | None) -> Sequence[int]:
        new: list[int] = np.setdiff1d(index.ids, case.heard).tolist()
        return rng.permutation(new)[:K].tolist() if new else []

    def popular(case: Case, opinion: Opinion | None) -> Sequence[int]:
        heard = set(case.heard)
        order = sorted(case.played.items(), key=lambda pair: (-pair[1], pair[0]))
        return [track for track, _ in order if track not in heard]

    def one_mean(case: Case, opinion: Opinion | None) -> Sequence[int]:
        known = np.array([e.track for e in case.known if was_played(e)], dtype=np.int64)
        here = index.ids[index.positions(np.unique(known))]
        if not len(here):
            return []
        new = np.setdiff1d(index.ids, case.heard)
        found: list[int] = index.search(index.vectors_of(here).mean(axis=0), K, new)[0].tolist()
        return found

    def content(case: Case, opinion: Opinion | None) -> Sequence[int]:
        return hybrid(case, None)

    def collaborative(case: Case, opinion: Opinion | None) -> Sequence[int]:
        if opinion is None:
            return []
        order = opinion.tracks[np.argsort(-opinion.worth, kind="stable")]
        return order[~np.isin(order, case.heard)].tolist()

    def hybrid(case: Case, opinion: Opinion | None) -> Sequence[int]:
        wish = Wish(exclude=tuple(case.heard), count=K, explore=0.0)
        hits = recommend_from(engine, wish, taste_of(case.known, case.at), 0, opinion)
        return [found.track.id for found in hits]

    return {
        "random": random,
        "popularity": popular,
        "one mean": one_mean,
        "content": content,
        "collaborative": collaborative,
        "mir": hybrid,
    }


def listening_of(histories: Mapping[str, Sequence[Event]]) -> Listening:
    """All plays of these histories, earliest first."""
    names = tuple(histories)
    pairs = [(place, event) for place, name in enumerate(names) for event in histories[name]]
    pairs.sort(key=lambda pair: pair[1].at)
    shares = [np.nan if event.share is None else event.share for _, event in pairs]
    return Listening(
        names,
        np.array([place for place, _ in pairs], dtype=np.int64),
        np.array([event.track for _, event in pairs], dtype=np.int64),
        np.array([KINDS.index(event.kind) for _, event in pairs], dtype=np.int64),
        np.array(shares, dtype=np.float64),
        np.array([event.at.timestamp() for _, event in pairs], dtype=np.float64),
    )


def opinion_at(everything: Listening, case: Case) -> Opinion | None:
    """What the others would have said at the moment of the case: nothing after it is known."""
    before = int(np.searchsorted(everything.at, case.at.timestamp()))
    known = Listening(
        everything.names,
        *(each[:before] for each in _arrays(everything)),
    )
    together = learn(matrix_of(known, case.at))
    if together is None:
        return None
    return together.opinion(case.listener, taste_of(case.known, case.at))


def _arrays(plays: Listening) -> tuple[np.ndarray, ...]:
    return plays.listener, plays.track, plays.kind, plays.share, plays.at
