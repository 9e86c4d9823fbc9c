"""Opening the catalogue, and the sessions in which everything else here works."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from mir.catalogue.faults import explain, is_fault, location
from mir.errors import CatalogueError

__all__ = ["Catalogue", "Session", "connect", "database_url", "open_catalogue"]

_BUSY_MS = 10_000
_SWITCH_ATTEMPTS = 200
# More than the threads of a web server and an ingest together: nobody waits for a connection.
_CONNECTIONS = 32


class Catalogue:
    """An open catalogue; may be shared between threads, each with sessions of its own."""

    def __init__(self, engine: Engine) -> None:
        """Hold an engine whose database has the newest schema; see `open_catalogue`."""
        self._engine = engine

    @property
    def dialect(self) -> str:
        """The kind of database: "sqlite" or "postgresql"."""
        return self._engine.dialect.name

    @property
    def location(self) -> str:
        """Where the database is, fit to be shown: without a password."""
        return location(self._engine.url)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session that is committed at the end, or rolled back by an error.

        On SQLite a transaction begins with the first change, so that what was read before
        never keeps a change from waiting for its turn.

        Raises:
            CatalogueError: the database failed (full, locked for too long, gone, damaged).
        """
        with Session(self._engine, autoflush=False, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except SQLAlchemyError as error:
                _roll_back(session)
                if not is_fault(error):
                    raise
                raise CatalogueError(explain(error, self._engine.url)) from error
            except BaseException:
                _roll_back(session)
                raise

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection that sees the catalogue as it stood at one moment, only to be read.

        Raises:
            CatalogueError: the database failed.
        """
        sqlite = self.dialect == "sqlite"
        options = {} if sqlite else {"isolation_level": "REPEATABLE READ"}
        try:
            with self._engine.connect() as bare:
                connection = bare.execution_options(**options)
                if sqlite:  # whose driver begins with the first change only
                    connection.exec_driver_sql("BEGIN")
                yield connection
                connection.rollback()
        except SQLAlchemyError as error:
            if not is_fault(error):
                raise
            raise CatalogueError(explain(error, self._engine.url)) from error

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a connection without a transaction, for what outlives one, such as a lock.

        Raises:
            CatalogueError: the database cannot be reached.
        """
        try:
            opened = self._engine.connect()
        except SQLAlchemyError as error:
            raise CatalogueError(explain(error, self._engine.url)) from error
        with opened:
            yield opened.execution_options(isolation_level="AUTOCOMMIT")

    def compact(self) -> None:
        """Give space that deleted rows left back to the disk, where the database does not itself.

        Raises:
            CatalogueError: the database failed, or the disk has no room to copy it.
        """
        if self.dialect != "sqlite":
            return  # Postgres vacuums by itself, and gives the space to new rows
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
                session.exec_driver_sql("VACUUM")
        except SQLAlchemyError as error:
            raise CatalogueError(explain(error, self._engine.url)) from error

    def close(self) -> None:
        """Close all connections; the catalogue cannot be used afterwards."""
        self._engine.dispose()


def open_catalogue(url: str) -> Catalogue:
    """Open the catalogue at an SQLAlchemy URL, creating it or bringing its schema up to date.

    Raises:
        CatalogueError: the URL is malformed, the driver is missing, the database cannot be
            reached, read or written, is damaged, or was written by a newer mir.
    """
    from mir.catalogue.migrate import upgrade

    upgrade(url)
    return Catalogue(connect(database_url(url)))


def database_url(url: str) -> URL:
    """Return the URL with the driver that mir uses; CatalogueError for other databases."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        raise CatalogueError(
            "The database URL cannot be read; write sqlite:///FILE or postgresql://USER@HOST/NAME."
        ) from None
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise CatalogueError(
            f"mir does not know the database {backend!r}; use sqlite:///FILE or postgresql://…"
        )
    if not parsed.database or parsed.database == ":memory:":
        raise CatalogueError("A catalogue in SQLite needs a file: write sqlite:///FILE.")
    return parsed.set(drivername="sqlite+pysqlite")


def connect(url: URL) -> Engine:
    """Return an engine for a URL from `database_url`; makes the folder of an SQLite file."""
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        if is_read_only(path):
            return create_engine(
                url, creator=partial(_open_unchanging, path), pool_size=_CONNECTIONS, max_overflow=0
            )
        _prepare_file(path)
        engine = create_engine(url, pool_size=_CONNECTIONS, max_overflow=0)
        event.listen(engine, "connect", _set_up_sqlite)
        return engine
    try:
        return create_engine(
            url,
            pool_size=_CONNECTIONS // 4,
            max_overflow=_CONNECTIONS - _CONNECTIONS // 4,
            pool_pre_ping=True,
            connect_args={} if "connect_timeout" in url.query else {"connect_timeout": 10},
        )
    except ModuleNotFoundError:
        raise CatalogueError(
            "The driver for Postgres is missing; install it with: pip install 'mir[postgres]'."
        ) from None


def is_read_only(path: Path) -> bool:
    """Whether a file is there and its file system is mounted for reading only."""
    try:
        return path.is_file() and bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _open_unchanging(path: Path) -> sqlite3.Connection:
    """Open a database that nobody can change, so without the files that SQLite keeps beside it.

    Not to be used where only this user may not write: what another one writes at the same time
    would be read half.
    """
    if path.with_name(path.name + "-wal").exists():
        raise CatalogueError(
            f"The catalogue {path} cannot be read from a read-only disk, since its last changes "
            "still lie beside it; mount it for writing once and run `mir status`."
        )
    location = f"file:{quote(os.fsencode(path))}?mode=ro&immutable=1"
    return sqlite3.connect(location, uri=True, check_same_thread=False)


def _prepare_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CatalogueError(
            f"The folder {path.parent} for the catalogue cannot be made ({error.strerror}); "
            "choose another home or give this user the right to write there."
        ) from None
    if path.is_dir():
        raise CatalogueError(f"The catalogue {path} is a folder; name a file.")
    # SQLite writes two more files beside the database, so the folder counts as well.
    for needed in (path, path.parent):
        if needed.exists() and not os.access(needed, os.R_OK | os.W_OK):
            raise CatalogueError(
                f"{needed} may not be written, which the catalogue needs; "
                "give this user the right to write it, or choose another home."
            )


def _set_up_sqlite(connection: Any, record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")  # a power cut, too, loses no commit
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: Any) -> None:
    """Bring the database to write-ahead logging.

    SQLite does not wait its busy time for this one switch, so where another program makes it or
    writes at that very moment, it is tried again here.
    """
    for attempt in range(_SWITCH_ATTEMPTS):
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone()[0].lower() == "wal":
            return
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not busy or attempt == _SWITCH_ATTEMPTS - 1:
                raise
            sleep(_BUSY_MS / 1000 / _SWITCH_ATTEMPTS)


def _roll_back(session: Session) -> None:
    try:
        session.rollback()
    except SQLAlchemyError:  # the connection is gone, and with it the transaction
        session.invalidate()
