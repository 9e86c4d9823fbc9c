"""Whether the catalogue is sound: undamaged, and without rows that belong to nothing.

The program itself leaves no such rows; a copy made while it wrote, a hand at the database or a
failing disk can.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, func, select, text
from sqlalchemy.orm import Session

from mir.catalogue import links
from mir.catalogue.chunks import chunks
from mir.catalogue.revision import bump, take_turn
from mir.catalogue.tables import files, metadata, tracks


@dataclass(frozen=True, slots=True)
class Orphans:
    """Rows that belong to nothing."""

    tracks: int = 0  # without any file
    rows: tuple[tuple[str, int], ...] = ()  # table, and how many name something that is gone

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.tracks or self.rows)

    def __str__(self) -> str:
        """Say how many there are of each kind."""
        parts = [f"{count} of {table}" for table, count in self.rows]
        named = f"rows that name what is gone: {', '.join(parts)}" if parts else ""
        silent = f"tracks without a file: {self.tracks}" if self.tracks else ""
        return "; ".join(part for part in (named, silent) if part)


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
    silent = select(func.count()).select_from(tracks).where(_silent())
    return Orphans(tracks=session.execute(silent).scalar_one(), rows=tuple(rows))


def drop_orphans(session: Session) -> Orphans:
    """Take out the rows that belong to nothing; return how many there were."""
    take_turn(session)
    found = orphans(session)
    if not found:
        return found
    for table in metadata.sorted_tables:
        for gone in _lost(table):
            session.execute(delete(table).where(gone))
    # Files of tracks that are gone are out now, so this is still the same set.
    for some in chunks(list(session.execute(select(tracks.c.id).where(_silent())).scalars())):
        named = links.linked(session, some)
        session.execute(delete(tracks).where(tracks.c.id.in_(some)))
        links.drop_unused(session, named)
    bump(session)  # the index may hold their vectors
    return found


def _lost(table: Table) -> list[ColumnElement[bool]]:
    """Conditions for the rows of a table that name a row which is not there."""
    return [
        ~select(key.column).where(key.column == key.parent).exists()
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
    ]


def _silent() -> ColumnElement[bool]:
    return ~select(files.c.id).where(files.c.track_id == tracks.c.id).exists()
