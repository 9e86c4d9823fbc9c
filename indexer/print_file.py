"""One file to what the tracks in it are known by, in a worker process; a bad file is a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from indexer.worker import Work
from mir.audio.decode import Span, probe
from mir.audio.parts import look
from mir.errors import AudioError
from mir.fingerprinting import NO_PRINTS, Prints, fingerprint

Places = Mapping[Path, tuple[tuple[float, float | None], ...]]
"""Files that hold several tracks -> (start, seconds or None: to the end) of those wanted."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What was made of a file, in the order wanted, and how the file looked before and after.

    A track without sound has `NO_PRINTS`.
    """

    path: Path
    size: int
    modified_ns: int
    prints: tuple[Prints, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that cannot be opened now, or that changed while it was read."""

    path: Path


@dataclass(frozen=True, slots=True)
class MakePrinter:
    """A recipe for a worker."""

    places: Places = field(default_factory=dict)

    def __call__(self) -> Work:
        """Return the work."""
        return lambda path: print_file(path, self.places.get(path, ()))


def print_file(
    path: Path, places: tuple[tuple[float, float | None], ...] = ()
) -> Printed | Unreadable:
    """What a file as a whole, or each of the places in it, is known by."""
    try:
        before = _looks(path)
        prints = tuple(_printed(path, place) for place in places or (None,))
        if _looks(path) != before:
            return Unreadable(path)
    except OSError:
        return Unreadable(path)
    return Printed(path, *before, prints)


def _printed(path: Path, place: tuple[float, float | None] | None) -> Prints:
    try:
        if place is None:
            return fingerprint(path)
        start, seconds = place
        if seconds is None:
            whole = probe(path).seconds
            seconds = 0.0 if whole is None else max(0.0, whole - start)
        return fingerprint(path, Span(start, seconds))
    except AudioError:
        return NO_PRINTS


def _looks(path: Path) -> tuple[int, int]:
    """Size and time as a scan notes them."""
    with path.open("rb"):
        pass  # who may not read it is to be asked again, unlike what holds no sound
    return look(path)
