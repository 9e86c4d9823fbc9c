"""Moments at which recommendations are judged: what was known, and what was played next. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mir.catalogue.plays import Event

K = 20
CUTS = (0.5, 0.6, 0.7, 0.8, 0.9)  # shares of the plays
LEAST_KNOWN = 10  # tracks played before a cut, for it to count
_LEAST_SHARE = 0.5  # of a track that must be heard for it to count as played afterwards


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
            later = {event.track for event in events[start:end] if was_played(event)}
            if len(heard) < LEAST_KNOWN or not later - heard:
                continue
            at = events[start].at
            before = (e.track for e in everything if e.at < at and e.kind == "listen")
            cases.append(Case(listener, at, known, frozenset(later - heard), Counter(before)))
    return cases


def was_played(event: Event) -> bool:
    """Whether the track was liked, or heard for the better part."""
    if event.kind == "listen":
        return event.share is None or event.share >= _LEAST_SHARE
    return event.kind == "like"
