"""How far an index run is, and what it did, as values for whoever shows them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; handed to the callback after every batch and every half second."""

    done: int
    total: int
    failures: int
    music_seconds: float  # length of the music analysed so far
    elapsed: float  # seconds
    current: Path | None  # the file that was finished last
    part: str = "Indexing"  # "Fingerprinting", "Comparing", "Mapping": see indexer.whole_run


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What a run did, in numbers of files."""

    added: int
    updated: int
    moved: int
    caught_up: int  # unchanged, but heard by a model that had not heard them
    removed: int
    excluded: int  # taken out or left out by a rule; not those in folders that are not entered
    failed: int
    unchanged: int
    seconds_of_music: float  # analysed in this run
    wall_seconds: float
    messages: tuple[str, ...]  # what the user should know: a root that is missing, an early end
    missing_roots: tuple[Path, ...] = ()
    fingerprinted: int = 0  # tracks, not files, that can now be known again
    compared: int = 0  # tracks, with the rest of the library
    stopped: bool = False  # asked to stop before everything was done
