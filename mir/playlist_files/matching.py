"""From the lines of an M3U playlist to the tracks of the library, by path.

Nothing is opened: a path is compared with those that the catalogue knows. A relative path is one
below the folder in which the list lies. `..` is taken out of a path by its letters alone; a path
that climbs out of that folder, or above the root, is refused.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from mir.catalogue.files import Held, held_at
from mir.catalogue.portable.moves import Moves
from mir.catalogue.session import Session
from mir.playlist_files.m3u import ParsedM3u, PathLine, decoded

_FILE = b"file://"
_ADDRESS = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://")
_SAME_START = 0.5  # seconds by which a start may differ


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A line that names no track of the library, and why."""

    line: int  # from 1
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Matched:
    """What the lines of a list name here."""

    track_ids: tuple[int, ...]  # in the order of the lines
    unmatched: tuple[Unmatched, ...]


class _Refused(Exception):
    """A path that is not looked up; the text says why."""


def match(
    session: Session, parsed: ParsedM3u, *, moves: Moves | None = None, folder: Path | None = None
) -> Matched:
    """Find the tracks that the lines name.

    `moves` says under which paths the folders of the list lie here, `folder` (absolute) where
    the list itself lies; without it relative paths are not looked up. A file that holds several
    tracks stands for the one at the start that the list tells, else for all of them.
    """
    wanted: list[tuple[PathLine, Sequence[bytes]]] = []
    unmatched: list[Unmatched] = []
    for line in parsed.lines:
        try:
            found = list(_candidates(line.raw, moves or Moves(), folder))
            wanted.append((line, found))
        except _Refused as refused:
            unmatched.append(Unmatched(line.number, decoded(line.raw), str(refused)))
    held = held_at(session, [path for _, paths in wanted for path in paths])
    track_ids: list[int] = []
    for line, paths in wanted:
        here = next((held[path] for path in paths if path in held), None)
        if here is None:
            missing = "There is no such file in the library."
            unmatched.append(Unmatched(line.number, decoded(line.raw), missing))
        else:
            track_ids += _chosen(here, line.start)
    return Matched(tuple(track_ids), tuple(sorted(unmatched, key=lambda each: each.line)))


def _chosen(held: Sequence[Held], start: float | None) -> Iterator[int]:
    at_start = [
        each.track_id
        for each in held
        if start is not None and abs(each.start - start) < _SAME_START
    ]
    yield from at_start[:1] or [each.track_id for each in held]


def _candidates(raw: bytes, moves: Moves, folder: Path | None) -> Iterator[bytes]:
    """The paths here that a line may mean, the likeliest first."""
    for text in dict.fromkeys((raw, raw.strip())):
        spellings = [text, decoded(text).encode()]  # as bytes of the file system, as Latin-1
        if b"\\" in text and b"/" not in text:
            spellings.append(spellings[-1].replace(b"\\", b"/"))
        for spelling in dict.fromkeys(spellings):
            yield moves(_absolute(_without_scheme(spelling), folder))


def _without_scheme(text: bytes) -> bytes:
    if text[: len(_FILE)].lower() == _FILE:
        host, slash, path = text[len(_FILE) :].partition(b"/")
        if host not in (b"", b"localhost"):
            raise _Refused("It lies on another machine.")
        text = unquote_to_bytes(slash + path.partition(b"#")[0])
    elif _ADDRESS.match(text):
        raise _Refused("It is an address in a network and no file.")
    if any(letter in text for letter in (b"\n", b"\r", b"\0")):
        raise _Refused("Its path holds a line break.")
    return text


def _absolute(path: bytes, folder: Path | None) -> bytes:
    """The path without "." and "..", below the folder where it is relative."""
    parts: list[bytes] = []
    for part in path.split(b"/"):
        if part == b"..":
            if not parts:
                raise _Refused("Its path climbs out with '..'; write it from the root on.")
            parts.pop()
        elif part not in (b"", b"."):
            parts.append(part)
    joined = b"/".join(parts)
    if path.startswith(b"/"):
        return b"/" + joined
    if folder is None:
        raise _Refused("Its path is relative, and nobody said where the list lies.")
    return os.fsencode(folder / os.fsdecode(joined))
