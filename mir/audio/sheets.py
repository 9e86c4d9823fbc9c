"""Which cue sheets of a folder may speak of which of its audio files, by names alone.

`album.cue` and `album.flac.cue` belong to `album.flac` and to no other file. A sheet that bears the
name of no audio file beside it is loose: it may speak of any of them, as its text will tell.

A file's sheets are part of how it looks: `stamped` folds them into its modification time, so that a
sheet that appears, changes or goes makes a scan look at the file again, and reads nothing.
"""

import hashlib
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Self

_SECOND = 10**9  # nanoseconds


@dataclass(frozen=True, slots=True)
class Sheets:
    """The names of the cue sheets in one folder, by whose they may be."""

    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # name of an audio file -> its
    loose: tuple[str, ...] = ()

    @classmethod
    def among(cls, sheets: Collection[str], music: Collection[str]) -> Self:
        """Sort out the names of a folder's sheets and of its audio files."""
        if not sheets:
            return cls()
        bearers: dict[str, list[str]] = {}
        for name in music:
            for called in {same(name), same(PurePath(name).stem)}:
                bearers.setdefault(called, []).append(name)
        own: dict[str, list[str]] = {}
        loose: list[str] = []
        for sheet in sorted(sheets):
            owners = bearers.get(same(PurePath(sheet).stem), [])
            for name in owners:
                own.setdefault(name, []).append(sheet)
            if not owners:
                loose.append(sheet)
        return cls({name: tuple(each) for name, each in own.items()}, tuple(loose))

    def of(self, name: str) -> tuple[str, ...]:
        """The sheets that may speak of that audio file, its own ones first."""
        return (*self.own.get(name, ()), *self.loose)


def same(name: str) -> str:
    """The name as it is compared: systems differ in capitals and in how they write accents."""
    return unicodedata.normalize("NFC", name).casefold()


def is_sheet(name: str) -> bool:
    """Whether a file of that name is a cue sheet; hidden ones are none."""
    return name.lower().endswith(".cue") and not name.startswith(".")


def stamped(path: Path, sheets: Collection[str], modified_ns: int) -> int:
    """The modification time of an audio file (nanoseconds), moved within its second by its sheets.

    It depends on the file's name and on the name, size and time of each of its sheets, and not on
    the folder: so it stays when the folder is moved as a whole. Without sheets it is `modified_ns`.
    """
    looks = [look for look in (_look(path.with_name(name)) for name in sheets) if look]
    if not looks:
        return modified_ns
    shown = repr((modified_ns, path.name, looks)).encode(errors="surrogateescape")
    digest = hashlib.blake2b(shown, digest_size=8).digest()
    return modified_ns - modified_ns % _SECOND + int.from_bytes(digest) % _SECOND


def _look(sheet: Path) -> tuple[str, int, int] | None:
    try:
        facts = sheet.stat()
    except OSError:
        return None  # it has just gone
    return sheet.name, facts.st_size, facts.st_mtime_ns
