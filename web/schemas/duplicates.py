"""What requests for duplicates may say, and what their answers look like."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import BaseModel, Field

from mir.catalogue.matches import Kind, Match
from mir.duplicates.choice import Copy
from mir.duplicates.part import Part, counts
from mir.duplicates.relation import Relation
from mir.duplicates.report import Duplicates, Group, Pair
from mir.duplicates.words import evidence, offset, part_of, what_second_is
from web.schemas.answers import TrackOut, showable
from web.schemas.filters import Asked
from web.schemas.requests import PageQuery

RelationName = Literal["same", "excerpt", "version", "shared"]

_RELATION = "same recording, excerpt, likely version or shared sound: see docs/duplicates.md."
_NAMES: dict[Relation, RelationName] = {
    Relation.SAME: "same",
    Relation.EXCERPT: "excerpt",
    Relation.VERSION: "version",
    Relation.SHARED: "shared",
}


class KindQuery(Asked):
    """Which of the duplicates."""

    kind: RelationName | None = Field(
        default=None, description="Only one kind; else all, the nearest relation first."
    )

    def relation(self) -> Relation | None:
        """What the library calls it."""
        return None if self.kind is None else Relation[self.kind.upper()]


class DuplicatesQuery(KindQuery, PageQuery):
    """The query of `/duplicates`."""


class StretchOut(BaseModel):
    """A stretch that two tracks share: where it lies in each."""

    first_start: float = Field(description="Second of the first track.")
    first_end: float
    second_start: float
    second_end: float


class EvidenceOut(BaseModel):
    """What two tracks share."""

    first: int = Field(description="The id of a track.")
    second: int
    kind: Kind = Field(description="sound: by fingerprints; music: by melody and harmony.")
    strength: float = Field(
        description="Of sound the score of docs/fingerprints.md, of music that of docs/versions.md."
    )
    first_share: float = Field(description="How much of the first is shared, in [0, 1].")
    second_share: float
    agreement: float | None = Field(
        description="Of sound: the share of landmarks in the stretches that both have, in [0, 1]."
    )
    tempo: float = Field(description="How much faster the second plays; 1 is as fast.")
    semitones: int = Field(description="That the second is played higher.")
    offset: float = Field(
        description="Second of the second at which the first begins, by the longest stretch."
    )
    stretches: list[StretchOut] = Field(description="In the order of the first.")
    words: list[str] = Field(description="How much is shared and what differs, in words.")

    @classmethod
    def of(cls, match: Match) -> Self:
        """The showable form."""
        stretches = [
            StretchOut(
                first_start=each.first_start,
                first_end=each.first_end,
                second_start=each.second_start,
                second_end=each.second_end,
            )
            for each in match.stretches
        ]
        return cls(
            first=match.first,
            second=match.second,
            kind=match.kind,
            strength=match.strength,
            first_share=match.first_share,
            second_share=match.second_share,
            agreement=match.agreement,
            tempo=match.tempo,
            semitones=match.semitones,
            offset=offset(match),
            stretches=stretches,
            words=list(evidence(match)),
        )


class CopyOut(BaseModel):
    """A file that holds a recording, and the track that it is of."""

    track: TrackOut
    file: str
    codec: str | None
    lossless: bool = Field(description="Whether the codec loses nothing.")
    bit_rate: int | None = Field(description="Bits per second.")
    sample_rate: int | None = Field(description="Hertz.")
    channels: int | None
    size: int = Field(description="Bytes.")

    @classmethod
    def of(cls, copy: Copy) -> Self:
        """The showable form."""
        return cls(
            track=TrackOut.of(copy.track),
            file=showable(str(copy.file.path)),
            codec=copy.file.codec,
            lossless=copy.lossless,
            bit_rate=copy.file.bit_rate,
            sample_rate=copy.file.sample_rate,
            channels=copy.file.channels,
            size=copy.file.size,
        )


class GroupOut(BaseModel):
    """The copies of one recording."""

    why: str = Field(description="Why the first is the one to keep.")
    copies: list[CopyOut] = Field(description="The one to keep first.")
    evidence: list[EvidenceOut] = Field(
        description="Of each other track with the one to keep, or with another of the group; "
        "files of one track need none: their sound is equal bit for bit."
    )

    @classmethod
    def of(cls, group: Group) -> Self:
        """The showable form."""
        return cls(
            why=group.reason,
            copies=[CopyOut.of(each) for each in group.copies],
            evidence=[EvidenceOut.of(each) for each in group.evidence],
        )


class PairOut(BaseModel):
    """Two tracks that are less than one recording."""

    relation: RelationName = Field(description=_RELATION)
    first: TrackOut = Field(description="Of an excerpt, the one that is all in the other.")
    second: TrackOut
    evidence: EvidenceOut

    @classmethod
    def of(cls, pair: Pair) -> Self:
        """The showable form."""
        return cls(
            relation=_NAMES[pair.relation],
            first=TrackOut.of(pair.first),
            second=TrackOut.of(pair.second),
            evidence=EvidenceOut.of(pair.match),
        )


class CountsOut(BaseModel):
    """How many there are of each kind: groups of one recording, else pairs."""

    same: int
    excerpt: int
    version: int
    shared: int


class DuplicatesOut(BaseModel):
    """A page of what the library holds more than once: groups before pairs."""

    counts: CountsOut = Field(description="Of the whole library.")
    waiting: int = Field(description="Tracks that are not compared yet; run `mir index`.")
    groups: list[GroupOut]
    pairs: list[PairOut]
    total: int = Field(description="Groups and pairs in the whole list.")
    offset: int

    @classmethod
    def of(cls, found: Duplicates, shown: Part, offset: int) -> Self:
        """The showable form of a part."""
        counted = {_NAMES[relation]: count for relation, count in counts(found).items()}
        return cls(
            counts=CountsOut(**counted),
            waiting=found.waiting,
            groups=[GroupOut.of(each) for each in shown.groups],
            pairs=[PairOut.of(each) for each in shown.pairs],
            total=shown.total,
            offset=offset,
        )


class RelatedTrackOut(BaseModel):
    """What another track is to one."""

    relation: RelationName = Field(description=_RELATION)
    part: int | None = Field(
        description="Of an excerpt: the id of the track that is all in the other."
    )
    track: TrackOut
    what: str = Field(description='The relation in words, as "an excerpt of it".')
    evidence: EvidenceOut = Field(description="The track that was asked about is the first.")

    @classmethod
    def of(cls, pair: Pair) -> Self:
        """The showable form of the pair that begins with the track asked about."""
        return cls(
            relation=_NAMES[pair.relation],
            part=part_of(pair),
            track=TrackOut.of(pair.second),
            what=what_second_is(pair),
            evidence=EvidenceOut.of(pair.match),
        )


class RelatedTracksOut(BaseModel):
    """The tracks that share sound or music with one, the nearest relation first."""

    related: list[RelatedTrackOut]

    @classmethod
    def of(cls, found: Iterable[Pair]) -> Self:
        """The showable form."""
        return cls(related=[RelatedTrackOut.of(each) for each in found])
