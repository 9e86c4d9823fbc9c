"""The file of rows: little-endian float32, one row after the other, mapped instead of read.

Rows are only ever added at the end, so a file can serve several generations of an index: each
knows how many rows are its own, and bytes beyond them mean nothing to it. Every `_BLOCK` bytes
have a digest, so that adding rows and meeting them again costs what was added, not what is there.

A mapped file takes no memory of its own: its pages are the system's cache, shared by all
processes, dropped when memory is short.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mir.errors import VectorIndexError
from mir.vectors.rows import Origin, Rows, Vectors

_BLOCK = 1 << 24  # bytes under one digest
_READ = 1 << 20  # bytes read at a time


def write_rows(path: Path, rows: Rows) -> Origin:
    """Write all rows to a new file at `path`, in force on the disk; OSError."""
    digests = []
    with path.open("wb") as file:
        for block in _blocks(rows, 0):
            file.write(block)
            digests.append(_digest(block))
        file.flush()
        os.fsync(file.fileno())
    return Origin(path.name, len(rows), tuple(digests))


def append_rows(path: Path, rows: Rows) -> Origin:
    """Write the rows that were added since `path` was mapped behind its own; OSError.

    What an interrupted writer left there is overwritten.
    """
    assert rows.origin is not None
    whole = len(rows.first) * 4 * rows.dimension // _BLOCK  # blocks that stay as they are
    digests = list(rows.origin.digests[:whole])
    with path.open("r+b") as file:
        file.truncate(4 * rows.dimension * len(rows.first))
        file.seek(0, os.SEEK_END)
        file.write(rows.added.astype("<f4", copy=False).tobytes())
        file.flush()
        os.fsync(file.fileno())
    digests.extend(_digest(block) for block in _blocks(rows, whole))
    return Origin(path.name, len(rows), tuple(digests))


def map_rows(path: Path, origin: Origin, dimension: int, known: Origin | None = None) -> Rows:
    """The rows in the file at `path`, mapped.

    Blocks that this process has checked before (`known`) are not read again. Raises
    VectorIndexError where the file is gone, too short, or not what the digests describe.
    """
    size = origin.rows * 4 * dimension
    before = known.digests if known is not None and known.name == origin.name else ()
    try:
        if path.stat().st_size < size:
            raise _damaged(path)
        with path.open("rb") as file:
            for number, expected in enumerate(origin.digests):
                if before[number : number + 1] == (expected,):
                    continue
                file.seek(number * _BLOCK)
                if _digest_of_next(file, min(_BLOCK, size - number * _BLOCK)) != expected:
                    raise _damaged(path)
        if len(origin.digests) != -(-size // _BLOCK):
            raise _damaged(path)
        if not size:
            return Rows(np.empty((0, dimension), np.float32), origin=origin)
        mapped = np.memmap(path, dtype="<f4", mode="r", shape=(origin.rows, dimension))
    except OSError as error:
        raise VectorIndexError(
            f"The vector index {path} cannot be read ({error.strerror}); run `mir rebuild`."
        ) from error
    return Rows(mapped.view(np.ndarray), origin=origin)


def _blocks(rows: Rows, first: int) -> Iterator[bytes]:
    """The bytes of all rows in blocks, from the block `first` on."""
    start, size, width = first * _BLOCK, len(rows) * 4 * rows.dimension, 4 * rows.dimension
    while start < size:
        end = min(start + _BLOCK, size)
        row = start // width
        some: Vectors = rows.take(np.arange(row, -(-end // width)))
        content = some.astype("<f4", copy=False).tobytes()
        yield content[start - row * width : end - row * width]
        start = end


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=20).hexdigest()


def _digest_of_next(file: BinaryIO, size: int) -> str:
    digest = hashlib.blake2b(digest_size=20)
    while size:
        content = file.read(min(_READ, size))
        if not content:
            break
        digest.update(content)
        size -= len(content)
    return digest.hexdigest()


def _damaged(path: Path) -> VectorIndexError:
    return VectorIndexError(
        f"The vector index {path} is damaged: it is not what its manifest describes; "
        "run `mir rebuild`."
    )
