"""Writes a catalogue into one file, as it stands at one moment."""

import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Table, create_engine, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from mir.catalogue.portable.layout import FORMAT, Header, added, carried, header, model_files
from mir.catalogue.portable.matching import Row
from mir.catalogue.session import Catalogue
from mir.catalogue.tables import SCHEMA, metadata
from mir.durable import sync
from mir.errors import CatalogueError

_ROWS = 1_000  # at a time; with vectors about 2 MB
_PAGE = 16_384  # bytes; holds several vectors, where a page of 4,096 holds one and much air


def write(
    catalogue: Catalogue,
    path: Path,
    *,
    models: Mapping[str, Callable[[], bytes]],
    program: str,
    now: datetime,
    overwrite: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Header:
    """Write the whole catalogue to `path`, or nothing; return what the file says of itself.

    The file shows one moment, whatever is written meanwhile. Memory does not grow with the
    catalogue. `models` gives for the id of a model the content of its file, read one at a time;
    `program` is the version of mir; `progress` is told the rows done and the rows in all.

    Raises:
        CatalogueError: the file is there and may not be overwritten, or is the catalogue, or it
            cannot be written, or the catalogue cannot be read.
    """
    if path.is_dir() or (path.exists() and not overwrite):
        raise CatalogueError(f"{path} is there already; name another file, or add --force.")
    if path.exists() and catalogue.dialect == "sqlite" and path.samefile(catalogue.location):
        raise CatalogueError(f"{path} is the catalogue itself; name another file.")
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(b"")  # says more plainly than SQLite why that cannot be done
        written = _write_part(catalogue, part, models, program, now, progress)
        sync(part)
        part.replace(path)
        sync(path.parent)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        said = getattr(error, "strerror", None) or getattr(error, "orig", None) or error
        raise CatalogueError(
            f"The export {path} cannot be written ({said}); free some space or name another file."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()
    return written


def _write_part(
    catalogue: Catalogue,
    part: Path,
    models: Mapping[str, Callable[[], bytes]],
    program: str,
    now: datetime,
    progress: Callable[[int, int], None],
) -> Header:
    with closing(sqlite3.connect(part)) as file:
        engine = create_engine("sqlite://", creator=lambda: file, poolclass=StaticPool)
        # Until it is renamed nobody misses the file, so nothing is journalled or synced.
        file.execute("PRAGMA journal_mode = OFF")
        file.execute(f"PRAGMA page_size = {_PAGE}")
        file.execute("PRAGMA synchronous = OFF")
        with engine.begin() as target:
            metadata.create_all(target)
            added.create_all(target)
            target.execute(text("CREATE TABLE alembic_version (version_num TEXT NOT NULL)"))
            target.execute(text("INSERT INTO alembic_version VALUES (:now)"), {"now": SCHEMA})
            with catalogue.snapshot() as source:
                counts = _copy(source, target, progress)
            for model_id, content in models.items():
                _put(target, model_files, [{"model_id": model_id, "content": content()}])
            written = Header(FORMAT, program, SCHEMA, now, catalogue.dialect, counts)
            _put(target, header, [asdict(written)])
    return written


def _copy(
    source: Connection, target: Connection, progress: Callable[[int, int], None]
) -> dict[str, int]:
    """Copy every table; return the number of rows of each."""
    counts = {
        table.name: source.execute(select(func.count()).select_from(table)).scalar_one()
        for table in carried()
    }
    done, total = 0, sum(counts.values())
    for table in carried():
        chosen = select(table).order_by(*table.primary_key.columns)
        names = table.columns.keys()
        with source.execute(chosen, execution_options={"yield_per": _ROWS}) as rows:
            for some in rows.partitions():
                _put(target, table, [dict(zip(names, row, strict=True)) for row in some])
                done += len(some)
                progress(done, total)
    return counts


def _put(target: Connection, table: Table, rows: list[Row]) -> None:
    try:
        target.execute(insert(table), rows)
    except SQLAlchemyError as error:
        # Not to be taken for a failure of the catalogue, which is read meanwhile.
        raise OSError(0, str(getattr(error, "orig", error))) from error
