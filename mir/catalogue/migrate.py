"""Bringing the schema of a database up to date, by the program itself.

Runs in one transaction that only one process can hold, on both databases: of two that start
at once the second waits and then finds the work done, and a killed one leaves nothing behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from mir.catalogue.faults import explain, location
from mir.catalogue.session import connect, database_url
from mir.catalogue.tables import SCHEMA
from mir.errors import CatalogueError

# Beside the package, both in a source tree and where it is installed.
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"

_LOCK = 0x6D6972  # "mir"; any number that other users of the same Postgres will not take


def upgrade(url: str, revision: str = "head") -> None:
    """Create the schema or bring it up to `revision`; nothing happens where it is there already.

    Raises:
        CatalogueError: the database cannot be opened or written, is damaged, or has a schema
            that this program does not know.
    """
    parsed = database_url(url)
    with _opened(parsed) as engine:
        if revision == "head":
            with engine.connect() as connection:
                if _current(connection) == SCHEMA:
                    return
        if parsed.get_backend_name() == "sqlite":
            # Changing a table means copying it; with foreign keys on, that would cascade.
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_immediate)
            engine.dispose()  # the connection made above is not prepared
        with engine.begin() as connection:
            if parsed.get_backend_name() == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK})
            _run(connection, parsed, revision)


def schema_revision(url: str) -> str | None:
    """Return the revision of the schema in the database, None where there is no schema yet."""
    with _opened(database_url(url)) as engine, engine.connect() as connection:
        return _current(connection)


@contextmanager
def _opened(url: URL) -> Iterator[Engine]:
    engine = connect(url)
    try:
        yield engine
    except SQLAlchemyError as error:
        raise CatalogueError(explain(error, url)) from error
    finally:
        engine.dispose()


def _current(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run(connection: Connection, url: URL, revision: str) -> None:
    # Slow to import, and not needed where the schema is up to date.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    current = _current(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise CatalogueError(
            f"The catalogue {location(url)} was written by a newer mir (its schema is "
            f"{current}, this program knows {SCHEMA}); upgrade mir."
        )
    command.upgrade(config, revision)


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver would begin too late, after CREATE TABLE
    connection.execute("PRAGMA foreign_keys = OFF")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
