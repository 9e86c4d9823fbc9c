"""Walks folders of music and lists the audio files in them, without opening any.

Directory links are followed, each real directory is entered once for each root (so loops
end), hidden names and what a rule leaves out are skipped, and whatever cannot be read comes back
as a value.
"""

import os
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mir.analysis import Failure
from mir.audio.sheets import Sheets, is_sheet, stamped

AUDIO_SUFFIXES = frozenset(
    {
        ".aac",
        ".aif",
        ".aifc",
        ".aiff",
        ".alac",
        ".ape",
        ".flac",
        ".m4a",
        ".m4b",
        ".mka",
        ".mp2",
        ".mp3",
        ".mp4",
        ".mpga",
        ".oga",
        ".ogg",
        ".opus",
        ".w64",
        ".wav",
        ".wave",
        ".webm",
        ".wma",
        ".wv",
    }
)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One audio file on disk, by its cheap evidence."""

    name: str  # the whole path: a hundred thousand Paths take longer to make than to stat
    size: int  # bytes
    modified_ns: int  # with its cue sheets folded in, see mir.audio.sheets
    inode: int | None = None  # None: not known
    linked: bool = False  # a symbolic link, or a file that has further names

    @property
    def path(self) -> Path:
        """Where it is."""
        return Path(self.name)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A folder or file that could not be looked at; nothing below it may count as gone."""

    failure: Failure


def walk(
    root: Path, left_out: Callable[[str], bool] | None = None
) -> Iterator[FoundFile | Unreadable]:
    """Yield the audio files below `root` (absolute), folders and names in sorted order.

    `left_out` tells of the path of a file or folder whether to pass it over; such a folder is not
    entered. Real folders come before linked ones, so that a file reachable in both ways keeps its
    real path. A root that is itself unreadable yields one `Unreadable` for it.
    """
    entered: set[tuple[int, int]] = set()
    waiting = [root]
    linked: list[Path] = []
    while waiting or linked:
        folder = waiting.pop() if waiting else linked.pop(0)
        try:
            facts = folder.stat()
            if (facts.st_dev, facts.st_ino) in entered:
                continue
            entered.add((facts.st_dev, facts.st_ino))
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield _unreadable(folder, error, "folder")
            continue
        sheets = sheets_among([entry.name for entry in entries])
        folders: list[Path] = []
        for entry in entries:
            if entry.name.startswith(".") or (left_out and left_out(entry.path)):
                continue
            try:
                if entry.is_dir():
                    (linked if entry.is_symlink() else folders).append(Path(entry.path))
                elif is_audio(entry.name):
                    yield from _file(entry, sheets.of(entry.name))
            except OSError as error:
                yield _unreadable(Path(entry.path), error, "file")
        waiting.extend(reversed(folders))


def is_audio(name: str) -> bool:
    """Whether a file of that name is taken for music."""
    return name[name.rfind(".") :].lower() in AUDIO_SUFFIXES


def sheets_among(names: Collection[str]) -> Sheets:
    """The cue sheets among the names in a folder, by the audio files they may speak of."""
    sheets = [name for name in names if is_sheet(name)]
    return Sheets.among(sheets, [name for name in names if is_audio(name)] if sheets else [])


def below(path: Path | str, folders: Iterable[Path]) -> bool:
    """Whether `path` is one of `folders` or lies inside one, by name alone."""
    text = os.fspath(path)
    for folder in folders:
        prefix = os.fspath(folder)
        if text == prefix or text.startswith(
            prefix if prefix.endswith(os.sep) else prefix + os.sep
        ):
            return True
    return False


def _file(entry: os.DirEntry[str], sheets: Sequence[str]) -> Iterator[FoundFile]:
    facts = entry.stat()  # follows links; a dangling one raises
    if stat.S_ISREG(facts.st_mode):
        modified_ns = facts.st_mtime_ns
        if sheets:
            modified_ns = stamped(Path(entry.path), sheets, modified_ns)
        linked = facts.st_nlink > 1 or entry.is_symlink()
        yield FoundFile(entry.path, facts.st_size, modified_ns, facts.st_ino or None, linked)


def _unreadable(path: Path, error: OSError, kind: str) -> Unreadable:
    reason = (
        f"The {kind} cannot be read ({(error.strerror or str(error)).lower()}); "
        "mend it or its permissions and index again."
    )
    return Unreadable(Failure(path=path, size=0, modified_ns=0, reason=reason, stage="read"))
