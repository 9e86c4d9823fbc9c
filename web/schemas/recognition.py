"""What answers about recordings look like."""

from typing import Self

from pydantic import BaseModel, Field

from mir.search.recognise import Played, Recognition, Recording, Timeline, Verdict
from web.schemas.answers import TrackOut

OTHERS = "Other tracks that it is, too, as copies are; none surer."
AMONG = "Tracks that have a fingerprint to be known by; 0: run `mir index`."
_SCORE = "Of clips that are of no track, one in 10^score finds as much evidence."
_VERDICT = "certain (a score of 8 or more) or likely (3 or more)."


class RecordingOut(BaseModel):
    """A track that a clip is a piece of."""

    track: TrackOut
    offset: float = Field(
        description="Second of the track where the clip begins; negative: before the track does."
    )
    tempo: float = Field(description="The clip's as a multiple of the track's.")
    score: float = Field(description=_SCORE)
    verdict: Verdict = Field(description=_VERDICT)

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
    others: list[RecordingOut] = Field(description=OTHERS)
    among: int = Field(description=AMONG)

    @classmethod
    def of(cls, known: Recognition) -> Self:
        """The showable form."""
        every = [RecordingOut.of(each) for each in known.recordings]
        return cls(recording=every[0] if every else None, others=every[1:], among=known.among)


class PlayedOut(BaseModel):
    """A stretch of a long recording in which a track was played."""

    track: TrackOut
    start: float = Field(description="Second of the recording, to within five.")
    end: float = Field(description="Second of the recording, to within five.")
    offset: float = Field(
        description="Second of the track at `start`; negative: before the track begins."
    )
    tempo: float = Field(description="The recording's as a multiple of the track's.")
    score: float = Field(description=f"Of the ten seconds that fit best. {_SCORE}")
    verdict: Verdict = Field(description=_VERDICT)

    @classmethod
    def of(cls, found: Played) -> Self:
        """The showable form."""
        return cls(
            track=TrackOut.of(found.track),
            start=found.start,
            end=found.end,
            offset=found.offset,
            tempo=found.tempo,
            score=found.score,
            verdict=found.verdict,
        )


class TimelineOut(BaseModel):
    """What was played when."""

    played: list[PlayedOut] = Field(
        description="By their starts; of two tracks at once, both. None: nothing is in the library."
    )
    among: int = Field(description=AMONG)

    @classmethod
    def of(cls, heard: Timeline) -> Self:
        """The showable form."""
        return cls(played=[PlayedOut.of(each) for each in heard.played], among=heard.among)
