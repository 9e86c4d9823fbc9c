"""The index on disk: written so that a reader or a crash never meets half of it.

A folder holds index files, named by catalogue revision and content, and `manifest.json`,
which names the one that counts together with its digest. Saving writes the index to a temporary
file, syncs it, gives it its name, and only then replaces the manifest by an atomic rename: a
crash at any step leaves the old pair in force. The file that the last manifest named is kept
for one more generation, for a reader that read that manifest a moment ago; older ones go.

The index is a cache: everything here can be deleted and is rebuilt from the catalogue.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mir.errors import VectorIndexError
from mir.vectors.index import VectorIndex

_MANIFEST = "manifest.json"
_FORMAT = 1
_LOAD_ATTEMPTS = 3  # a writer may save while we read; twice in a row is already unlikely


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the index on disk was made from."""

    model_id: str
    dimension: int
    count: int  # tracks in the index
    revision: int  # of the catalogue, see mir.catalogue.revision


@dataclass(frozen=True, slots=True)
class _Entry:
    """The whole content of the manifest file."""

    manifest: Manifest
    file: str  # name of the index file beside the manifest
    digest: str  # blake2b-160 of that file, hexadecimal


def manifest_path(directory: Path) -> Path:
    """The file whose replacement means that there is a new index in `directory`."""
    return directory / _MANIFEST


def read_manifest(directory: Path) -> Manifest | None:
    """What the index in `directory` was made from; None if there is none or it is damaged."""
    try:
        entry = _read_entry(directory)
    except VectorIndexError:
        return None
    return entry.manifest if entry else None


def load(directory: Path) -> tuple[VectorIndex, Manifest]:
    """The index in `directory` and its manifest.

    Raises VectorIndexError if there is none, or if it is damaged: unreadable or cut short, not
    the file the manifest was written for, of another size or dimension.
    """
    for attempt in range(_LOAD_ATTEMPTS):
        entry = _read_entry(directory)
        if entry is None:
            raise VectorIndexError(f"There is no vector index in {directory}; run `mir rebuild`.")
        try:
            return _load_entry(directory, entry), entry.manifest
        except VectorIndexError:
            if attempt + 1 == _LOAD_ATTEMPTS or _read_entry(directory) == entry:
                raise
    raise AssertionError("unreachable")


def save(directory: Path, index: VectorIndex, manifest: Manifest) -> None:
    """Make `index` the one in force in `directory`, which is created if need be.

    Writers of several processes wait for one another. Raises VectorIndexError if the manifest
    does not describe the index or the folder cannot be written.
    """
    if (manifest.dimension, manifest.count) != (index.dimension, len(index)):
        raise VectorIndexError(
            f"The manifest speaks of {manifest.count} vectors of {manifest.dimension}, the index "
            f"holds {len(index)} of {index.dimension}; save them as they belong together."
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with _only_writer(directory):
            _save_alone(directory, index, manifest)
    except OSError as error:
        raise VectorIndexError(
            f"The vector index cannot be saved in {directory} ({error.strerror}); "
            "free some space or make the folder writable."
        ) from error


def _save_alone(directory: Path, index: VectorIndex, manifest: Manifest) -> None:
    try:
        before = _read_entry(directory)
    except VectorIndexError:
        before = None
    temporary = directory / "index.tmp"
    index.write(temporary)
    digest = _digest(temporary)
    entry = _Entry(manifest, f"{manifest.revision}-{digest[:12]}.faiss", digest)
    _sync(temporary)
    os.replace(temporary, directory / entry.file)  # noqa: PTH105 - one name for tests to break
    _sync(directory)
    temporary = directory / "manifest.tmp"
    temporary.write_text(json.dumps({"format": _FORMAT, **asdict(entry)}, indent=1) + "\n")
    _sync(temporary)
    os.replace(temporary, manifest_path(directory))  # noqa: PTH105
    _sync(directory)
    keep = {entry.file, before.file if before else entry.file}
    for old in directory.glob("*.faiss"):
        if old.name not in keep:
            old.unlink(missing_ok=True)


def _load_entry(directory: Path, entry: _Entry) -> VectorIndex:
    path = directory / entry.file
    try:
        digest = _digest(path)
    except OSError as error:
        raise VectorIndexError(
            f"The vector index {path} cannot be read ({error.strerror}); run `mir rebuild`."
        ) from error
    if digest != entry.digest:
        raise VectorIndexError(
            f"The vector index {path} is damaged: it is not what its manifest describes; "
            "run `mir rebuild`."
        )
    index = VectorIndex.read(path)
    if (index.dimension, len(index)) != (entry.manifest.dimension, entry.manifest.count):
        raise VectorIndexError(
            f"The vector index {path} holds {len(index)} vectors of {index.dimension}, its "
            f"manifest speaks of {entry.manifest.count} of {entry.manifest.dimension}; "
            "run `mir rebuild`."
        )
    return index


def _read_entry(directory: Path) -> _Entry | None:
    path = manifest_path(directory)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise VectorIndexError(f"The manifest {path} cannot be read; run `mir rebuild`.") from error
    try:
        return _parse_entry(json.loads(text))
    except (ValueError, KeyError, TypeError) as error:
        raise VectorIndexError(f"The manifest {path} is damaged; run `mir rebuild`.") from error


def _parse_entry(document: dict[str, Any]) -> _Entry:
    """The entry in `document`; ValueError, KeyError or TypeError if it is not one."""
    if document["format"] != _FORMAT:
        raise ValueError("another format")
    manifest = Manifest(**document["manifest"])
    numbers = (manifest.dimension, manifest.count, manifest.revision)
    names = (manifest.model_id, document["file"], document["digest"])
    if not all(type(number) is int for number in numbers):
        raise TypeError("not a whole number")
    if not all(isinstance(name, str) for name in names) or "/" in document["file"]:
        raise TypeError("not a name")
    return _Entry(manifest, document["file"], document["digest"])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20)).hexdigest()


def _sync(path: Path) -> None:
    """Have the system put a file's bytes, or a folder's names, on the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _only_writer(directory: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it if the process dies."""
    with (directory / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        except OSError:
            for half in directory.glob("*.tmp"):  # on a full disk every byte counts
                half.unlink(missing_ok=True)
            raise
