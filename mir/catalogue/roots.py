"""The folders of music as one looks at them: listed with what is known in them, added, removed."""

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, delete, distinct, func, select
from sqlalchemy.orm import Session

from mir.catalogue import files as known
from mir.catalogue.paths import restored, stored
from mir.catalogue.storing import remove_files
from mir.catalogue.tables import failures, files, roots
from mir.errors import InvalidQuery, NotFound

MOST_PATH = 4_096  # characters


@dataclass(frozen=True, slots=True)
class Root:
    """A folder of music, and how many tracks have a file in it."""

    id: int
    path: Path
    tracks: int


def listing(session: Session) -> tuple[Root, ...]:
    """Return the folders in the order in which they were added."""
    rows = session.execute(select(roots.c.id, roots.c.path).order_by(roots.c.id)).all()
    counted = select(func.count(distinct(files.c.track_id)))
    return tuple(
        Root(
            root_id,
            restored(raw),
            session.execute(counted.where(_below(files.c.path, raw))).scalar_one(),
        )
        for root_id, raw in rows
    )


def add(session: Session, text: str) -> Root:
    """Have the next index run look at a folder; return it, or the known one in which it lies.

    Raises:
        InvalidQuery: it is no absolute path of a folder that is there.
    """
    folder = _folder(text)
    known.add_root(session, folder)
    for root in listing(session):
        if folder.is_relative_to(root.path):
            return root
    raise AssertionError(f"{folder} was not added")


def remove(session: Session, root_id: int, *, with_tracks: bool = False) -> Root:
    """Look at a folder no more; return what it was.

    Its tracks stay as they are, or, `with_tracks`, go with all that is known of them where they
    have no file elsewhere.

    Raises:
        NotFound: there is no such folder.
    """
    found = next((root for root in listing(session) if root.id == root_id), None)
    if found is None:
        raise NotFound(f"No folder of music has the id {root_id}.")
    raw = stored(found.path)
    session.execute(delete(roots).where(roots.c.id == root_id))
    if with_tracks:
        here = session.execute(select(files.c.path).where(_below(files.c.path, raw))).scalars()
        remove_files(session, [restored(path) for path in here])
        session.execute(delete(failures).where(_below(failures.c.path, raw)))
    return found


def _folder(text: str) -> Path:
    """The folder of that name, as the catalogue keeps it: links as they are, no `..`."""
    told = text.strip()
    if "\0" in told or not Path(told).is_absolute():
        raise InvalidQuery(f"{told!r} is no absolute path; write it from the first / on.")
    folder = Path(os.path.normpath(told))
    # Not `folder.is_dir()`, which raises at a mount that has died.
    if not os.path.isdir(folder):  # noqa: PTH112
        raise InvalidQuery(f"There is no folder {told!r} on the server; check its name.")
    return folder


def _below(column: ColumnElement[bytes], root: bytes) -> ColumnElement[bool]:
    inside = root.rstrip(b"/") + b"/"
    return (column >= inside) & (column < inside[:-1] + b"0")  # "0" comes after "/"
