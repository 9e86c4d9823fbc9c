"""What answers with hits look like."""

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, Field

from mir.search.hits import Hit
from web.schemas.answers import HeardOut, TrackOut, showable
from web.schemas.recognition import AMONG, OTHERS, RecordingOut
from web.schemas.why import WhyOut


class HitOut(BaseModel):
    """A track found, how near it is and why."""

    track: TrackOut
    score: float = Field(description="Cosine of the two vectors, in [-1, 1].")
    similarity: float = Field(description="Share of the library that is less near, in [0, 1].")
    reasons: list[str] = Field(description="In words, the most telling first.")
    why: WhyOut

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """The showable form of a hit."""
        return cls(
            track=TrackOut.of(hit.track),
            score=hit.score,
            similarity=hit.similarity,
            reasons=[showable(reason) for reason in hit.reasons],
            why=WhyOut.of(hit.why),
        )


class HitsOut(BaseModel):
    """Tracks found, nearest first."""

    hits: list[HitOut]

    @classmethod
    def of(cls, hits: Iterable[Hit]) -> Self:
        """The showable form of the hits, in their order."""
        return cls(hits=[HitOut.of(hit) for hit in hits])


class AnswerOut(HitsOut):
    """The answer to a clip: which recording it is, what it is heard as, and what is near."""

    recording: RecordingOut | None = Field(description="Null: it is not in the library.")
    others: list[RecordingOut] = Field(description=OTHERS)
    among: int = Field(description=AMONG)
    heard: HeardOut
