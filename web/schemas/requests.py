"""What requests may say: fields, their bounds, and the one grammar of filters."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from mir.catalogue.failures import FailureState
from mir.catalogue.filters import Filter
from mir.catalogue.plays import LISTENER_LENGTH
from mir.durations import seconds_of
from mir.recommend.for_listener import EXPLORE, Wish
from mir.recommend.next_tracks import MOST_SEEDS

MAX_ID = 2**31 - 1  # what every supported database can hold


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    return text


Text = Annotated[str, Field(max_length=500), AfterValidator(_no_nul)]
Texts = Annotated[list[Text], Field(max_length=50)]
Year = Annotated[int, Field(ge=0, le=9999)]
Id = Annotated[int, Field(ge=1, le=MAX_ID)]
TrackIds = Annotated[list[Id], Field(max_length=500)]


class Asked(BaseModel):
    """A request: unknown fields are refused, empty ones count as not given."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        kept = {
            k: [v for v in f if v != ""] if isinstance(f, list) else f for k, f in fields.items()
        }
        return {name: value for name, value in kept.items() if value not in ("", [], None)}


class FilterFields(Asked):
    """The one grammar of filters, for every door."""

    genre: Texts = Field(default=[], description="Keep tracks of any of these genres.")
    all_genres: Texts = Field(default=[], description="Keep tracks of all of these genres.")
    not_genre: Texts = Field(default=[], description="Leave out tracks of these genres.")
    artist: Text | None = Field(default=None, description="Keep tracks by this artist.")
    year_from: Year | None = Field(default=None, description="Keep tracks from this year on.")
    year_to: Year | None = Field(default=None, description="Keep tracks up to this year.")

    def filter(self) -> Filter:
        """What the catalogue and the index understand."""
        return Filter(
            genres_any=tuple(self.genre),
            genres_all=tuple(self.all_genres),
            genres_none=tuple(self.not_genre),
            artist=self.artist,
            year_from=self.year_from,
            year_to=self.year_to,
        )


Count = Annotated[int, Field(ge=1, le=200, description="How many tracks to answer with.")]
Offset = Annotated[int, Field(ge=0, le=MAX_ID, description="How many to skip.")]
Limit = Annotated[int, Field(ge=1, le=200, description="How many to list at most.")]


class ClipForm(Asked):
    """The multipart form of `POST /classify`."""


class SearchForm(FilterFields):
    """The multipart form of `POST /search`, beside the file `clip`."""

    count: Count = 20


class SimilarQuery(FilterFields):
    """The query of `/tracks/{id}/similar`."""

    count: Count = 20


class TracksQuery(FilterFields):
    """The query of `/tracks`."""

    q: Text | None = Field(default=None, description="Text in the title, an artist or the album.")
    offset: Offset = 0
    limit: Limit = 50


class NextQuery(FilterFields):
    """The query of `/recommendations`."""

    seed: TrackIds = Field(
        default=[], max_length=MOST_SEEDS, description="Tracks to go on from, by id."
    )
    exclude: TrackIds = Field(default=[], description="Tracks not to answer with, by id.")
    listener: Text = Field(default="", max_length=LISTENER_LENGTH, description="Whose plays count.")
    count: Annotated[int, Field(ge=1, le=200)] | None = Field(
        default=None, description="How many tracks at most; 20 where no duration is given."
    )
    duration: Text | None = Field(
        default=None, description="A time to fill to within one track: 90, 30m or 1h30m."
    )
    explore: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(
        default=EXPLORE, description="Share of tracks further away, never played."
    )
    draw: Annotated[int, Field(ge=0, le=MAX_ID)] | None = Field(
        default=None, description="Draws what is explored; a new number every day by itself."
    )

    def wish(self) -> Wish:
        """What is asked for."""
        return Wish(
            listener=self.listener,
            seeds=tuple(self.seed),
            exclude=tuple(self.exclude),
            filter=self.filter(),
            count=self.count,
            seconds=None if self.duration is None else seconds_of(self.duration),
            explore=self.explore,
        )


class PageQuery(Asked):
    """Where in a list to begin and how much of it to give."""

    offset: Offset = 0
    limit: Limit = 50


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


class TrackPath(BaseModel):
    """The track that an address names."""

    track_id: Id = Field(description="The track's id.")
