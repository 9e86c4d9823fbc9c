"""The number that grows with every change to the set of embeddings, and the turn to write."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mir.catalogue.tables import state

_KEY = "revision"


def revision(session: Session) -> int:
    """Return the catalogue's revision, 0 for a new catalogue.

    Read it before the vectors: then what is built from them is at least as new as it says.
    """
    # The first migration made this row, so that there is one to wait for.
    return int(session.execute(select(state.c.value).where(state.c.key == _KEY)).scalar_one())


def take_turn(session: Session) -> None:
    """Wait until no other transaction writes, and keep the turn until this one ends.

    What is read afterwards stays true until the commit, on both databases.
    """
    session.execute(update(state).where(state.c.key == _KEY).values(value=state.c.value))


def bump(session: Session) -> int:
    """Raise the revision in this transaction and return the new one."""
    take_turn(session)
    raised = revision(session) + 1
    session.execute(update(state).where(state.c.key == _KEY).values(value=str(raised)))
    return raised
