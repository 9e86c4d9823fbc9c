"""What a check finds, as values, and what the evidence makes of a file and a track."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mir.analysis import Tags
from mir.catalogue.tracks import Track
from mir.comparison import SameMusic
from mir.duplicates.relation import AGREEING, ALL, SAME_TEMPO
from mir.fingerprint.overlap import Overlap
from mir.rights.contradictions import Comparison, Relation, of_recordings, of_versions
from mir.search.recognise import Verdict, verdict

EVIDENCE = (
    "This is evidence for a person and no verdict: what was found, where it can be heard, and what "
    "the tags of both sides say of rights."
)


class Kind(StrEnum):
    """What a file is to a track; each says more than the next."""

    SAME = "same recording"
    CONTAINS = "contains"
    VERSION = "likely version"


@dataclass(frozen=True, slots=True)
class Shared:
    """A stretch that both play, in seconds."""

    start: float  # of the file
    end: float
    track_start: float
    track_end: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What a file shares with a track of the library.

    `score` is of sound: of files that share nothing with the library, one in 10 ** score seems to
    share as much; None for a likely version. Its `strength` says how much more of the music is
    shared than by chance, see `mir.versions.significance`. Shares lie in [0, 1].
    """

    kind: Kind
    track: Track
    verdict: Verdict
    score: float | None
    strength: float | None
    shared: tuple[Shared, ...]  # in the order of the file; of a version, one
    file_share: float  # of the file's landmarks or seconds that lie in the longest line of it
    track_share: float  # likewise of the track
    tempo: float  # of the file as a multiple of the track's
    semitones: int  # by which the file is played higher; 0 for the same sound
    rights: tuple[Comparison, ...]  # left: the file; right: the track

    @property
    def seconds(self) -> float:
        """How much of the file is shared."""
        return sum(each.end - each.start for each in self.shared)

    @property
    def contradictions(self) -> tuple[Comparison, ...]:
        """The fields in which what both sides say cannot both be true of what they share."""
        return tuple(each for each in self.rights if each.relation is Relation.CONTRADICT)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one file, the surest and longest first."""

    seconds: float  # of sound
    tags: Tags
    findings: tuple[Finding, ...]  # none: nothing found
    among: int  # tracks whose fingerprint it was compared with
    among_music: int  # tracks whose chroma it was compared with


def of_sound(lines: Sequence[Overlap], tags: Tags, track: Track) -> Finding:
    """What the lines along which a file and one track share sound are; the longest line first.

    The same recording is all of both, in order, along one line, with most landmarks met and no
    other tempo: `mir.duplicates.relation` says the same of two tracks. ValueError without a line.
    """
    if not lines:
        raise ValueError("a file and a track that share no sound have no finding")
    longest = lines[0]
    same = (
        longest.agreement >= AGREEING
        and abs(longest.tempo - 1) <= SAME_TEMPO
        and min(longest.covered, longest.other_covered) >= ALL
    )
    told = lines[:1] if same else lines
    stretches = [
        Shared(each.start, each.end, each.other_start, each.other_end)
        for line in told
        for each in line.stretches
    ]
    score = max(each.score for line in told for each in line.stretches)
    return Finding(
        Kind.SAME if same else Kind.CONTAINS,
        track,
        verdict(score),
        score,
        None,
        tuple(sorted(stretches, key=lambda each: (each.start, each.track_start))),
        longest.covered,
        longest.other_covered,
        longest.tempo,
        0,
        of_recordings(tags, track),
    )


def of_music(found: SameMusic, tags: Tags, track: Track) -> Finding:
    """A likely version, by how much of its music a track has."""
    aligned = found.alignment
    one, two = aligned.first, aligned.second
    return Finding(
        Kind.VERSION,
        track,
        "likely",
        None,
        aligned.strength,
        (Shared(one.start, one.end, two.start, two.end),),
        min(1.0, (one.end - one.start) / found.own_seconds),
        min(1.0, (two.end - two.start) / found.seconds),
        1 / aligned.tempo,
        -aligned.semitones,
        of_versions(tags, track),
    )


def told_already(music: Finding, sound: Finding | None) -> bool:
    """Whether the sound shared with a track says all that its music would say again."""
    if sound is None:
        return False
    if sound.kind is Kind.SAME:
        return True
    (stretch,) = music.shared
    within = sum(
        max(0.0, min(each.end, stretch.end) - max(each.start, stretch.start))
        for each in sound.shared
    )
    return within >= (stretch.end - stretch.start) / 2


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The same recordings first, then what is contained, then versions; each the most first."""
    kinds = {kind: number for number, kind in enumerate(Kind)}
    return tuple(
        sorted(
            findings,
            key=lambda each: (
                kinds[each.kind],
                -(each.strength or each.seconds),
                each.track.id,
            ),
        )
    )
