"""A radio: what comes next, from where it began and what was liked and skipped since.

Unlike `mir.recommend.for_listener` it is asked again and again while it plays: with what it has
played, which never comes again, and with what was liked and skipped in it, which moves the scores
at once (`mir.recommend.steering`) and not only when it has become a taste.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from mir.catalogue import briefs, plays, tracks
from mir.catalogue.filters import Filter
from mir.catalogue.tracks import Track
from mir.engine import Engine, View
from mir.errors import InvalidQuery
from mir.recommend.candidates import Candidates, has
from mir.recommend.centres import centres
from mir.recommend.for_listener import LONGEST, LOVED
from mir.recommend.mix import filled
from mir.recommend.rerank import listenable
from mir.recommend.steering import nearness, steered
from mir.recommend.taste import Taste, taste_of
from mir.search import mood
from mir.search.allowed import allowed
from mir.search.explain import between
from mir.search.hits import Hit, make_hits
from mir.search.mood import Point
from mir.search.seeds import Seeds, Start, start
from mir.search.variety import main_artist, varied
from mir.search.why import Why
from mir.vectors.ranking import WholeRanking

COUNT = 10
MOST = 50  # tracks of one answer
VARIETY = 0.3
MOST_PLAYED = 500

_HEEDED = 30  # of what was liked, and of what was skipped, the latest: each is a pass over all
_SEEDS_SAY = 0.7  # of the score, beside the taste
_WIDER = 4  # times as many tracks compete for the places

Scores = NDArray[np.float32]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Station:
    """What a radio plays from, and how it went so far; tracks are ids.

    `liked`, `skipped` and `played` are in the order in which that happened. Without seeds, taste
    and a mood it draws from the whole library.
    """

    listener: str = ""
    seeds: tuple[int, ...] = ()
    artists: tuple[str, ...] = ()  # whose tracks are seeds, too
    albums: tuple[str, ...] = ()  # so are the tracks on them
    from_taste: bool = False  # begin with what the listener likes, too
    feel: Point | None = None
    variety: float = VARIETY  # in [0, 1]
    liked: tuple[int, ...] = ()
    skipped: tuple[int, ...] = ()
    played: tuple[int, ...] = ()
    filter: Filter | None = None
    count: int = COUNT
    seconds: float | None = None  # that are left to fill; None: without an end

    @property
    def starts(self) -> Seeds | None:
        """The seeds, if there are any."""
        if not (self.seeds or self.artists or self.albums):
            return None
        return Seeds(tuple(dict.fromkeys(self.seeds)), self.artists, self.albums)

    def check(self) -> None:
        """Raise InvalidQuery for what lies out of range."""
        if not 1 <= self.count <= MOST:
            raise InvalidQuery(f"{self.count} tracks were asked for; ask a radio for 1 to {MOST}.")
        if not 0 <= self.variety <= 1:
            raise InvalidQuery(f"A variety of {self.variety} lies outside 0 to 1; correct it.")
        if self.seconds is not None and not 0 <= self.seconds <= LONGEST:
            raise InvalidQuery(f"{self.seconds:g} seconds cannot be filled; ask for up to a day.")
        for name in ("liked", "skipped", "played"):
            number = len(getattr(self, name))
            if number > MOST_PLAYED:
                raise InvalidQuery(f"{number} {name} tracks; name the latest {MOST_PLAYED}.")


def go_on(engine: Engine, station: Station, now: datetime, draw: int) -> tuple[Hit, ...]:
    """What comes next, in the order to play it; the same for the same `draw` and moment.

    None was played, liked, skipped or a seed, nor is it another version of one. What was disliked
    never comes; what was heard lately rests, unless little else is left. A hit's score is the
    cosine to where the radio began, without what moved it; 0 where it draws from the library.

    Raises NotFound for a seed that is not in the library, InvalidQuery for what is out of range.
    Other tracks that are gone are passed over.
    """
    station.check()
    view = engine.view()
    with engine.catalogue.session() as session:
        taste = taste_of(plays.history(session, station.listener), now)
        met = (*station.played, *station.liked, *station.skipped)
        named = briefs.get_many(session, met)
    begin = start(engine, station.starts, view) if station.starts else None
    if begin:
        named |= begin.known
    if not len(view.index):
        return ()
    loved = _loved(view, taste) if station.from_taste else ()
    base, shown = _base(view, station, begin, taste, loved, draw)
    feel = None
    if station.feel is not None:
        feelings = mood.feelings_of(engine, view)
        feel = np.maximum(mood.nearness(view.index, feelings, station.feel), -1.0)
    liked, skipped = _present(view, station.liked), _present(view, station.skipped)
    scores = steered(base, _near(view, liked), _near(view, skipped), feel)

    permitted = allowed(engine, station.filter, view.model_id)
    positions = None if permitted is None else view.index.positions(permitted)
    never = np.unique(np.array([*taste.disliked.tolist(), *named], dtype=np.int64))
    pool = Candidates(engine, view, taste, scores[None], scores, positions, list(named.values()))
    wanted = _WIDER * station.count
    (order,), known = pool.lists([1.0], wanted, np.union1d(never, taste.resting))
    order = order[:wanted]
    vectors = view.index.vectors_of(np.array([each.track for each in order], dtype=np.int64))
    scored = np.array([each.score for each in order])
    order = [order[k] for k in varied(scored, vectors, station.variety)]
    if len(order) < station.count:  # nearly all of it was heard lately: what has rested longest
        more, also = pool.rested(never)
        order, known = [*order, *more], known | also
    last = named.get(station.played[-1]) if station.played else None
    places = wanted if station.seconds is not None else station.count
    listed = listenable(order, places, main_artist(last) if last else None)
    if station.seconds is not None:
        listed = filled(listed, lambda each: known[each.track].seconds, station.seconds)
    chosen = [each.track for each in listed[: station.count]]
    why = _whys(engine, view, chosen, station, begin, liked, loved)
    with engine.catalogue.session() as session:
        found = tracks.get_many(session, chosen, view.model_id)
    if station.feel is not None:
        why = {
            track: replace(said, notes=(*said.notes, *mood.apart(station.feel, found[track])))
            for track, said in why.items()
            if track in found
        }
    at = view.index.positions(np.array(sorted(chosen), dtype=np.int64))
    score = dict(zip(sorted(chosen), shown[at].tolist(), strict=True))
    others = begin.others(view.index) if begin else len(view.index) - 1
    ranked = [(track, score[track]) for track in chosen]
    return make_hits(ranked, found, WholeRanking(shown), others, why)


def _base(
    view: View,
    station: Station,
    begin: Start | None,
    taste: Taste,
    loved: Sequence[int],
    draw: int,
) -> tuple[Scores, Scores]:
    """The scores (n,) of where it begins, to be steered; and the same as they are shown."""
    index = view.index
    rows = None
    if loved:
        weights = np.array([taste.standings[track].weight for track in loved])
        vectors = index.vectors_of(np.array(loved, dtype=np.int64))
        rows = index.scores_of_many(centres(vectors, weights).vectors).max(axis=0)
    if begin:
        near = index.blended(begin.query)
        rows = near if rows is None else _SEEDS_SAY * near + (1 - _SEEDS_SAY) * rows
    if rows is not None:
        return rows, rows
    nothing = np.zeros(len(index), dtype=np.float32)
    if station.feel is not None:
        return nothing, nothing
    # Nothing says where to begin: the order is drawn, and liking and skipping shape it.
    return np.random.default_rng(draw).random(len(index), dtype=np.float32), nothing


def _whys(
    engine: Engine,
    view: View,
    chosen: Sequence[int],
    station: Station,
    begin: Start | None,
    liked: Sequence[int],
    loved: Sequence[int],
) -> dict[int, Why]:
    """Why each track comes, beside the nearest of what was liked, the seeds and the taste."""
    seeds = begin.liked if begin else ()
    said = dict.fromkeys(loved, "nearest of what you like: {}")
    said |= dict.fromkeys(seeds, "goes on from {}")
    said |= dict.fromkeys(liked, "because you liked {}")
    beside = np.array(list(said), dtype=np.int64)
    if not len(beside) or not chosen:
        drawn = () if station.feel is not None else ("drawn from the library",)
        return {track: Why(notes=drawn) for track in chosen}
    vectors = view.index.vectors_of(np.array(chosen, dtype=np.int64))
    nearest = beside[(vectors @ view.index.vectors_of(beside).T).argmax(axis=1)].tolist()
    pairs = dict(zip(chosen, nearest, strict=True))
    with engine.catalogue.session() as session:
        known = tracks.get_many(session, (*pairs, *pairs.values()), view.model_id)
        there = {c: (known[n], known[c]) for c, n in pairs.items() if {c, n} <= known.keys()}
        told = between(session, view.model_id, list(there.values()))
    return {
        track: replace(why, notes=_noted(said[pairs[track]], there[track][0]))
        for track, why in zip(there, told, strict=True)
    }


def _noted(said: str, track: Track) -> tuple[str, ...]:
    return (said.replace("{}", track.title),)


def _loved(view: View, taste: Taste) -> tuple[int, ...]:
    return tuple(each.track for each in taste.loved(LOVED) if has(view.index, each.track))


def _present(view: View, named: Sequence[int]) -> tuple[int, ...]:
    """The latest of these tracks that have vectors, each once."""
    latest = list(dict.fromkeys(reversed(named)))
    return tuple(track for track in latest if has(view.index, track))[:_HEEDED]


def _near(view: View, named: Sequence[int]) -> Scores:
    """How near all tracks are to each of these: (k, n)."""
    if not named:
        return np.zeros((0, len(view.index)), dtype=np.float32)
    cosines = view.index.scores_of_many(view.index.vectors_of(np.array(named, dtype=np.int64)))
    return nearness(cosines)
