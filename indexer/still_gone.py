"""A second look, at the end of a run, at what its scan did not find.

Hours may lie between the two, and a disk may have been unmounted since. Then files that moved could
not be read at their new place either, and taking out the old ones would lose their tracks.
"""

import errno
from collections.abc import Iterable, Sequence
from pathlib import Path

from mir.audio.walk import below


def still_gone(gone: Iterable[Path], roots: Sequence[Path]) -> tuple[Path, ...]:
    """Return those of the files that are missing still, in roots that are there and not empty."""
    there = [root for root in roots if _holds_something(root)]
    return tuple(path for path in gone if below(path, there) and _is_missing(path))


def _is_missing(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:
        # Anything else (no right to look, a mount that has died) says nothing of the file.
        return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
    return False


def _holds_something(root: Path) -> bool:
    try:
        return next(root.iterdir(), None) is not None
    except OSError:
        return False
