"""The files that hold the tracks, and the folders in which they are looked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from mir.catalogue.chunks import CHUNK
from mir.catalogue.paths import restored, shown, stored
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import files
from mir.catalogue.tables import roots as roots_table
from mir.errors import NotFound


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was read, and the track it holds."""

    path: Path
    size: int  # bytes
    modified_ns: int
    track_id: int


def known_files(session: Session) -> Iterator[KnownFile]:
    """Yield every file, in the order in which they were found."""
    columns = (files.c.id, files.c.path, files.c.size, files.c.modified_ns, files.c.track_id)
    last = 0
    # Parts instead of one long cursor, which on SQLite would hold back the changes of the caller.
    while rows := session.execute(
        select(*columns).where(files.c.id > last).order_by(files.c.id).limit(CHUNK)
    ).all():
        for file_id, path, size, modified_ns, track_id in rows:
            yield KnownFile(restored(path), size, modified_ns, track_id)
            last = file_id


def touch(session: Session, path: Path, *, size: int, modified_ns: int) -> None:
    """Note that a file looks different on disk but holds the same sound and tags.

    Raises:
        NotFound: no such file is known.
    """
    touched = session.execute(
        update(files)
        .where(files.c.path == stored(path))
        .values(size=int(size), modified_ns=int(modified_ns))
    )
    if touched.rowcount == 0:  # type: ignore[attr-defined]
        raise NotFound(f"The file {shown(path)} is not in the catalogue; index it first.")


def add_root(session: Session, path: Path) -> bool:
    """Remember a folder of music; return whether it was new."""
    take_turn(session)
    raw = stored(path)
    if (
        session.execute(select(roots_table.c.id).where(roots_table.c.path == raw)).scalar()
        is not None
    ):
        return False
    session.execute(insert(roots_table).values(path=raw, shown=shown(path)))
    return True


def remove_root(session: Session, path: Path) -> bool:
    """Forget a folder of music, though not its tracks; return whether it was known."""
    done = session.execute(delete(roots_table).where(roots_table.c.path == stored(path)))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def roots(session: Session) -> tuple[Path, ...]:
    """Return the folders of music, in the order in which they were added."""
    rows = session.execute(select(roots_table.c.path).order_by(roots_table.c.id)).scalars()
    return tuple(restored(raw) for raw in rows)
