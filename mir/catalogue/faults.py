"""What a database says when it fails, in words with a remedy and without a password."""

import shutil
from pathlib import Path

from sqlalchemy import URL
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
    SQLAlchemyError,
    TimeoutError,
)

_REMEDIES = (
    (("locked", "busy"), "another program is writing to it; try again when that has finished"),
    (("disk is full", "no space left"), "the disk is full; free some space and try again"),
    (("readonly", "read-only"), "it may not be written; give this user the right to write it"),
    (("disk i/o error",), "the disk did not do as it was told; check it, and its connection"),
    (
        ("malformed", "not a database"),
        "the file is damaged; put a copy in its place, or move it away and index again",
    ),
    (("password", "authentication", "role "), "check the user and the password in the URL"),
    (("does not exist",), "create the database first, or correct its name in the URL"),
    (("unable to open",), "check that the folder exists and that this user may write there"),
)

# Below that, SQLite may be unable to make or enlarge the files beside the database; it then
# speaks of an I/O error or of a file that it cannot open, and not of a full disk.
_ROOM = 1 << 20  # bytes
_WHERE_FULL = ("disk is full", "disk i/o error", "unable to open")


def location(url: URL) -> str:
    """Return where the database is, fit to be shown: the file, or the URL without password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return url.set(query={}).render_as_string(hide_password=True)


def is_fault(error: SQLAlchemyError) -> bool:
    """Tell a failure of the database, which a user can mend, from a defect of the program."""
    if isinstance(error, (IntegrityError, NotSupportedError, ProgrammingError)):
        return False
    return isinstance(error, (DatabaseError, TimeoutError))


def explain(error: SQLAlchemyError, url: URL) -> str:
    """Return one sentence: which database failed, what it said and what to do."""
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    if url.password:
        said = said.replace(str(url.password), "***")
    lowered = said.lower()
    remedy = next(
        (remedy for words, remedy in _REMEDIES if any(word in lowered for word in words)),
        "check that the database runs and can be reached",
    )
    if url.get_backend_name() == "sqlite" and any(word in lowered for word in _WHERE_FULL):
        remedy = _full(Path(location(url)).parent) or remedy
    return f"The catalogue {location(url)} cannot be used ({' '.join(said.split())}): {remedy}."


def _full(folder: Path) -> str | None:
    """The remedy where the disk that holds the folder has no room left, else None."""
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return None
    if free > _ROOM:
        return None
    return (
        f"the disk is full, with {free // 1024} kB left for {folder}; "
        "free some space there, 100 MB to begin with, and try again"
    )
