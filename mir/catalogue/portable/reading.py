"""Opens an export after a look at whether it is one, whole, and of a schema that is known."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, Select, create_engine, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from mir.catalogue.migrate import upgrade
from mir.catalogue.portable.layout import FORMAT, Header, model_files
from mir.catalogue.portable.matching import Row
from mir.catalogue.tables import SCHEMA
from mir.errors import CatalogueError, NotFound

_ROWS = 1_000  # a statement about all of them takes less than SQLite's 32,766 values


@dataclass(frozen=True, slots=True)
class Export:
    """An open export whose tables have the newest schema."""

    path: Path
    header: Header
    connection: Connection

    def models(self) -> Iterator[tuple[str, bytes]]:
        """Yield the id and the content of each model file, one at a time."""
        ids = self.connection.execute(select(model_files.c.model_id)).scalars().all()
        for model_id in ids:
            chosen = select(model_files.c.content).where(model_files.c.model_id == model_id)
            yield model_id, self.connection.execute(chosen).scalar_one()


def batches(connection: Connection, statement: Select[Any]) -> Iterator[list[Row]]:
    """Yield what a statement answers on an export, a thousand rows at a time.

    Raises CatalogueError where a value is not of the kind that its column holds.
    """
    try:
        with connection.execute(statement, execution_options={"yield_per": _ROWS}) as result:
            names = list(result.keys())
            for some in result.partitions():
                yield [dict(zip(names, row, strict=True)) for row in some]
    except (DatabaseError, ValueError, TypeError) as error:
        said = getattr(error, "orig", None) or error
        raise CatalogueError(f"The export is damaged ({said}); write it again.") from error


@contextmanager
def open_export(path: Path, scratch: Path) -> Iterator[Export]:
    """Open an export to be read; the file itself is never changed.

    One of an older schema is copied into a folder in `scratch`, and the copy brought up to date.

    Raises:
        NotFound: there is no such file.
        CatalogueError: the file is no export, is damaged, or was written by a newer mir; or there
            is no room for the copy.
    """
    if not path.is_file():
        raise NotFound(f"There is no export {path}; name a file that `mir export` wrote.")
    try:
        with closing(_connect(path)) as file:
            header = _header(path, file)
            _check_whole(path, file, header)
    except sqlite3.DatabaseError as error:
        raise CatalogueError(f"The export {path} is damaged ({error}); copy it again.") from error
    if header.schema_revision == SCHEMA:
        with _opened(path) as connection:
            yield Export(path, header, connection)
        return
    with TemporaryDirectory(prefix="import-", dir=scratch) as folder:
        copy = _brought_up_to_date(path, Path(folder))
        with _opened(copy) as connection:
            yield Export(path, header, connection)


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


@contextmanager
def _opened(path: Path) -> Iterator[Connection]:
    with closing(_connect(path)) as file:
        engine = create_engine("sqlite://", creator=lambda: file, poolclass=StaticPool)
        with engine.connect() as connection:
            yield connection


def _header(path: Path, file: sqlite3.Connection) -> Header:
    try:
        tables = {name for (name,) in file.execute("SELECT name FROM sqlite_master")}
    except sqlite3.DatabaseError:
        tables = set()
    if "mir_export" not in tables:
        kind = "a catalogue, which `mir export` can write to a file" if "tracks" in tables else ""
        raise CatalogueError(
            f"{path} is {kind or 'no export of mir'}; name a file that `mir export` wrote."
        )
    row = file.execute(
        "SELECT format, program, schema_revision, created_at, dialect, row_counts FROM mir_export"
    ).fetchone()
    try:
        format_, program, revision, created_at, dialect, counts = row
        header = Header(
            int(format_),
            str(program),
            str(revision),
            datetime.fromisoformat(created_at).replace(tzinfo=UTC),
            str(dialect),
            {str(name): int(count) for name, count in json.loads(counts).items()},
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise CatalogueError(
            f"The export {path} is damaged (its row in mir_export cannot be read); copy it again."
        ) from error
    if header.format > FORMAT or header.schema_revision > SCHEMA:
        raise CatalogueError(
            f"The export {path} was written by a newer mir ({header.program}; its schema is "
            f"{header.schema_revision}, this program knows {SCHEMA}); upgrade mir."
        )
    return header


def _check_whole(path: Path, file: sqlite3.Connection, header: Header) -> None:
    (said,) = file.execute("PRAGMA quick_check(1)").fetchone()
    for name, expected in header.row_counts.items():
        if said != "ok":
            break
        quoted = name.replace('"', '""')
        (found,) = file.execute(f'SELECT COUNT(*) FROM "{quoted}"').fetchone()
        if found != expected:
            said = f"it holds {found} rows of {name} instead of {expected}"
    if said != "ok":
        raise CatalogueError(f"The export {path} is damaged ({said}); copy it again.")


def _brought_up_to_date(path: Path, folder: Path) -> Path:
    copy = folder / "export.db"
    try:
        shutil.copyfile(path, copy)
    except OSError as error:
        raise CatalogueError(
            f"The export {path} is of an older schema and cannot be copied to {folder} "
            f"({error.strerror}); free some space there."
        ) from error
    upgrade(f"sqlite:///{copy}")
    return copy
