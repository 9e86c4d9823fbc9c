"""Why a hit is one, as fields: the values of `mir.search.why` under the same names."""

from dataclasses import replace
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from mir.search.why import FeelingRelation, KeyRelation, TempoRelation, Why
from web.schemas.answers import LabelOut, showable


class _Value(BaseModel):
    """Read off a frozen value that has the same fields."""

    model_config = ConfigDict(from_attributes=True)


class SpanOut(_Value):
    """A stretch of a recording, in seconds of it."""

    start: float
    seconds: float


class SharedOut(_Value):
    """A name that both have, with its probability in each."""

    name: str
    query: float
    track: float


class NamesOut(_Value):
    """Names of one kind that both have, and that clearly only one has."""

    shared: list[SharedOut] = Field(description="The surest first.")
    query_only: list[LabelOut]
    track_only: list[LabelOut]


class FeelingOut(_Value):
    """How the track clearly feels beside the query, and where both lie on that axis."""

    relation: FeelingRelation = Field(description="calmer, more energetic, darker or brighter.")
    query: float
    track: float


class TempoRelationOut(_Value):
    """What the track's tempo is to the query's, both in beats per minute."""

    relation: TempoRelation = Field(description="same, double, half, faster, slower, or other.")
    query: float
    track: float
    percent: float | None = Field(description="By how much it is faster or slower.")


class KeyRelationOut(_Value):
    """How the two keys, such as A minor, are related."""

    relation: KeyRelation = Field(description="same, relative, neighbouring, far, or other.")
    query: str
    track: str


class LoudnessesOut(_Value):
    """Two loudnesses in LUFS that are about the same."""

    query: float
    track: float


class NearestPassagesOut(_Value):
    """The two passages that are nearest of all pairs."""

    query: SpanOut
    track: SpanOut
    cosine: float
    pairs: int = Field(description="Of how many pairs.")


class WhyOut(_Value):
    """Why a track is an answer; what is null or empty is not told (see docs/reasons.md)."""

    notes: list[str] = Field(description="What the question itself says of the track.")
    compared_with: int | None = Field(
        description="Id of the track that is the query here: the nearest; null for a clip."
    )
    artist: str | None = Field(description="Whom both are by.")
    album: str | None = Field(description="On which both are.")
    same_genre: bool = Field(description="The first of the shared genres is surely both's first.")
    genres: NamesOut
    tag_genres: list[str] = Field(description="Genres that the tags of both name.")
    instruments: NamesOut
    moods: NamesOut
    feelings: list[FeelingOut]
    tempo: TempoRelationOut | None = Field(description="Null unless both are sure.")
    key: KeyRelationOut | None = Field(description="Null unless both are sure.")
    loudness: LoudnessesOut | None = Field(description="Null unless about the same.")
    passages: NearestPassagesOut | None
    percentile: float | None = Field(
        description="The similarity; null where the track was compared with nothing."
    )

    @classmethod
    def of(cls, why: Why) -> Self:
        """The showable form."""
        shown = replace(
            why,
            notes=tuple(map(showable, why.notes)),
            artist=why.artist and showable(why.artist),
            album=why.album and showable(why.album),
            tag_genres=tuple(map(showable, why.tag_genres)),
        )
        return cls.model_validate(shown)
