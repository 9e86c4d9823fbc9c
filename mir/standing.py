"""How a library stands, as values that every door shows."""

from dataclasses import dataclass
from pathlib import Path

from mir.catalogue.genres import GenreCount


@dataclass(frozen=True, slots=True)
class Pending:
    """The model that takes over once it has heard the library."""

    id: str
    name: str
    tracks: int  # that it has heard


@dataclass(frozen=True, slots=True)
class Status:
    """How the library stands."""

    tracks: int
    failures: int  # files that could not be analysed
    genres: tuple[GenreCount, ...]  # by descending count
    roots: tuple[Path, ...]  # the folders that were indexed
    model_id: str
    model_name: str
    pending: Pending | None
    index_count: int  # tracks that can be found by sound
    index_revision: int
    revision: int  # the catalogue's; above `index_revision` while an indexing run is under way
