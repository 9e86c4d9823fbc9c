"""The right to index into a database, which one process has at a time, whatever its home.

In Postgres an advisory lock of a connection of its own, which the server takes back as soon as
the process is gone. An SQLite file lies in a folder that can be locked, so there is nothing to
claim here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from mir.catalogue.faults import explain
from mir.catalogue.session import Catalogue
from mir.errors import Busy, CatalogueError

_CLAIM = 0x6D697201  # beside the number that migrations take
_PATIENCE_MS = 2000  # the server needs a moment to notice that a killed process is gone
_HOLDER = text(
    "SELECT pid, host(client_addr) FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE locktype = 'advisory' AND classid = 0 AND objid = :n AND granted"
    " AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@contextmanager
def claimed(catalogue: Catalogue) -> Iterator[None]:
    """Hold the right to index into the database.

    Raises:
        Busy: another process has it.
        CatalogueError: the database failed.
    """
    if catalogue.dialect != "postgresql":
        yield
        return
    with catalogue.connection() as connection:
        _take(catalogue, connection)
        try:
            yield
        finally:
            connection.invalidate()  # closes it, and with it goes the lock


def _take(catalogue: Catalogue, connection: Connection) -> None:
    try:
        connection.execute(text(f"SET lock_timeout = {_PATIENCE_MS}"))
        connection.execute(text("SELECT pg_advisory_lock(:n)"), {"n": _CLAIM})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
            raise CatalogueError(explain(error, connection.engine.url)) from error
        holder = connection.execute(_HOLDER, {"n": _CLAIM}).first()
        who = f" (server process {holder[0]}, from {holder[1] or 'its machine'})" if holder else ""
        raise Busy(
            f"Another run is indexing into the catalogue {catalogue.location}{who}, "
            "maybe with another home or on another machine; wait until it is done."
        ) from None
    except SQLAlchemyError as error:
        raise CatalogueError(explain(error, connection.engine.url)) from error
