"""What was found of many files: as a value, and as rows for a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mir.rights_check.findings import EVIDENCE, Checked, Finding
from mir.rights_check.words import heading, said_of
from mir.spreadsheet import Cell

HEADER = (
    "file",
    "finding",
    "sure",
    "seconds",
    "from",
    "to",
    "track_from",
    "track_to",
    "file_share",
    "track_share",
    "tempo",
    "semitones",
    "track",
    "title",
    "artists",
    "album",
    "track_file",
    "contradictions",
    "rights",
    "note",
)


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file and what was found of it, or why it could not be heard."""

    path: Path
    checked: Checked | None
    trouble: str | None = None  # one sentence; None where it was checked


@dataclass(frozen=True, slots=True)
class Report:
    """What was found of files, in the order in which they were named."""

    files: tuple[CheckedFile, ...]
    among: int  # tracks with a fingerprint that they were compared with
    among_music: int  # tracks with chroma, likewise
    stopped: bool = False  # before all were checked

    @property
    def found(self) -> int:
        """How many of the files share something with the library."""
        return sum(1 for each in self.files if each.checked and each.checked.findings)

    @property
    def failed(self) -> int:
        """How many could not be heard."""
        return sum(1 for each in self.files if each.checked is None)


def rows(report: Report) -> Iterator[tuple[Cell, ...]]:
    """A row for each stretch that was found, as `HEADER` names the cells; one for other files."""
    for file in report.files:
        name = str(file.path)
        if file.checked is None:
            yield _row(name, "not checked", note=file.trouble)
        elif not file.checked.findings:
            yield _row(name, "nothing found")
        else:
            for finding in file.checked.findings:
                yield from _of_finding(name, finding)


def _of_finding(name: str, finding: Finding) -> Iterator[tuple[Cell, ...]]:
    track = finding.track
    for each in finding.shared:
        yield _row(
            name,
            finding.kind.value,
            sure=finding.verdict,
            seconds=_tenths(each.end - each.start),
            start=_tenths(each.start),
            end=_tenths(each.end),
            track_start=_tenths(each.track_start),
            track_end=_tenths(each.track_end),
            file_share=round(finding.file_share, 3),
            track_share=round(finding.track_share, 3),
            tempo=round(finding.tempo, 4),
            semitones=finding.semitones,
            track=track.id,
            title=track.title,
            artists="; ".join(track.artists),
            album=track.album,
            track_file=str(track.paths[0]) if track.paths else None,
            contradictions="; ".join(compared.field for compared in finding.contradictions),
            rights=" | ".join(said_of(compared) for compared in finding.rights),
            note=f"{heading(finding)}. {EVIDENCE}",
        )


def _row(
    file: str,
    finding: str,
    *,
    sure: Cell = None,
    seconds: Cell = None,
    start: Cell = None,
    end: Cell = None,
    track_start: Cell = None,
    track_end: Cell = None,
    file_share: Cell = None,
    track_share: Cell = None,
    tempo: Cell = None,
    semitones: Cell = None,
    track: Cell = None,
    title: Cell = None,
    artists: Cell = None,
    album: Cell = None,
    track_file: Cell = None,
    contradictions: Cell = None,
    rights: Cell = None,
    note: Cell = EVIDENCE,
) -> tuple[Cell, ...]:
    return (
        *(file, finding, sure, seconds, start, end, track_start, track_end),
        *(file_share, track_share, tempo, semitones, track, title, artists, album),
        *(track_file, contradictions, rights, note),
    )


def _tenths(seconds: float) -> float:
    return round(seconds, 1)
