"""What a listener may want to hear now: from what they did, from seeds, or from both.

With a history, every centre of the taste gets places by its share (`mir.recommend.centres`). What
is nearer to something unloved than to the taste falls back, and so does what was heard lately; what
was disliked never comes. A share of the places goes to tracks further away that were never
played. With seeds, nearness to the seeds decides and the taste has a say. Without a history seeds
alone decide (`mir.recommend.next_tracks`); with neither, a varied sample of the library comes.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from mir.catalogue import briefs, plays, tracks
from mir.catalogue.filters import Filter
from mir.catalogue.session import Session
from mir.catalogue.tracks import Track
from mir.engine import Engine, View
from mir.errors import InvalidQuery
from mir.recommend.blend import Blend, blended, said_of
from mir.recommend.candidates import Candidates, has, place_of
from mir.recommend.centres import centres
from mir.recommend.collaborative import Opinion
from mir.recommend.mix import filled, interleaved, strewn
from mir.recommend.next_tracks import next_tracks
from mir.recommend.others import opinion_of_others
from mir.recommend.rerank import listenable
from mir.recommend.sample import varied_sample
from mir.recommend.taste import Standing, Taste, taste_of
from mir.search.allowed import MOST, allowed, check_count
from mir.search.explain import between
from mir.search.hits import Hit, make_hits
from mir.search.seeds import MOST_SEEDS, Seeds, start
from mir.search.variety import Candidate, main_artist
from mir.search.why import Why
from mir.vectors.index import VectorIndex
from mir.vectors.ranking import WholeRanking

COUNT = 20  # tracks where neither a number nor a time is asked for
EXPLORE = 0.1
PATIENCE = 1.0  # seconds that the first question waits for what others teach to be learnt
SHORTEST, LONGEST = 60.0, 86_400.0  # seconds to fill

LOVED = 300  # tracks of a history whose vectors count
_SEEDS_SAY = 0.7  # of the score, beside the taste
_TYPICAL = 240.0  # seconds of a track, before any is known

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for; tracks are ids. `count` None: as many as fill `seconds`, else `COUNT`."""

    listener: str = ""
    seeds: tuple[int, ...] = ()
    artists: tuple[str, ...] = ()  # whose tracks are seeds, too
    albums: tuple[str, ...] = ()  # so are the tracks on them
    exclude: tuple[int, ...] = ()
    filter: Filter | None = None
    count: int | None = None
    seconds: float | None = None  # to fill, to within one track
    explore: float = EXPLORE  # share of the places, in [0, 1]

    @property
    def starts(self) -> Seeds | None:
        """The seeds, if there are any."""
        if not (self.seeds or self.artists or self.albums):
            return None
        return Seeds(tuple(dict.fromkeys(self.seeds)), self.artists, self.albums)

    def check(self) -> None:
        """Raise InvalidQuery for what lies out of range."""
        if self.count is not None:
            check_count(self.count)
        named = len(self.seeds) + len(self.artists) + len(self.albums)
        if named > MOST_SEEDS:
            raise InvalidQuery(f"{named} seeds were given; name up to {MOST_SEEDS}.")
        if not 0 <= self.explore <= 1:
            raise InvalidQuery(f"A share of {self.explore} cannot be explored; ask for 0 to 1.")
        if self.seconds is not None and not SHORTEST <= self.seconds <= LONGEST:
            raise InvalidQuery(
                f"{self.seconds:g} seconds cannot be filled; ask for a minute to a day."
            )


def recommend(
    engine: Engine, wish: Wish, now: datetime, draw: int, patience: float = PATIENCE
) -> tuple[Hit, ...]:
    """Tracks for a listener, in the order to play them; the same for the same `draw` and moment.

    Where others share tracks with the listener, what they play comes further forward
    (`mir.recommend.blend`); for `patience` see `mir.recommend.others`.

    A hit's score is the cosine to the nearest centre of the taste; with seeds, seven tenths of it
    are the score of `next_tracks`. Scores need not fall: see `listenable`. The sample that stands
    in where nothing is known has scores of 0.

    Raises NotFound for a seed that is not in the library, InvalidQuery for a wish out of range.
    """
    wish.check()
    with engine.catalogue.session() as session:
        taste = taste_of(plays.history(session, wish.listener), now)
    opinion = opinion_of_others(engine, wish.listener, taste, now, patience)
    return recommend_from(engine, wish, taste, draw, opinion)


def recommend_from(
    engine: Engine, wish: Wish, taste: Taste, draw: int, opinion: Opinion | None = None
) -> tuple[Hit, ...]:
    """Tracks for that taste, whoever's it is, and what others say to it; else as `recommend`."""
    wish.check()
    view = engine.view()
    if wish.seconds is None:
        count = COUNT if wish.count is None else wish.count
        return _answer(engine, view, wish, taste, opinion, count, draw)
    most = MOST if wish.count is None else wish.count
    places = min(most, math.ceil(1.5 * wish.seconds / _TYPICAL) + 2)
    while True:
        hits = _answer(engine, view, wish, taste, opinion, places, draw)
        taken = filled(hits, lambda hit: hit.track.seconds, wish.seconds)
        # Where one did not fit, less is left than it is long.
        if len(taken) < len(hits) or len(hits) < places or places == most:
            return tuple(taken)
        places = min(most, 2 * places)


def _answer(
    engine: Engine,
    view: View,
    wish: Wish,
    taste: Taste,
    opinion: Opinion | None,
    places: int,
    draw: int,
) -> tuple[Hit, ...]:
    """At most so many tracks, whatever their lengths."""
    loved = [each for each in taste.loved(LOVED) if has(view.index, each.track)]
    barred = np.concatenate([taste.disliked, np.array(wish.exclude, dtype=np.int64)])
    if loved:
        return _from_taste(engine, view, wish, taste, opinion, loved, barred, places, draw)
    if wish.starts:
        return next_tracks(engine, wish.starts, places, wish.filter, barred.tolist())
    without = np.union1d(barred, taste.resting)
    return varied_sample(engine, view, wish.filter, taste, without, places, draw)


def _from_taste(
    engine: Engine,
    view: View,
    wish: Wish,
    taste: Taste,
    opinion: Opinion | None,
    loved: Sequence[Standing],
    barred: NDArray[np.int64],
    places: int,
    draw: int,
) -> tuple[Hit, ...]:
    index = view.index
    begin = start(engine, wish.starts, view) if wish.starts else None
    with engine.catalogue.session() as session:
        named = briefs.get_many(session, wish.exclude)
    if begin:
        named |= begin.known
    liked = index.vectors_of(np.array([each.track for each in loved], dtype=np.int64))
    found = centres(liked, np.array([each.weight for each in loved]))
    rows, shares = index.scores_of_many(found.vectors), found.shares.tolist()  # (centre, track)
    if begin:
        rows = (_SEEDS_SAY * index.blended(begin.query) + (1 - _SEEDS_SAY) * rows.max(axis=0))[None]
        shares = [1.0]
    best = rows.max(axis=0) if len(rows) > 1 else rows[0]
    said = None
    if opinion is not None:
        said = blended(index, rows, best, opinion, 1 - _SEEDS_SAY if begin else 1.0)

    permitted = allowed(engine, wish.filter, view.model_id)
    positions = None if permitted is None else index.positions(permitted)
    never = np.union1d(barred, np.array(sorted(begin.known if begin else ()), dtype=np.int64))
    ranked, first = (rows, best) if said is None else (said.rows, said.best)
    chosen = Candidates(engine, view, taste, ranked, first, positions, list(named.values()))
    lists, known = chosen.lists(shares, places, np.union1d(never, taste.resting))
    order = interleaved(lists, shares)
    if said is not None:
        order = _leading_first(index, order, said)
    if len(order) < places:  # nearly all of it was heard lately: what has rested longest
        more, also = chosen.rested(never)
        order, known = [*order, *more], known | also
    explored = chosen.explored(round(wish.explore * places), places, never, known, draw)
    order = strewn(explored, order, min(places, len(order)))
    after = main_artist(begin.known[begin.liked[-1]]) if begin else None
    listed = listenable(order, places, after)

    vectors = index.vectors_of(np.array([each.track for each in listed], dtype=np.int64))
    nearest = (vectors @ liked.T).argmax(axis=1) if listed else []
    near = {each.track: loved[k] for each, k in zip(listed, nearest, strict=True)}
    new = {each.track for each in explored}
    with engine.catalogue.session() as session:
        named_too = (*near, *(standing.track for standing in near.values()))
        shown = tracks.get_many(session, named_too, view.model_id)
        present = [shown[each.track] for each in listed if each.track in shown]
        why = _whys(session, view.model_id, present, near, shown, new, opinion)
    return make_hits(
        [(each.track, float(best[place_of(index, each.track)])) for each in listed],
        shown,
        WholeRanking(best),
        others=begin.others(index) if begin else len(index) - 1,
        why=why,
    )


def _leading_first(index: VectorIndex, order: Sequence[Candidate], said: Blend) -> list[Candidate]:
    """The same candidates: first those that lead by what others say, by score, then the rest."""
    leading = [bool(said.leading[place_of(index, each.track)]) for each in order]
    first = [each for each, leads in zip(order, leading, strict=True) if leads]
    rest = [each for each, leads in zip(order, leading, strict=True) if not leads]
    return sorted(first, key=lambda each: (-each.score, each.track)) + rest


def _whys(
    session: Session,
    model_id: str,
    listed: Sequence[Track],
    near: Mapping[int, Standing],
    reminding: Mapping[int, Track],
    new: Collection[int],
    opinion: Opinion | None,
) -> dict[int, Why]:
    """Why each track is listed, by id: beside what of all that was loved is nearest to it.

    near: by track id, what is nearest; reminding: the tracks of those; new: ids of the explored;
    opinion: what others say.
    """
    pairs = {
        track.id: (reminding[nearest], track)
        for track in listed
        if (nearest := near[track.id].track) in reminding and nearest != track.id
    }
    told = between(session, model_id, list(pairs.values()))
    compared = dict(zip(pairs, told, strict=True))
    return {
        track.id: replace(
            compared.get(track.id, Why()),
            notes=_notes(track.id, near[track.id], track.id in new, said_of(opinion, track.id)),
        )
        for track in listed
    }


def _notes(track: int, near: Standing, explored: bool, said: tuple[str, ...]) -> tuple[str, ...]:
    """What is true of the listener; `said` is what is true of others."""
    did = "liked" if near.liked else "played"
    if near.track == track:
        return (f"you {did} it", *said)
    new = ("new to you, and further away",) if explored else ()
    return (*new, f"nearest of what you {did}: {near.title}", *said)
