"""The tracks inside one file: that there are no others than those it holds now.

When a file is divided anew, its parts may change places, and a track may lose its place before it
finds its new one. So no track goes here: an index run takes out those without a file at its end.
"""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.orm import Session

from mir.catalogue.paths import stored
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import files


def keep_parts(session: Session, path: Path, parts: Collection[int]) -> None:
    """Forget all parts of the file but `parts` (0: the whole file), after those were stored."""
    take_turn(session)
    session.execute(delete(files).where(files.c.path == stored(path), files.c.part.not_in(parts)))
