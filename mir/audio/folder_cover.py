"""The picture of an album's cover that lies beside its files.

It is looked for by name in the folder of a file, and in the one above for the discs of a set
(`CD1`, `Disc 2`). What counts is its content. Links are followed within that folder only, so that a
folder of music cannot show pictures from elsewhere on the disk.
"""

import os
import re
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePath

from mir.audio.cover import LARGEST_COVER, Cover, picture_kind

_NAMES = ("cover", "folder", "front", "albumart", "album")  # the first one counts
_BEGINNING = "albumart"  # as in AlbumArt_{…}_Large.jpg
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_DISC = re.compile(r"(cd|dis[ck]|dvd)[ ._-]*\d{1,2}\b", re.IGNORECASE)


def read_folder_cover(path: Path) -> Cover | None:
    """The cover that lies beside the file `path`; None if there is none that can be read.

    Pictures over 16 MiB and what is none of JPEG, PNG, GIF and WebP are passed over.
    """
    folders = [path.parent]
    if _DISC.match(path.parent.name):
        folders.append(path.parent.parent)
    for folder in folders:
        for picture in _candidates(folder):
            data = _read(picture, folder)
            kind = picture_kind(data) if data is not None else None
            if data is not None and kind is not None:
                return Cover(data, kind)
    return None


def _candidates(folder: Path) -> Iterator[Path]:
    try:
        names = _listed(folder, folder.stat().st_mtime_ns)
    except OSError:
        return
    yield from (folder / name for name in names)


@lru_cache(maxsize=64)
def _listed(folder: Path, modified_ns: int) -> tuple[str, ...]:
    """The names in a folder that a cover may have, best first; as long as its time is the same."""
    with os.scandir(folder) as listing:
        ranked = [(_rank(entry.name), entry.name) for entry in listing]
    return tuple(name for rank, name in sorted((r, n) for r, n in ranked if r is not None))


def _rank(name: str) -> tuple[int, int] | None:
    """How good the name is for a cover, lower is better; None if it is none."""
    stem, suffix = PurePath(name).stem.lower(), PurePath(name).suffix.lower()
    if suffix not in _SUFFIXES:
        return None
    if stem in _NAMES:
        return _NAMES.index(stem), _SUFFIXES.index(suffix)
    return (len(_NAMES), _SUFFIXES.index(suffix)) if stem.startswith(_BEGINNING) else None


def _read(picture: Path, folder: Path) -> bytes | None:
    """The content of a plain file that really lies in the folder and is no larger than allowed."""
    try:
        real = picture.resolve(strict=True)
        facts = real.lstat()
        if real.parent != folder.resolve() or not stat.S_ISREG(facts.st_mode):
            return None
        if facts.st_size > LARGEST_COVER:
            return None
        with real.open("rb") as file:
            return file.read(LARGEST_COVER)
    except (OSError, RuntimeError):  # RuntimeError: links that lead in a circle
        return None
