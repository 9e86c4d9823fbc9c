"""Whether the catalogue is sound: undamaged, and without rows that belong to nothing.

The program itself leaves no such rows; a copy made while it wrote, a hand at the database or a
failing disk can. A track without a file is none: a run that was stopped leaves those whose files it
has not found again, and the next one finds them or takes them out.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, func, select, text
from sqlalchemy.orm import Session

from mir.catalogue.revision import bump, take_turn
from mir.catalogue.tables import metadata


@dataclass(frozen=True, slots=True)
class Orphans:
    """Rows that belong to nothing."""

    rows: tuple[tuple[str, int], ...] = ()  # table, and how many name something that is gone

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.rows)

    def __str__(self) -> str:
        """Say how many there are of each kind."""
        parts = [f"{count} of {table}" for table, count in self.rows]
        return f"rows that name what is gone: {', '.join(parts)}" if parts else "none"


def damage(session: Session) -> tuple[str, ...]:
    """Return what SQLite finds wrong in its own file; Postgres sees to that by itself.

    Reads all of an SQLite database: a few seconds for 100,000 tracks.
    """
    if session.get_bind().dialect.name != "sqlite":
        return ()
    found = [str(line) for line in session.execute(text("PRAGMA quick_check(10)")).scalars()]
    return () if found == ["ok"] else tuple(found)


def orphans(session: Session) -> Orphans:
    """Count the rows that belong to nothing."""
    rows = []
    for table in metadata.sorted_tables:
        counted = select(func.count()).select_from(table)
        lost = sum(session.execute(counted.where(gone)).scalar_one() for gone in _lost(table))
        if lost:
            rows.append((table.name, lost))
    return Orphans(tuple(rows))


def drop_orphans(session: Session) -> Orphans:
    """Take out the rows that belong to nothing; return how many there were."""
    take_turn(session)
    found = orphans(session)
    if not found:
        return found
    for table in metadata.sorted_tables:
        for gone in _lost(table):
            session.execute(delete(table).where(gone))
    bump(session)  # the index may hold their vectors
    return found


def _lost(table: Table) -> list[ColumnElement[bool]]:
    """Conditions for the rows of a table that name a row which is not there."""
    return [
        ~select(key.column).where(key.column == key.parent).exists()
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
    ]
