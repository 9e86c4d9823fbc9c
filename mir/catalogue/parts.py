"""The tracks inside one file: which there are, and that there are no others.

When a file is divided anew, its parts may change places, and a track may lose its place before it
finds its new one. So tracks go only after all parts of the file are stored.
"""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from mir.catalogue.paths import stored
from mir.catalogue.revision import take_turn
from mir.catalogue.storing import drop_silent
from mir.catalogue.tables import files


def tracks_inside(session: Session, path: Path) -> tuple[int, ...]:
    """Return the ids of the tracks that the file is or holds, in the order of its parts."""
    held = select(files.c.track_id).where(files.c.path == stored(path)).order_by(files.c.part)
    return tuple(session.execute(held).scalars())


def keep_parts(
    session: Session, path: Path, parts: Collection[int], before: Collection[int]
) -> None:
    """Forget all parts of the file but `parts` (0: the whole file), after those were stored.

    `before` are the tracks that it held until then: those of them without any other file go.
    """
    take_turn(session)
    session.execute(delete(files).where(files.c.path == stored(path), files.c.part.not_in(parts)))
    drop_silent(session, sorted(set(before)))
