"""Findings in words, the same at every door."""

from mir.catalogue.tracks import Track
from mir.rights.contradictions import Comparison, Relation
from mir.rights_check.findings import Finding, Kind, Shared
from mir.search.sentences import moment

FIELDS = {
    "isrc": "ISRC",
    "iswc": "ISWC",
    "recording_mbid": "MusicBrainz recording",
    "work_mbid": "MusicBrainz work",
}
_RELATIONS = {
    Relation.AGREE: "agree",
    Relation.CONTRADICT: "contradict",
    Relation.UNCLEAR: "unclear",
    Relation.ONLY_LEFT: "only the file says it",
    Relation.ONLY_RIGHT: "only the track says it",
}
_OTHER_TEMPO = 0.0075  # from which on another tempo is told: ten seconds tell it to half a per cent


def heading(finding: Finding) -> str:
    """As in "Contains 10 s of Air by Ann [7] (certain)"."""
    named = name(finding.track)
    if finding.kind is Kind.SAME:
        return f"Same recording as {named} ({finding.verdict})"
    if finding.kind is Kind.CONTAINS:
        return f"Contains {amount(finding.seconds)} of {named} ({finding.verdict})"
    return f"Likely version of {named} (by melody and harmony, weaker evidence)"


def amount(seconds: float) -> str:
    """A length of sound: "7 s", or "2:05" from a minute on."""
    return f"{round(seconds)} s" if seconds < 59.5 else moment(round(seconds))


def place(shared: Shared) -> str:
    """As in "0:10 to 0:20 of the file is 1:12 to 1:22 of the track"."""
    return (
        f"{_span(shared.start, shared.end)} of the file is "
        f"{_span(shared.track_start, shared.track_end)} of the track"
    )


def measures(finding: Finding) -> str:
    """Which share of both, and at which tempo and pitch: "4% of the file, 7% of the track"."""
    told = [f"{finding.file_share:.0%} of the file, {finding.track_share:.0%} of the track"]
    if abs(finding.tempo - 1) > _OTHER_TEMPO:
        word = "faster" if finding.tempo > 1 else "slower"
        told.append(f"{abs(finding.tempo - 1):.1%} {word} than the track")
    if finding.semitones:
        word = "higher" if finding.semitones > 0 else "lower"
        plural = "" if abs(finding.semitones) == 1 else "s"
        told.append(f"{abs(finding.semitones)} semitone{plural} {word}")
    return ", ".join(told)


def said_of(compared: Comparison) -> str:
    """As in "licence: CC BY 4.0 (file), CC0 (track): contradict"."""
    sides = [
        f"{text} ({side})"
        for text, side in ((compared.left, "file"), (compared.right, "track"))
        if text is not None
    ]
    return f"{field(compared)}: {', '.join(sides)}: {relation(compared)}"


def field(compared: Comparison) -> str:
    """What the field is called."""
    return FIELDS.get(compared.field, compared.field)


def relation(compared: Comparison) -> str:
    """How the two sides of a field relate."""
    return _RELATIONS[compared.relation]


def name(track: Track) -> str:
    """As in "Air by Ann [7]"."""
    by = f" by {', '.join(track.artists)}" if track.artists else ""
    return f"{track.title}{by} [{track.id}]"


def _span(start: float, end: float) -> str:
    return f"{moment(round(start))} to {moment(round(end))}"
