"""What requests may say: fields and their bounds."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from mir.catalogue.failures import FailureState
from web.schemas.filters import Asked, FilterFields, Text

MAX_ID = 2**31 - 1  # what every supported database can hold

Id = Annotated[int, Field(ge=1, le=MAX_ID)]
TrackIds = Annotated[list[Id], Field(max_length=500)]
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

    seed: TrackIds = Field(min_length=1, description="Tracks to go on from, by id.")
    exclude: TrackIds = Field(default=[], description="Tracks not to answer with, by id.")
    count: Count = 20


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
