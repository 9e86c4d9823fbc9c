"""What the listener without a name played and kept, given to one who has a name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mir.catalogue.revision import take_turn
from mir.catalogue.tables import playlists, plays

_NOBODY = ""


@dataclass(frozen=True, slots=True)
class Belongings:
    """How much a listener has."""

    plays: int
    playlists: int


def unowned(session: Session) -> Belongings:
    """Return how much the listener without a name has."""
    played, kept = (
        session.execute(
            select(func.count()).select_from(table).where(table.c.listener == _NOBODY)
        ).scalar_one()
        for table in (plays, playlists)
    )
    return Belongings(played, kept)


def adopt(session: Session, name: str) -> Belongings:
    """Give a listener what the one without a name has, and return how much that was.

    What they have already, a play by its reference or a playlist by its name, stays where it is.
    Playlists that are asked again then ask for that listener.
    """
    take_turn(session)
    before = unowned(session)
    for table, known in ((plays, plays.c.reference), (playlists, playlists.c.name)):
        theirs = select(known).where(table.c.listener == name, known.is_not(None))
        free = table.c.listener == _NOBODY, known.is_(None) | known.not_in(theirs)
        if table is playlists:
            for row in session.execute(select(table.c.id, table.c.query).where(*free)).all():
                if row.query is not None:
                    query = _asked_for(row.query, name)
                    session.execute(update(table).where(table.c.id == row.id).values(query=query))
        session.execute(update(table).where(*free).values(listener=name))
    after = unowned(session)
    return Belongings(before.plays - after.plays, before.playlists - after.playlists)


def _asked_for(query: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The query of a playlist (see `mir.recommend.standing_query`) with that listener in it."""
    told = dict(query)
    if told.get("kind") == "recommend":
        told["listener"] = told.get("listener") or name
    if told.get("filter"):
        told["filter"] = {**told["filter"], "listener": told["filter"].get("listener") or name}
    return told
