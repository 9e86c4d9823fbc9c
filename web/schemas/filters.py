"""The one grammar of filters as fields of a request."""

from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from werkzeug.datastructures import MultiDict

from mir.catalogue.filters import Filter
from mir.catalogue.moments import read_moment
from web.acting import acting_as


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    return text


Text = Annotated[str, Field(max_length=500), AfterValidator(_no_nul)]
Listener = Annotated[Text, AfterValidator(acting_as)]
"""Whose plays; checked against who asks, also where nothing is said."""
Texts = Annotated[list[Text], Field(max_length=50)]
Year = Annotated[int, Field(ge=0, le=9999)]
Tempo = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Asked(BaseModel):
    """A request: unknown fields are refused, empty ones count as not given."""

    model_config = ConfigDict(extra="forbid")

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """As pydantic makes it; the plain one, which every request looks at, is made once."""
        return super().model_json_schema(*args, **kwargs) if args or kwargs else _schema(cls)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        kept = {
            k: [v for v in f if v != ""] if isinstance(f, list) else f for k, f in fields.items()
        }
        return {name: value for name, value in kept.items() if value not in ("", [], None)}


@cache
def _schema(model: type[Asked]) -> dict[str, Any]:
    return super(Asked, model).model_json_schema()


class FilterFields(Asked):
    """The one grammar of filters, for every door."""

    genre: Texts = Field(default=[], description="Keep tracks of any of these genres.")
    all_genres: Texts = Field(default=[], description="Keep tracks of all of these genres.")
    not_genre: Texts = Field(default=[], description="Leave out tracks of these genres.")
    genre_by: Literal["either", "tag", "model"] = Field(
        default="either", description="Whose genres count: the tags', the model's, or either's."
    )
    mood: Texts = Field(default=[], description="Keep tracks of any of these moods.")
    bpm_from: Tempo | None = Field(
        default=None, description="Keep tracks of so many beats a minute or more."
    )
    bpm_to: Tempo | None = Field(
        default=None, description="Keep tracks of so many beats a minute or fewer."
    )
    key: Text | None = Field(
        default=None, description="Keep tracks in this key, as Am, F# major, Bb or 8A (Camelot)."
    )
    harmonic: bool = Field(
        default=False, description="Keep those in the key's neighbours in fifths too."
    )
    artist: Text | None = Field(default=None, description="Keep tracks by this artist.")
    album: Text | None = Field(default=None, description="Keep tracks of this album.")
    year_from: Year | None = Field(default=None, description="Keep tracks from this year on.")
    year_to: Year | None = Field(default=None, description="Keep tracks up to this year.")
    seconds_from: Seconds | None = Field(
        default=None, description="Keep tracks that last so many seconds or more."
    )
    seconds_to: Seconds | None = Field(
        default=None, description="Keep tracks that last so many seconds or less."
    )
    path: Text | None = Field(
        default=None,
        description="Keep tracks whose file or folder is named like this pattern, "
        "as /music/Live or **/Live/*.flac.",
    )
    added_since: Text | None = Field(
        default=None, description="Keep tracks added since this day or age, as 2026-03-01 or 30d."
    )
    licence: Text | None = Field(
        default=None,
        description='Keep tracks whose licence has this text; "any": some, "none": none.',
    )

    unplayed: bool = Field(default=False, description="Keep what the listener never played.")
    not_played_since: Text | None = Field(
        default=None,
        description="Keep what the listener has not played since this day or age.",
    )
    listener: Listener = Field(
        default="", validate_default=True, description="Whose plays count; one's own by default."
    )

    def filter(self) -> Filter:
        """What the catalogue and the index understand; ages count from now."""
        return Filter(
            genres_any=tuple(self.genre),
            genres_all=tuple(self.all_genres),
            genres_none=tuple(self.not_genre),
            genres_by=self.genre_by,
            moods=tuple(self.mood),
            bpm_from=self.bpm_from,
            bpm_to=self.bpm_to,
            key=self.key,
            harmonic=self.harmonic,
            artist=self.artist,
            album=self.album,
            year_from=self.year_from,
            year_to=self.year_to,
            seconds_from=self.seconds_from,
            seconds_to=self.seconds_to,
            path=self.path,
            added_since=_moment(self.added_since),
            licence=self.licence,
            unplayed=self.unplayed,
            not_played_since=_moment(self.not_played_since),
            listener=self.listener,
        )


def forgiven(fields: MultiDict[str, str]) -> MultiDict[str, str]:
    """The fields of a page's form without the tick `harmonic` where no key stands beside it."""
    if "harmonic" not in fields or fields.get("key"):
        return fields
    return type(fields)(pair for pair in fields.items(multi=True) if pair[0] != "harmonic")


def _moment(written: str | None) -> datetime | None:
    return None if written is None else read_moment(written, datetime.now(UTC))
