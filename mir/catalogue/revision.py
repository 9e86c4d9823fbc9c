"""The turn to write, and the numbers that grow: with changes of what is indexed, and every turn.

The revisions, one of vectors and one of fingerprints, tell an index that it is behind. The number
of turns tells whoever remembers anything else of the catalogue that it may have changed. It leaves
out turns that write nothing but plays: players send plays all the time, and who depends on them
reads them each time.
"""

from sqlalchemy import BigInteger, Text, cast, insert, select, update
from sqlalchemy.orm import Session

from mir.catalogue.tables import state

# Migrations made these rows, so that there is one to wait for.
_REVISION, _WRITES = "revision", "writes"
_FINGERPRINTS = "fingerprints"
_PLAYS = "writes_of_plays"  # turns that are in `_WRITES`, too; the first one makes this row


def revision(session: Session) -> int:
    """Return the catalogue's revision, 0 for a new catalogue.

    Read it before the vectors: then what is built from them is at least as new as it says.
    """
    return _number(session, _REVISION)


def writes_but_plays(session: Session) -> int:
    """Return the number of turns that were taken, but for those that wrote plays alone.

    While it stays, the catalogue stays as it is, its plays aside. Read it before what is to be
    remembered.
    """
    chosen = select(state.c.key, state.c.value).where(state.c.key.in_((_WRITES, _PLAYS)))
    turns = {row.key: int(row.value) for row in session.execute(chosen)}
    return turns[_WRITES] - turns.get(_PLAYS, 0)


def take_turn(session: Session) -> None:
    """Wait until no other transaction writes, and keep the turn until this one ends.

    What is read afterwards stays true until the commit, on both databases.
    """
    _raise(session, _WRITES)


def take_turn_for_plays(session: Session) -> None:
    """Take the turn as `take_turn` does, to write nothing but plays in it."""
    take_turn(session)
    if not _raise(session, _PLAYS):
        session.execute(insert(state).values(key=_PLAYS, value="1"))


def bump(session: Session) -> int:
    """Raise the revision in this transaction and return the new one."""
    return _bumped(session, _REVISION)


def fingerprint_revision(session: Session) -> int:
    """Return the revision of the fingerprints, 0 without any; to be read before them, too."""
    return _number(session, _FINGERPRINTS)


def bump_fingerprints(session: Session) -> int:
    """Raise the revision of the fingerprints in this transaction and return the new one."""
    return _bumped(session, _FINGERPRINTS)


def _bumped(session: Session, key: str) -> int:
    take_turn(session)
    _raise(session, key)
    return _number(session, key)


def _raise(session: Session, key: str) -> bool:
    """Add one to a number; whether there is such a number."""
    raised = cast(cast(state.c.value, BigInteger) + 1, Text)
    done = session.execute(update(state).where(state.c.key == key).values(value=raised))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _number(session: Session, key: str) -> int:
    return int(session.execute(select(state.c.value).where(state.c.key == key)).scalar_one())
