"""The index of fingerprints on disk: mapped into memory, and never met half written.

A segment never changes, so each is one file, named by its content, written once under another
name, synced and renamed; a manifest names the segments in force, the rows of each that are gone
and their digests, and is replaced last. A crash at any step leaves the old manifest and the files
it names. Files that neither this manifest nor the one before it names are removed, so that a
reader that read the old one a moment ago still finds its files.

The index is a cache: all of it can be deleted and is built again from the catalogue's packed
landmarks. Sizes are checked when it is loaded, contents only by `verify`, since reading gigabytes
at every start would cost what mapping them saves.
"""

import json
import os
import struct
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mir.durable import digest_of, only_writer, sync
from mir.errors import FingerprintError
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.packing import VERSION
from mir.fingerprint.pairs import HASHES
from mir.fingerprint.segment import Segment

_MANIFEST = "fingerprints.json"
_FORMAT = 1
_MAGIC = b"mirprint"
_HEADER = struct.Struct("<8s6Q")  # magic, and the items of each array in the order of Segment
_TYPES = ("<i8", "<i8", "<i8", "<u2", "<u4", "<u4")  # of Segment's fields
_ALIGNED = 64  # bytes: where arrays begin
_LOAD_ATTEMPTS = 3  # a writer may save while we read


Stamp = tuple[int, int, int]
"""What changes whenever the manifest is replaced: inode, time, size."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the index on disk was made from."""

    revision: int  # of the catalogue
    count: int  # tracks


@dataclass(frozen=True, slots=True)
class _File:
    """A segment's file: its name, which holds the digest of its content, and what is gone."""

    name: str
    bytes: int
    gone: tuple[int, ...]  # rows


def save(directory: Path, index: FingerprintIndex, revision: int) -> FingerprintIndex:
    """Make `index` the one in force in `directory`; return it, mapped from there.

    Only segments that are not there yet are written. Raises FingerprintError if the folder
    cannot be written.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with only_writer(directory / "fingerprints.lock"):
            files = [
                _File(*_write(directory, segment), tuple(np.flatnonzero(~alive).tolist()))
                for segment, alive in zip(index.segments, index.alive, strict=True)
            ]
            before = _named(directory)
            _replace_manifest(directory, files, Manifest(revision, len(index)))
            keep = before | {file.name for file in files}
            for old in directory.glob("*.segment"):
                if old.name not in keep:
                    old.unlink(missing_ok=True)
    except OSError as error:
        raise FingerprintError(
            f"The index of fingerprints cannot be saved in {directory} ({error.strerror}); "
            "free some space or make the folder writable."
        ) from error
    return _mapped(directory, files)


def load(directory: Path) -> tuple[FingerprintIndex, Manifest]:
    """The index in `directory`, mapped; FingerprintError if there is none or it is damaged."""
    for attempt in range(_LOAD_ATTEMPTS):
        text = _manifest_text(directory)
        try:
            files, manifest = _parsed(text, directory)
            index = _mapped(directory, files)
        except FingerprintError:
            if attempt + 1 == _LOAD_ATTEMPTS or _manifest_text(directory) == text:
                raise
            continue
        if len(index) != manifest.count:
            raise _damaged(directory / _MANIFEST)
        return index, manifest
    raise AssertionError("unreachable")


def manifest_stamp(directory: Path) -> Stamp | None:
    """The stamp of the manifest in a folder; None where there is none."""
    try:
        found = (directory / _MANIFEST).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def verify(directory: Path) -> None:
    """Read all files in force; FingerprintError if one is not what was written."""
    files, _ = _parsed(_manifest_text(directory), directory)
    for file in files:
        path = directory / file.name
        try:
            if digest_of(path) != path.stem:
                raise _damaged(path)
        except OSError as error:
            raise _damaged(path) from error


def _write(directory: Path, segment: Segment) -> tuple[str, int]:
    """Bring a segment to the disk if it is not there; its file's name and size."""
    origin = getattr(segment.postings, "filename", None)
    if origin is not None and Path(origin).parent == directory and Path(origin).is_file():
        return Path(origin).name, Path(origin).stat().st_size
    temporary = directory / "segment.tmp"
    arrays = [getattr(segment, field.name) for field in fields(Segment)]
    with temporary.open("wb") as file:
        file.write(_HEADER.pack(_MAGIC, *(len(array) for array in arrays)))
        for array, kind in zip(arrays, _TYPES, strict=True):
            file.write(bytes(-file.tell() % _ALIGNED))
            array.astype(kind, copy=False).tofile(file)
        size = file.tell()
    sync(temporary)
    name = f"{digest_of(temporary)}.segment"
    os.replace(temporary, directory / name)  # noqa: PTH105 - one name for tests to break
    sync(directory)
    return name, size


def _mapped(directory: Path, files: list[_File]) -> FingerprintIndex:
    segments = [_map(directory / file.name, file.bytes) for file in files]
    alive = []
    for segment, file in zip(segments, files, strict=True):
        keep = np.ones(len(segment), np.bool_)
        if any(row >= len(segment) for row in file.gone):
            raise _damaged(directory / _MANIFEST)
        keep[list(file.gone)] = False
        alive.append(keep)
    return FingerprintIndex(tuple(segments), tuple(alive))


def _map(path: Path, size: int) -> Segment:
    try:
        with path.open("rb") as file:
            magic, *counts = _HEADER.unpack(file.read(_HEADER.size))
        if magic != _MAGIC or path.stat().st_size != size or counts[4] != HASHES + 1:
            raise _damaged(path)
        place, arrays = _HEADER.size, []
        for kind, count in zip(_TYPES, counts, strict=True):
            place += -place % _ALIGNED
            arrays.append(_map_array(path, kind, place, count))
            place += count * np.dtype(kind).itemsize
    except (OSError, ValueError, struct.error) as error:
        raise _damaged(path) from error
    if place != size or counts[0] + 1 != counts[1] or arrays[4][-1] != counts[5]:
        raise _damaged(path)
    return Segment(*arrays)


def _map_array(path: Path, kind: str, place: int, count: int) -> NDArray[Any]:
    if not count:  # nothing cannot be mapped
        return np.empty(0, kind)
    return np.memmap(path, kind, "r", place, (count,))


def _replace_manifest(directory: Path, files: list[_File], manifest: Manifest) -> None:
    document = {
        "format": _FORMAT,
        "landmarks": VERSION,
        "hashes": HASHES,
        **asdict(manifest),
        "segments": [asdict(file) for file in files],
    }
    temporary = directory / "fingerprints.tmp"
    temporary.write_text(json.dumps(document, indent=1) + "\n")
    sync(temporary)
    os.replace(temporary, directory / _MANIFEST)  # noqa: PTH105
    sync(directory)


def _manifest_text(directory: Path) -> str:
    path = directory / _MANIFEST
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise FingerprintError(
            f"There is no index of fingerprints in {directory}; run `mir rebuild`."
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _damaged(path) from error


def _parsed(text: str, directory: Path) -> tuple[list[_File], Manifest]:
    try:
        document = json.loads(text)
        if (document["format"], document["landmarks"], document["hashes"]) != (
            _FORMAT,
            VERSION,
            HASHES,
        ):
            raise ValueError("another format")
        files = [
            _File(str(each["name"]), int(each["bytes"]), tuple(int(row) for row in each["gone"]))
            for each in document["segments"]
        ]
        if any("/" in file.name or min(file.gone, default=0) < 0 for file in files):
            raise ValueError("not a name or not a row")
        return files, Manifest(int(document["revision"]), int(document["count"]))
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(directory / _MANIFEST) from error


def _named(directory: Path) -> set[str]:
    """The segments that the manifest in force names; none if it is missing or damaged."""
    try:
        return {file.name for file in _parsed(_manifest_text(directory), directory)[0]}
    except FingerprintError:
        return set()


def _damaged(path: Path) -> FingerprintError:
    return FingerprintError(
        f"The index of fingerprints {path} is damaged or of another version; run `mir rebuild`."
    )
