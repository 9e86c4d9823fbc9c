"""What a radio is asked with, and how its page is."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from mir.durations import seconds_of
from mir.recommend.radio import COUNT, MOST, VARIETY, Station
from mir.search.mood import Point
from mir.search.seeds import MOST_SEEDS
from web.schemas.filters import FilterFields, Text, Texts
from web.schemas.requests import MAX_ID, Axis, Id, Share, TrackIds


class RadioFields(FilterFields):
    """What a radio plays from, whatever it has played."""

    seed: TrackIds = Field(
        default=[], max_length=MOST_SEEDS, description="Tracks to begin with, by id."
    )
    like_artist: Texts = Field(default=[], description="Begin with these artists' tracks, too.")
    like_album: Texts = Field(default=[], description="Begin with these albums' tracks, too.")
    from_taste: bool = Field(default=False, description="Begin with what the listener likes, too.")
    arousal: Axis | None = Field(
        default=None, description="Keep near a mood: from -1, calm, to 1, energetic."
    )
    valence: Axis | None = Field(
        default=None, description="Keep near a mood: from -1, dark, to 1, bright."
    )
    variety: Share = Field(
        default=VARIETY, description="From 0, the nearest, to 1, as unlike each other as they come."
    )
    duration: Text | None = Field(
        default=None, description="A time that is left to fill: 90, 45m or 1h30m."
    )

    def feel(self) -> Point | None:
        """The mood asked for, if any; an axis that is not named is in its middle."""
        if self.arousal is None and self.valence is None:
            return None
        return Point(self.arousal or 0.0, self.valence or 0.0)

    def station(self) -> Station:
        """What is asked for, before anything has played."""
        return Station(
            listener=self.listener,
            seeds=tuple(self.seed),
            artists=tuple(self.like_artist),
            albums=tuple(self.like_album),
            from_taste=self.from_taste,
            feel=self.feel(),
            variety=self.variety,
            filter=self.filter(),
            seconds=None if self.duration is None else seconds_of(self.duration),
        )


class RadioQuery(RadioFields):
    """The query of `/radio`."""

    liked: TrackIds = Field(default=[], description="What was liked in this radio, by id.")
    skipped: TrackIds = Field(default=[], description="What was skipped in it, by id.")
    played: TrackIds = Field(default=[], description="What it played, by id; the last one last.")
    count: Annotated[int, Field(ge=1, le=MOST)] = Field(
        default=COUNT, description="How many tracks to answer with."
    )
    draw: Annotated[int, Field(ge=0, le=MAX_ID)] | None = Field(
        default=None, description="Draws the order where nothing says where to begin."
    )

    def station(self) -> Station:
        """What is asked for, and how it went so far."""
        return replace(
            super().station(),
            liked=tuple(self.liked),
            skipped=tuple(self.skipped),
            played=tuple(self.played),
            count=self.count,
        )


class RadioForm(RadioFields):
    """The query of the page of the radio: what it plays from, and what is to be found as a seed."""

    find: Text | None = None


class PathForm(FilterFields):
    """The query of the page of paths: either end may still be looked for."""

    start: Id | None = None
    end: Id | None = None
    steps: Annotated[int, Field(ge=1, le=50)] = 10
    find: Text | None = None
