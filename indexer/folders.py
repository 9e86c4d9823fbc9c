"""Which folders a run looks at, and which of them the catalogue keeps in mind."""

import os
from collections.abc import Sequence
from pathlib import Path

from indexer.scan import Changes
from mir.audio.walk import below
from mir.catalogue import files
from mir.catalogue.session import Session
from mir.engine import Engine
from mir.errors import NotFound


def chosen_folders(engine: Engine, roots: Sequence[Path]) -> list[Path]:
    """Return the folders to look at: absolute, none inside another, spelt as they are known."""
    known = known_folders(engine)
    folders = {_as_known(absolute(root), known): None for root in roots}
    return [
        folder
        for folder in folders
        if not any(below(folder, (other,)) for other in folders if other != folder)
    ]


def _as_known(folder: Path, known: Sequence[Path]) -> Path:
    """Return the name of the same folder among `known`, if it has another one there.

    So a root that is named through a link, or in other case where case does not matter, brings no
    file in twice.
    """
    for root in known:
        try:
            if folder != root and folder.samefile(root):
                return root
        except OSError:  # one of them is missing
            continue
    return folder


def remember_folders(
    engine: Engine, folders: Sequence[Path], changes: Changes, prune: bool
) -> None:
    """Remember the folders that are there, and with `prune` forget those that are not.

    Raises:
        NotFound: none of them exists, nor lies in one that was indexed before.
    """
    known = known_folders(engine)
    missing = changes.missing_roots
    if len(missing) == len(folders) and not any(below(folder, known) for folder in folders):
        raise NotFound(" ".join(changes.messages))
    with engine.catalogue.session() as session:
        for folder in folders:
            if folder not in missing:
                files.add_root(session, folder)
            elif prune and not os.path.exists(folder):  # noqa: PTH110 - never raises
                files.remove_root(session, folder)


def absolute(folder: Path) -> Path:
    """Return the path as the catalogue keeps it: absolute, links as they are, no `..`."""
    return Path(os.path.normpath(folder.expanduser().absolute()))


def covers_all(session: Session, folders: Sequence[Path], changes: Changes) -> bool:
    """Whether a run that looked at `folders` has seen all that the catalogue keeps in mind."""
    seen = [folder for folder in folders if folder not in changes.missing_roots]
    return all(below(root, seen) for root in files.roots(session))


def known_folders(engine: Engine) -> tuple[Path, ...]:
    """Return the folders that the catalogue keeps in mind."""
    with engine.catalogue.session() as session:
        return files.roots(session)
