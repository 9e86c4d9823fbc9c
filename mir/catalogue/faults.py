"""What a database says when it fails, in words with a remedy and without a password."""

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
    (
        ("malformed", "not a database", "disk i/o error"),
        "the file is damaged; put a copy in its place, or move it away and index again",
    ),
    (("password", "authentication", "role "), "check the user and the password in the URL"),
    (("does not exist",), "create the database first, or correct its name in the URL"),
    (("unable to open",), "check that the folder exists and that this user may write there"),
)


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
    return f"The catalogue {location(url)} cannot be used ({' '.join(said.split())}): {remedy}."
