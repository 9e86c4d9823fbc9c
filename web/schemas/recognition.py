"""What answers about recordings look like."""

from typing import Self

from pydantic import BaseModel, Field

from mir.search.recognise import Recognition, Recording, Verdict
from web.schemas.answers import TrackOut

AMONG = "Tracks that have a fingerprint to be known by; 0: run `mir index`."


class RecordingOut(BaseModel):
    """A track that a clip is a piece of."""

    track: TrackOut
    offset: float = Field(
        description="Second of the track where the clip begins; negative: before the track does."
    )
    tempo: float = Field(description="The clip's as a multiple of the track's.")
    score: float = Field(
        description="Of clips that are of no track, one in 10^score finds as much evidence."
    )
    verdict: Verdict = Field(description="certain (a score of 8 or more) or likely (3 or more).")

    @classmethod
    def of(cls, found: Recording) -> Self:
        """The showable form."""
        return cls(
            track=TrackOut.of(found.track),
            offset=found.offset,
            tempo=found.tempo,
            score=found.score,
            verdict=found.verdict,
        )


class RecognitionOut(BaseModel):
    """Which recording a clip is."""

    recording: RecordingOut | None = Field(description="Null: it is not in the library.")
    others: list[RecordingOut] = Field(
        description="Other tracks that it is, too, as copies are; none surer."
    )
    among: int = Field(description=AMONG)

    @classmethod
    def of(cls, known: Recognition) -> Self:
        """The showable form."""
        every = [RecordingOut.of(each) for each in known.recordings]
        return cls(recording=every[0] if every else None, others=every[1:], among=known.among)
