"""What listeners did: plays as they are sent, asked for and shown."""

from datetime import datetime
from typing import Any, Self

from pydantic import AwareDatetime, BaseModel, Field

from mir.catalogue import plays
from mir.catalogue.plays import Kind, NewPlay, Play, Recorded
from web.schemas.answers import showable
from web.schemas.filters import Listener
from web.schemas.requests import Asked, Id, PageQuery, Text

MOST_PLAYS = 1_000  # in one request

_KIND = "listen, like, dislike or skip."
_LISTENER = "Whose plays; where nothing is said one's own, or those without a name."


class PlayIn(Asked):
    """Something a listener did."""

    track: Id = Field(description="The track's id.")
    kind: Kind = Field(default="listen", description=_KIND)
    at: AwareDatetime | None = Field(
        default=None, description="When, with its time zone; now where nothing is said."
    )
    seconds: float | None = Field(
        default=None,
        ge=0,
        le=plays.MOST_SECONDS,
        allow_inf_nan=False,
        description="How many seconds were heard.",
    )
    listener: Listener = Field(default="", validate_default=True, description=_LISTENER)
    reference: Text | None = Field(
        default=None,
        max_length=plays.REFERENCE_LENGTH,
        description="What the player calls it: sent twice, it counts once.",
    )

    def play(self, now: datetime) -> NewPlay:
        """What the catalogue keeps."""
        return NewPlay(
            track=self.track,
            kind=self.kind,
            at=self.at or now,
            listener=self.listener,
            seconds=self.seconds,
            reference=self.reference,
        )


class PlaysQuery(PageQuery):
    """The query of `GET /plays`."""

    listener: Listener = Field(default="", validate_default=True, description=_LISTENER)
    track: Id | None = Field(default=None, description="Only plays of the track with that id.")
    kind: Kind | None = Field(default=None, description=f"Only those of a kind: {_KIND}")


class EraseQuery(Asked):
    """The query of `DELETE /plays`."""

    listener: Listener = Field(default="", validate_default=True, description=_LISTENER)
    confirm: bool = Field(description="Must be true: what is erased does not come back.")


class PlayPath(BaseModel):
    """The play that an address names."""

    play_id: Id = Field(description="The play's id.")


class PlayOut(BaseModel):
    """Something a listener did."""

    id: int
    listener: str
    kind: str = Field(description=_KIND)
    at: datetime
    seconds: float | None = Field(description="Seconds heard; null if not known.")
    reference: str = Field(description="What the player calls it, or else what mir does.")
    audio_hash: str = Field(description="The sound, also while it is not in the library.")
    track: int | None = Field(description="The track's id; null while it is not in the library.")
    title: str | None

    @classmethod
    def of(cls, play: Play) -> Self:
        """The showable form of a play."""
        return cls(
            id=play.id,
            listener=showable(play.listener),
            kind=play.kind,
            at=play.at,
            seconds=play.seconds,
            reference=showable(play.reference),
            audio_hash=play.audio_hash,
            track=play.track,
            title=None if play.title is None else showable(play.title),
        )


class PlaysOut(BaseModel):
    """A page of plays, the latest first."""

    plays: list[PlayOut]
    total: int
    offset: int


class RecordedOut(BaseModel):
    """What was new among the plays that were sent."""

    added: list[PlayOut] = Field(description="The new ones, in the order in which they were sent.")
    known: int = Field(description="How many were known already.")

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """The showable form of what was recorded."""
        return cls(added=[PlayOut.of(play) for play in recorded.added], known=recorded.known)


def play_body() -> dict[str, Any]:
    """The description of a body that is one play or a list of them."""
    one = PlayIn.model_json_schema()
    several = {"type": "array", "items": one, "maxItems": MOST_PLAYS}
    schema = {"oneOf": [one, several]}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
