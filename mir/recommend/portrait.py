"""What was learnt from a listener, to be shown to them: their interests, and what speaks for each.

The interests are the centres from which `mir.recommend.for_listener` recommends, not others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from mir.catalogue import plays, tracks
from mir.catalogue.plays import KINDS, Kind
from mir.catalogue.tracks import Track
from mir.engine import Engine
from mir.recommend.candidates import has
from mir.recommend.centres import centres
from mir.recommend.for_listener import LOVED
from mir.recommend.taste import Standing, taste_of

SHOWN = 6  # tracks of an interest
_NAMES = 4  # genres and moods of an interest


@dataclass(frozen=True, slots=True)
class Part:
    """A name, and the share in [0, 1] of an interest's weight whose tracks have it."""

    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Interest:
    """One kind of music that a listener likes."""

    share: float  # of the taste, in (0, 1]: so many of the places it gets
    count: int  # tracks that speak for it
    tracks: tuple[Track, ...]  # at most `SHOWN`, those that stand for it best first
    genres: tuple[Part, ...]  # as the model hears them first, the most frequent first
    moods: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Portrait:
    """All that was learnt from a listener; without plays there are no interests."""

    counts: Mapping[Kind, int]  # of all plays, every kind named
    interests: tuple[Interest, ...]  # the greatest share first
    resting: int  # tracks that are left alone for now, as they were heard or skipped lately
    disliked: int  # tracks that never come


def portrait_of(engine: Engine, listener: str, now: datetime) -> Portrait:
    """What recommendations for that listener are made from at that moment."""
    view = engine.view()
    with engine.catalogue.session() as session:
        counted = plays.counts(session, listener)
        taste = taste_of(plays.history(session, listener), now)
        loved = [each for each in taste.loved(LOVED) if has(view.index, each.track)]
        known = tracks.get_many(session, [each.track for each in loved], view.model_id)
    loved = [each for each in loved if each.track in known]
    counts: dict[Kind, int] = {kind: counted.get(kind, 0) for kind in KINDS}
    resting, disliked = len(taste.resting), len(taste.disliked)
    if not loved:
        return Portrait(counts, (), resting, disliked)
    vectors = view.index.vectors_of(np.array([each.track for each in loved], dtype=np.int64))
    found = centres(vectors, np.array([each.weight for each in loved]))
    cosines = vectors @ found.vectors.T  # (track, centre)
    of = cosines.argmax(axis=1)
    interests = []
    for k, share in enumerate(found.shares.tolist()):
        members = np.flatnonzero(of == k)
        if not len(members):
            continue
        weights = [loved[place].weight for place in members]
        worth = cosines[members, k] * np.array(weights)
        best = [loved[members[place]] for place in np.argsort(-worth, kind="stable")[:SHOWN]]
        interests.append(_interest(share, [loved[place] for place in members], best, known))
    return Portrait(counts, tuple(interests), resting, disliked)


def _interest(
    share: float, members: Sequence[Standing], best: Sequence[Standing], known: Mapping[int, Track]
) -> Interest:
    heard = [(known[each.track], each.weight) for each in members]
    genres = ((label.name, weight) for track, weight in heard for label in track.genres[:1])
    moods = ((label.name, weight) for track, weight in heard for label in track.moods)
    whole = sum(weight for _, weight in heard)
    return Interest(
        share=share,
        count=len(members),
        tracks=tuple(known[each.track] for each in best),
        genres=_parts(genres, whole),
        moods=_parts(moods, whole),
    )


def _parts(named: Iterable[tuple[str, float]], whole: float) -> tuple[Part, ...]:
    """The most frequent names, by weight."""
    total: dict[str, float] = {}
    for name, weight in named:
        total[name] = total.get(name, 0.0) + weight
    order = sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Part(name, min(1.0, weight / whole)) for name, weight in order[:_NAMES])
