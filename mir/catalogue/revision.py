"""The number that grows with every change to the set of embeddings, and the turn to write."""

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from mir.catalogue.tables import state

_KEY = "revision"


def revision(session: Session) -> int:
    """Return the catalogue's revision, 0 for a new catalogue.

    Read it before the vectors: then what is built from them is at least as new as it says.
    """
    value = session.execute(select(state.c.value).where(state.c.key == _KEY)).scalar()
    return int(value or 0)


def take_turn(session: Session) -> None:
    """Wait until no other transaction writes, and keep the turn until this one ends.

    What is read afterwards stays true until the commit, on both databases.
    """
    touched = session.execute(update(state).where(state.c.key == _KEY).values(value=state.c.value))
    if touched.rowcount == 0:  # type: ignore[attr-defined]
        session.execute(insert(state).values(key=_KEY, value="0"))


def bump(session: Session) -> int:
    """Raise the revision in this transaction and return the new one."""
    take_turn(session)
    raised = revision(session) + 1
    session.execute(update(state).where(state.c.key == _KEY).values(value=str(raised)))
    return raised
