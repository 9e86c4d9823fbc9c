"""What the answer of a rights check looks like."""

from typing import Self

from pydantic import BaseModel, Field

from mir.rights.contradictions import Comparison, Relation
from mir.rights_check.findings import EVIDENCE, Checked, Finding, Kind, Shared
from mir.search.recognise import Verdict
from web.schemas.answers import TrackOut, showable


class SharedStretchOut(BaseModel):
    """A stretch that the file and the track both play, in seconds."""

    start: float = Field(description="Of the file.")
    end: float
    track_start: float
    track_end: float

    @classmethod
    def of(cls, found: Shared) -> Self:
        """The showable form."""
        return cls(
            start=found.start,
            end=found.end,
            track_start=found.track_start,
            track_end=found.track_end,
        )


class RightsOut(BaseModel):
    """What both sides say in one field; null where a side says nothing."""

    field: str
    file: str | None
    track: str | None
    relation: Relation = Field(description="left: the file; right: the track.")

    @classmethod
    def of(cls, found: Comparison) -> Self:
        """The showable form."""
        left, right = (text and showable(text) for text in (found.left, found.right))
        return cls(field=found.field, file=left, track=right, relation=found.relation)


class FindingOut(BaseModel):
    """What a file has of a track of the library: evidence, no verdict on rights."""

    kind: Kind
    verdict: Verdict = Field(description="Of the sound: certain (a score of 8) or likely (3).")
    score: float | None = Field(
        description="Of files that share nothing with the library, one in 10^score seems to share "
        "as much; null for a likely version."
    )
    strength: float | None = Field(
        description="Of a likely version: how much more of the music is shared than by chance."
    )
    track: TrackOut
    seconds: float = Field(description="Of the file that are shared.")
    shared: list[SharedStretchOut] = Field(description="In the order of the file.")
    file_share: float = Field(description="Of the file that lies in its longest line, in [0, 1].")
    track_share: float
    tempo: float = Field(description="Of the file as a multiple of the track's.")
    semitones: int = Field(description="By which the file is played higher.")
    rights: list[RightsOut] = Field(description="Fields in which at least one side says something.")

    @classmethod
    def of(cls, found: Finding) -> Self:
        """The showable form."""
        return cls(
            kind=found.kind,
            verdict=found.verdict,
            score=found.score,
            strength=found.strength,
            track=TrackOut.of(found.track),
            seconds=found.seconds,
            shared=[SharedStretchOut.of(each) for each in found.shared],
            file_share=found.file_share,
            track_share=found.track_share,
            tempo=found.tempo,
            semitones=found.semitones,
            rights=[RightsOut.of(each) for each in found.rights],
        )


class CheckedOut(BaseModel):
    """What a file has of the library, and what both sides have on record of rights."""

    evidence: str = Field(description="What all of this is, and what it is not.")
    seconds: float = Field(description="Of sound in the file.")
    findings: list[FindingOut] = Field(
        description="Same recordings first, then what it contains, then likely versions. "
        "Empty: nothing found."
    )
    among: int = Field(description="Tracks compared by sound; 0: run `mir index`.")
    among_music: int = Field(description="Tracks compared by melody and harmony.")

    @classmethod
    def of(cls, found: Checked) -> Self:
        """The showable form."""
        return cls(
            evidence=EVIDENCE,
            seconds=found.seconds,
            findings=[FindingOut.of(each) for each in found.findings],
            among=found.among,
            among_music=found.among_music,
        )
