"""The index on disk: written so that a reader or a crash never meets half of it.

A folder holds files of rows (`mir.vectors.row_file`), tables that say which track has which row
(`mir.vectors.table`), both named by catalogue revision and content, and `manifest.json`, which
names the two that count together with their digests. Saving adds new rows at the end of the file
in force, where bytes mean nothing yet, or writes a file of its own; writes the table; and only
then replaces the manifest. Each is synced first, and whole files get their names by an atomic
rename: a crash at any step leaves the old three in force. The files that the last manifest named
are kept for one more generation, for a reader that read it a moment ago; older ones go.

Everything is checked against its digest when it is loaded: a table each time, rows once in a
process, which costs a second at a million tracks.

The index is a cache: everything here can be deleted and is rebuilt from the catalogue.
"""

import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mir.durable import digest_of, only_writer, sync
from mir.errors import VectorIndexError
from mir.vectors.index import VectorIndex
from mir.vectors.row_file import append_rows, map_rows, write_rows
from mir.vectors.rows import Origin, Rows
from mir.vectors.table import read_table, write_table

_MANIFEST = "manifest.json"
_FORMAT = 2  # 1 was one file of faiss for all
_WRITTEN = ("*.npz", "*.rows", "*.faiss")
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
    table: str  # name of that file beside the manifest
    digest: str  # blake2b-160 of it, hexadecimal
    rows: Origin


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


def load(directory: Path, held: VectorIndex | None = None) -> tuple[VectorIndex, Manifest]:
    """The index in `directory` and its manifest.

    Rows that it shares with the index `held`, of the same folder, are not checked again.
    Raises VectorIndexError if there is none, or if it is damaged: unreadable or cut short, not
    the file the manifest was written for, of another size or dimension.
    """
    for attempt in range(_LOAD_ATTEMPTS):
        entry = _read_entry(directory)
        if entry is None:
            raise VectorIndexError(f"There is no vector index in {directory}; run `mir rebuild`.")
        try:
            return _load_entry(directory, entry, held), entry.manifest
        except VectorIndexError:
            if attempt + 1 == _LOAD_ATTEMPTS or _read_entry(directory) == entry:
                raise
    raise AssertionError("unreachable")


def save(directory: Path, index: VectorIndex, manifest: Manifest) -> VectorIndex:
    """Make `index` the one in force in `directory`, which is created if need be.

    Returns the same index, its rows now those of the file; use it from now on. Writers of several
    processes wait for one another. Raises VectorIndexError if the manifest does not describe the
    index or the folder cannot be written.
    """
    if (manifest.dimension, manifest.count) != (index.dimension, len(index)):
        raise VectorIndexError(
            f"The manifest speaks of {manifest.count} vectors of {manifest.dimension}, the index "
            f"holds {len(index)} of {index.dimension}; save them as they belong together."
        )
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with only_writer(directory / "lock"):
            return _save_alone(directory, index, manifest)
    except OSError as error:
        raise VectorIndexError(
            f"The vector index cannot be saved in {directory} ({error.strerror}); "
            "free some space or make the folder writable."
        ) from error


def _save_alone(directory: Path, index: VectorIndex, manifest: Manifest) -> VectorIndex:
    try:
        before = _read_entry(directory)
    except VectorIndexError:
        before = None
    origin = _save_rows(directory, index.rows, manifest.revision, before)
    temporary = directory / "table.tmp"
    write_table(temporary, index)
    digest = digest_of(temporary)
    entry = _Entry(manifest, f"{manifest.revision}-{digest[:12]}.npz", digest, origin)
    sync(temporary)
    os.replace(temporary, directory / entry.table)  # noqa: PTH105 - one name for tests to break
    sync(directory)
    temporary = directory / "manifest.tmp"
    temporary.write_text(json.dumps({"format": _FORMAT, **asdict(entry)}, indent=1) + "\n")
    sync(temporary)
    os.replace(temporary, manifest_path(directory))  # noqa: PTH105
    sync(directory)
    keep = {name for each in (entry, before) if each for name in (each.table, each.rows.name)}
    for pattern in _WRITTEN:
        for old in directory.glob(pattern):
            if old.name not in keep:
                old.unlink(missing_ok=True)
    rows = map_rows(directory / origin.name, origin, index.dimension, known=origin)
    return VectorIndex(index.ids, index.row_of, rows, index.cells)


def _save_rows(directory: Path, rows: Rows, revision: int, before: _Entry | None) -> Origin:
    """Bring the rows to the disk: behind those in force if they are the same, else apart."""
    origin = rows.origin
    if before is not None and origin is not None and origin == before.rows:
        path = directory / origin.name
        if path.is_file() and path.stat().st_size >= rows.first.nbytes:
            return append_rows(path, rows) if len(rows.added) else origin
    temporary = directory / "rows.tmp"
    written = write_rows(temporary, rows)
    content = hashlib.blake2b("".join(written.digests).encode(), digest_size=6).hexdigest()
    written = replace(written, name=f"{revision}-{content}.rows")
    os.replace(temporary, directory / written.name)  # noqa: PTH105
    sync(directory)
    return written


def _load_entry(directory: Path, entry: _Entry, held: VectorIndex | None) -> VectorIndex:
    path = directory / entry.table
    try:
        digest = digest_of(path)
    except OSError as error:
        raise VectorIndexError(
            f"The vector index {path} cannot be read ({error.strerror}); run `mir rebuild`."
        ) from error
    if digest != entry.digest:
        raise VectorIndexError(
            f"The vector index {path} is damaged: it is not what its manifest describes; "
            "run `mir rebuild`."
        )
    known = held.rows.origin if held is not None else None
    rows = map_rows(directory / entry.rows.name, entry.rows, entry.manifest.dimension, known)
    index = read_table(path, rows)
    if len(index) != entry.manifest.count:
        raise VectorIndexError(
            f"The vector index {path} holds {len(index)} vectors, its manifest speaks of "
            f"{entry.manifest.count}; run `mir rebuild`."
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
    rows = Origin(**document["rows"])
    numbers = (manifest.dimension, manifest.count, manifest.revision, rows.rows)
    files = (document["table"], rows.name)
    names = (manifest.model_id, document["digest"], *files, *rows.digests)
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise TypeError("not a count")
    if not all(isinstance(name, str) for name in names) or any("/" in name for name in files):
        raise TypeError("not a name")
    rows = replace(rows, digests=tuple(rows.digests))
    return _Entry(manifest, document["table"], document["digest"], rows)
