"""The turn to write, and the numbers that grow: with changes of what is indexed, and every turn.

The revisions, one of vectors and one of fingerprints, tell an index that it is behind. The number
of turns tells whoever remembers anything else of the catalogue that it may have changed.
"""

from sqlalchemy import BigInteger, Text, cast, select, update
from sqlalchemy.orm import Session

from mir.catalogue.tables import state

# Migrations made these rows, so that there is one to wait for.
_REVISION, _WRITES = "revision", "writes"
_FINGERPRINTS = "fingerprints"


def revision(session: Session) -> int:
    """Return the catalogue's revision, 0 for a new catalogue.

    Read it before the vectors: then what is built from them is at least as new as it says.
    """
    return _number(session, _REVISION)


def writes(session: Session) -> int:
    """Return the number of turns that were taken: while it stays, the catalogue stays as it is.

    Read it before what is to be remembered.
    """
    return _number(session, _WRITES)


def take_turn(session: Session) -> None:
    """Wait until no other transaction writes, and keep the turn until this one ends.

    What is read afterwards stays true until the commit, on both databases.
    """
    raised = cast(cast(state.c.value, BigInteger) + 1, Text)
    session.execute(update(state).where(state.c.key == _WRITES).values(value=raised))


def bump(session: Session) -> int:
    """Raise the revision in this transaction and return the new one."""
    return _raise(session, _REVISION)


def fingerprint_revision(session: Session) -> int:
    """Return the revision of the fingerprints, 0 without any; to be read before them, too."""
    return _number(session, _FINGERPRINTS)


def bump_fingerprints(session: Session) -> int:
    """Raise the revision of the fingerprints in this transaction and return the new one."""
    return _raise(session, _FINGERPRINTS)


def _raise(session: Session, key: str) -> int:
    take_turn(session)
    raised = _number(session, key) + 1
    session.execute(update(state).where(state.c.key == key).values(value=str(raised)))
    return raised


def _number(session: Session, key: str) -> int:
    return int(session.execute(select(state.c.value).where(state.c.key == key)).scalar_one())
