"""What a worker makes of one file, as values that its parent stores."""

from dataclasses import dataclass
from pathlib import Path

from mir.analysis import Analysis, Failure, FileFacts, Tags


@dataclass(frozen=True, slots=True)
class Identified:
    """A file whose sound was analysed before, and what the file says of itself now."""

    file: FileFacts
    audio_hash: str
    tags: Tags


@dataclass(frozen=True, slots=True)
class Excluded:
    """A file that a rule keeps out of the library; it was neither hashed nor decoded."""

    path: Path
    size: int  # bytes
    modified_ns: int
    reason: str  # names the rule


@dataclass(frozen=True, slots=True)
class Parts:
    """What one file holds, where a cue sheet has a word in it: each track, or the file as one.

    `problem` is why a sheet, or a track of it, had to be left out: a sentence.
    """

    path: Path
    tracks: tuple[Analysis | Identified, ...]
    problem: str | None = None


Outcome = Analysis | Identified | Parts | Excluded | Failure


def path_of(outcome: Outcome) -> Path:
    """The file that the outcome is about."""
    if isinstance(outcome, Analysis | Identified):
        return outcome.file.path
    return outcome.path
