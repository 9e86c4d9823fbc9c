"""What a listener's plays say: which tracks count how much, which rest, and which never come. Pure.

Everything fades: what was done `HALF_LIFE` ago counts half. A like counts three times a listen, a
listen as much as was heard of it, a skip half a listen against the track. Twenty listens count
more than one, but not twenty times (the logarithm of one plus their sum). A dislike does not
fade: the track is never recommended until it is undone or followed by a like.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from mir.catalogue.plays import Event, Kind
from mir.catalogue.text import searchable
from mir.search.variety import Listed

HALF_LIFE = timedelta(days=60)
WORTH: dict[Kind, float] = {"like": 3.0, "listen": 1.0, "skip": -0.5, "dislike": 0.0}
REST = timedelta(days=2)  # that a track is left alone after it was heard
REST_OF_SKIPPED = timedelta(days=14)
RECOVERY = timedelta(days=14)  # after the rest: half of the tiredness is gone with each of these
TIREDNESS = 0.3  # taken off the score at the end of the rest

_SAME_LENGTH = 2.0  # seconds by which two files of one recording may differ


@dataclass(frozen=True, slots=True)
class Standing:
    """How a listener stands to one track."""

    track: int
    weight: float  # above 0: for it, below: against it
    liked: bool  # the last like or dislike was a like
    disliked: bool
    last: datetime  # when it was played or judged last
    resting: bool
    tired: float  # what fatigue takes off its score, in [0, TIREDNESS]
    title: str
    words: str  # see mir.catalogue.plays.Event
    length: float  # seconds


class Taste:
    """What the plays of one listener say, ready to be asked about tracks."""

    def __init__(self, standings: Iterable[Standing]) -> None:
        """Hold the standings, one a track."""
        self.standings = {each.track: each for each in standings}
        self._titled: dict[str, list[Standing]] = {}
        for each in self.standings.values():
            self._titled.setdefault(each.words.partition("\n")[0], []).append(each)

    def of(self, track: Listed) -> Standing | None:
        """How the listener stands to a track, or to another file of the same recording."""
        if track.id in self.standings or not track.artists:
            return self.standings.get(track.id)
        title, artist = searchable(track.title), searchable(track.artists[0])
        for each in self._titled.get(title, ()):
            alike = abs(each.length - track.seconds) <= _SAME_LENGTH
            if alike and each.words.startswith((f"{title}\n{artist} ", f"{title}\n{artist}\n")):
                return each
        return None

    def loved(self, most: int) -> list[Standing]:
        """At most so many tracks that the listener is for, heaviest first, equal ones by id."""
        found = [each for each in self.standings.values() if each.weight > 0]
        return sorted(found, key=lambda each: (-each.weight, each.track))[:most]

    def unloved(self, most: int) -> list[Standing]:
        """At most so many tracks that the listener is against, the latest first."""
        found = [each for each in self.standings.values() if each.weight < 0]
        return sorted(found, key=lambda each: (each.last, each.track), reverse=True)[:most]

    @property
    def disliked(self) -> NDArray[np.int64]:
        """Ids of tracks that are never to come, ascending."""
        return _ids(each for each in self.standings.values() if each.disliked)

    @property
    def resting(self) -> NDArray[np.int64]:
        """Ids of tracks that were played too lately to come again, ascending."""
        return _ids(each for each in self.standings.values() if each.resting)


def taste_of(events: Iterable[Event], now: datetime) -> Taste:
    """The taste that plays show at that moment, in whichever order they come."""
    by_track: dict[int, list[Event]] = {}
    for event in events:
        by_track.setdefault(event.track, []).append(event)
    return Taste(_standing(each, now) for each in by_track.values())


def _standing(events: list[Event], now: datetime) -> Standing:
    events = sorted(events, key=lambda event: event.at)
    judged = [event.kind for event in events if event.kind in ("like", "dislike")]
    liked = judged[-1:] == ["like"]
    disliked = judged[-1:] == ["dislike"]
    total = sum(_worth(event) * fading(now - event.at, HALF_LIFE) for event in events)
    weight = float(np.log1p(total)) if total > 0 else max(-1.0, total)
    latest = events[-1]
    since = now - latest.at
    rest = REST_OF_SKIPPED if latest.kind == "skip" else REST
    return Standing(
        track=latest.track,
        weight=-1.0 if disliked else weight,
        liked=liked,
        disliked=disliked,
        last=latest.at,
        resting=since < rest,
        tired=TIREDNESS * fading(since - rest, RECOVERY),
        title=latest.title,
        words=latest.words,
        length=latest.length,
    )


def fading(age: timedelta, half_life: timedelta) -> float:
    """What is left of 1 after `age`, in (0, 1]; nothing fades before it happens."""
    return 0.5 ** (max(age, timedelta(0)) / half_life)


def _worth(event: Event) -> float:
    heard = event.share if event.kind == "listen" and event.share is not None else 1.0
    return WORTH[event.kind] * heard


def _ids(standings: Iterable[Standing]) -> NDArray[np.int64]:
    return np.array(sorted(each.track for each in standings), dtype=np.int64)
