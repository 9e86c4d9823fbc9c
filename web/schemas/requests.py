"""What requests may say: fields and their bounds."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from mir.audio.forms import Form
from mir.catalogue.browsing import Order
from mir.catalogue.failures import FailureState
from mir.durations import seconds_of
from mir.recommend.for_listener import EXPLORE, Wish
from mir.search.listing import Listing
from mir.search.mood import Point
from mir.search.seeds import MOST_SEEDS, Seeds
from web.schemas.filters import Asked, FilterFields, Text, Texts

MAX_ID = 2**31 - 1  # what every supported database can hold

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
Share = Annotated[float, Field(ge=0, le=1)]
Axis = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Most = Annotated[int, Field(ge=1, le=500)]
TrackIds = Annotated[list[Id], Field(max_length=500)]
Count = Annotated[int, Field(ge=1, le=200, description="How many tracks to answer with.")]
Offset = Annotated[int, Field(ge=0, le=MAX_ID, description="How many to skip.")]
Limit = Annotated[int, Field(ge=1, le=200, description="How many to list at most.")]


class AudioQuery(Asked):
    """The query of `/tracks/{id}/audio`."""

    form: Form | None = Field(
        default=None, description="opus (in Ogg) or mp3; the file as it is where nothing is said."
    )
    start: float = Field(
        default=0.0, ge=0, allow_inf_nan=False, description="Second of the track, with `form`."
    )


class MapPageQuery(Asked):
    """The query of the page of the map."""

    track: Id | None = Field(default=None, description="The track to show.")
    genre: Text = Field(default="", description="The genre to show alone.")


class ClipForm(Asked):
    """The multipart form of questions that take no more than the file `clip`."""


class SearchForm(FilterFields):
    """The multipart form of `POST /search`, beside the file `clip`."""

    count: Count = 20


class SearchPageForm(SearchForm):
    """The form of the search page."""

    timeline: bool = Field(default=False, description="Ask what was played when in the clip.")


class ListingFields(FilterFields):
    """How many tracks, how near and how varied."""

    count: Count = 20
    min_similarity: Share = Field(default=0.0, description="Only tracks of this similarity on.")
    variety: Share = Field(
        default=0.0, description="From 0, the nearest, to 1, as unlike each other as they come."
    )
    per_artist: Most | None = Field(default=None, description="At most so many of one artist.")
    per_album: Most | None = Field(default=None, description="At most so many of one album.")

    def listing(self, offset: int = 0) -> Listing:
        """What the search understands."""
        return Listing(
            self.count, offset, self.min_similarity, self.variety, self.per_artist, self.per_album
        )


class SimilarQuery(ListingFields):
    """The query of `/tracks/{id}/similar`."""

    unlike: TrackIds = Field(default=[], description="Not like these tracks, by id.")
    offset: Offset = 0


class MoodFields(ListingFields):
    """A point of mood, and how what is near it is listed."""

    arousal: Axis = Field(description="From -1, calm, to 1, energetic.")
    valence: Axis = Field(description="From -1, dark, to 1, bright.")

    def point(self) -> Point:
        """What the search understands."""
        return Point(self.arousal, self.valence)


class MoodQuery(MoodFields):
    """The query of `/mood`."""

    offset: Offset = 0


class MoodForm(MoodQuery):
    """The query of the page of moods, which begins in the middle."""

    arousal: Axis = 0.0
    valence: Axis = 0.0


class SeedFields(Asked):
    """What a question starts from; at least one of them is named."""

    seed: TrackIds = Field(default=[], description="Start from these tracks, by id.")
    like_artist: Texts = Field(default=[], description="Start from these artists' tracks.")
    like_album: Texts = Field(default=[], description="Start from the tracks of these albums.")


class LikeFields(SeedFields, ListingFields):
    """Seeds, and how what is near them is listed."""

    unlike: TrackIds = Field(default=[], description="Not like these tracks, by id.")

    def seeds(self) -> Seeds:
        """What the search understands."""
        return _seeds(self, self.unlike)


class LikeQuery(LikeFields, SimilarQuery):
    """The query of `/similar`."""


class TextFields(FilterFields):
    """What tracks hold and pass."""

    q: Text | None = Field(default=None, description="Text in the title, an artist or the album.")


class TracksQuery(TextFields):
    """The query of `/tracks`."""

    sort: Order = Field(
        default="artist",
        description="By artist and album, by title, by year, added last first, or by length.",
    )
    offset: Offset = 0
    limit: Limit = 50


class WishFields(FilterFields):
    """What a listener may want to hear."""

    seed: TrackIds = Field(
        default=[], max_length=MOST_SEEDS, description="Tracks to go on from, by id."
    )
    like_artist: Texts = Field(default=[], description="Go on from these artists' tracks, too.")
    like_album: Texts = Field(default=[], description="Go on from the tracks of these albums, too.")
    exclude: TrackIds = Field(default=[], description="Tracks not to answer with, by id.")
    count: Annotated[int, Field(ge=1, le=200)] | None = Field(
        default=None, description="How many tracks at most; 20 where no duration is given."
    )
    duration: Text | None = Field(
        default=None, description="A time to fill to within one track: 90, 30m or 1h30m."
    )
    explore: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        default=EXPLORE, description="Share of tracks further away, never played."
    )

    def wish(self) -> Wish:
        """What is asked for."""
        return Wish(
            listener=self.listener,
            seeds=tuple(self.seed),
            artists=tuple(self.like_artist),
            albums=tuple(self.like_album),
            exclude=tuple(self.exclude),
            filter=self.filter(),
            count=self.count,
            seconds=None if self.duration is None else seconds_of(self.duration),
            explore=self.explore,
        )


class NextQuery(WishFields):
    """The query of `/recommendations`."""

    draw: Annotated[int, Field(ge=0, le=MAX_ID)] | None = Field(
        default=None, description="Draws what is explored; a new number every day by itself."
    )


class RelatedQuery(Asked):
    """The query of `/related-artists`."""

    artist: Text = Field(description="The artist, by name.")
    count: Annotated[int, Field(ge=1, le=200)] = Field(
        default=10, description="How many artists to answer with."
    )


class PathQuery(FilterFields):
    """The query of `/path`."""

    start: Id = Field(description="The track to begin with, by id.")
    end: Id = Field(description="The track to end with, by id.")
    steps: Annotated[int, Field(ge=1, le=50)] = Field(
        default=10, description="How many steps: ten lead over nine tracks between the two."
    )


class PageQuery(Asked):
    """Where in a list to begin and how much of it to give."""

    offset: Offset = 0
    limit: Limit = 50

    def offset_within(self, total: int) -> int:
        """Where this page of so many begins or, where it is beyond their end, the last one."""
        return self.offset if self.offset < total else max(0, total - 1) // self.limit * self.limit


class FailuresQuery(PageQuery):
    """The query of `/failures`."""

    state: FailureState | None = Field(
        default=None, description="Only those failed, again or ignored; else the first two."
    )


class FailureForm(FailuresQuery):
    """What the page's buttons send, and the list that they stand in."""

    change: Literal["retry", "ignore", "restore"]
    failure: Id | None = None  # None with retry: all of them


class FailurePath(BaseModel):
    """The failure that an address names."""

    failure_id: Id = Field(description="The failure's id.")


class RootPath(BaseModel):
    """The folder of music that an address names."""

    root_id: Id = Field(description="The folder's id.")


class KeyPath(BaseModel):
    """The key that an address names."""

    key_id: Id = Field(description="The key's id.")


class UserPath(BaseModel):
    """The user that an address names."""

    user_id: Id = Field(description="The user's id.")


class TrackPath(BaseModel):
    """The track that an address names."""

    track_id: Id = Field(description="The track's id.")


def _seeds(asked: SeedFields, unlike: list[int]) -> Seeds:
    named = tuple(asked.like_artist), tuple(asked.like_album)
    return Seeds(tuple(dict.fromkeys(asked.seed)), *named, tuple(unlike))
