"""How a track looks and what is heard in it over time, as answers."""

from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, Field

from web.schemas.answers import showable

if TYPE_CHECKING:
    from mir.over_time import OverTime, Row


class WaveformOut(BaseModel):
    """The waveform of a track in columns of equal length, from its beginning to its end."""

    seconds: float = Field(description="How long all columns are together.")
    peaks: list[float] = Field(description="Greatest magnitude in each column, in [0, 1].")
    levels: list[float] = Field(description="Root of the mean square in each column, in [0, 1].")


class PassageOut(BaseModel):
    """A passage of a track, in seconds of the track."""

    start: float
    end: float


class LabelOverTimeOut(BaseModel):
    """How probable a genre or a mood is in each passage."""

    name: str
    probabilities: list[float | None] = Field(
        description="One for each passage; null where nothing was heard."
    )
    remarkable: float | None = Field(
        description="Of a mood: the probability that a tenth of music reaches; null for genres."
    )

    @classmethod
    def of(cls, row: "Row") -> Self:
        """The showable form of a row."""
        return cls(
            name=showable(row.name),
            probabilities=[None if p is None else round(p, 4) for p in row.probabilities],
            remarkable=row.remarkable,
        )


class OverTimeOut(BaseModel):
    """What the model hears in a track as it goes on, in passages of equal length."""

    model_id: str
    passages: list[PassageOut]
    genres: list[LabelOverTimeOut] = Field(
        description="Those that matter in some passage, the most probable first."
    )
    moods: list[LabelOverTimeOut] = Field(
        description="Those that stand out in some passage, the most remarkable first."
    )
    arousal: list[float | None] = Field(
        description="Arousal-like in each passage, from calm (-1) to energetic (1)."
    )
    valence: list[float | None] = Field(
        description="Valence-like in each passage, from dark (-1) to bright (1)."
    )

    @classmethod
    def of(cls, heard: "OverTime") -> Self:
        """The showable form of what was heard."""
        return cls(
            model_id=heard.model_id,
            passages=[
                PassageOut(start=round(p.start, 3), end=round(p.start + p.seconds, 3))
                for p in heard.passages
            ],
            genres=[LabelOverTimeOut.of(row) for row in heard.genres],
            moods=[LabelOverTimeOut.of(row) for row in heard.moods],
            arousal=[None if each is None else round(each, 3) for each in heard.arousal],
            valence=[None if each is None else round(each, 3) for each in heard.valence],
        )
