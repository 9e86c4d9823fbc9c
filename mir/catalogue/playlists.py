"""Playlists: made, named, listed and deleted; `mir.catalogue.playlist_entries` has what is in them.

Every playlist belongs to a listener, who is a text; "" is the one of a library without accounts.
One listener's playlists are not there for another.
"""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, func, insert, null, select, update
from sqlalchemy.orm import Session

from mir.catalogue.paging import Page, check_page
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import playlist_entries, playlists
from mir.catalogue.text import folded
from mir.errors import Conflict, InvalidQuery, NotFound

MOST_NAME = 200  # characters of a name
_MOST_QUERY = 100_000  # characters of a query as JSON
_BREAKS = frozenset({"Cc", "Cs", "Zl", "Zp"})  # controls, surrogates, line and paragraph breaks


@dataclass(frozen=True, slots=True)
class Playlist:
    """A playlist without what is in it."""

    id: int
    name: str
    query: Mapping[str, Any] | None  # what it was made from, to be asked again; None: by hand
    count: int  # entries, those that are missing included
    created_at: datetime  # UTC
    changed_at: datetime  # UTC; of its name or its entries, and later with every change


def checked_name(text: str) -> str:
    """Return the name as it is kept: NFC, without white space around it.

    A name may become that of a file and a line of one, so what would break either is refused.

    Raises:
        InvalidQuery: it is blank, longer than `MOST_NAME` characters, or holds a line break or
            another control character, a slash or backslash, or "..".
    """
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        raise InvalidQuery("The playlist has no name; give it one.")
    if len(name) > MOST_NAME:
        raise InvalidQuery(
            f"The name has {len(name)} characters; give the playlist one of at most {MOST_NAME}."
        )
    if any(unicodedata.category(letter) in _BREAKS for letter in name):
        raise InvalidQuery(
            f"The name {name!r} holds a line break or another control character; leave it out."
        )
    for part in ("/", "\\", ".."):
        if part in name:
            raise InvalidQuery(f"The name {name!r} holds {part!r}; leave it out.")
    return name


def create(
    session: Session,
    name: str,
    now: datetime,
    *,
    query: Mapping[str, Any] | None = None,
    listener: str = "",
) -> Playlist:
    """Make an empty playlist; `query` (JSON) is what it will be filled from.

    Raises:
        InvalidQuery: the name cannot be one (`checked_name`) or is taken, or the query is too long.
    """
    take_turn(session)
    name = _free_name(session, name, listener)
    if query is not None and len(json.dumps(query)) > _MOST_QUERY:
        raise InvalidQuery("The query of the playlist is too long to be kept; name fewer tracks.")
    made = session.execute(
        insert(playlists)
        .values(
            listener=listener,
            name=name,
            query=null() if query is None else dict(query),
            created_at=now,
            changed_at=now,
        )
        .returning(playlists.c.id)
    )
    return get(session, made.scalar_one(), listener)


def rename(
    session: Session, playlist_id: int, name: str, now: datetime, listener: str = ""
) -> Playlist:
    """Give a playlist another name; NotFound, and InvalidQuery as for `create`."""
    take_turn(session)
    there = get(session, playlist_id, listener)
    name = _free_name(session, name, listener, besides=playlist_id)
    if name != there.name:
        touch(session, playlist_id, now, name=name)
    return get(session, playlist_id, listener)


def remove(session: Session, playlist_id: int, listener: str = "") -> Playlist:
    """Delete a playlist with its entries, and return what it was; NotFound."""
    take_turn(session)
    there = get(session, playlist_id, listener)
    session.execute(delete(playlist_entries).where(playlist_entries.c.playlist_id == playlist_id))
    session.execute(delete(playlists).where(playlists.c.id == playlist_id))
    return there


def get(session: Session, playlist_id: int, listener: str = "") -> Playlist:
    """Return one playlist; NotFound, also for that of another listener."""
    row = None
    if 0 < playlist_id < 2**63:
        mine = _with_counts(playlists.c.listener == listener, playlists.c.id == playlist_id)
        row = session.execute(mine).one_or_none()
    if row is None:
        raise NotFound(f"There is no playlist {playlist_id}; `mir playlist list` has those there.")
    return _value(row)


def page(
    session: Session, *, offset: int = 0, limit: int = 50, listener: str = ""
) -> Page[Playlist]:
    """Return part of a listener's playlists, the one that was changed last first.

    Raises:
        InvalidQuery: offset or limit is out of range.
    """
    check_page(offset, limit)
    mine = playlists.c.listener == listener
    total = session.execute(select(func.count()).select_from(playlists).where(mine)).scalar_one()
    order = playlists.c.changed_at.desc(), playlists.c.id.desc()
    rows = session.execute(_with_counts(mine).order_by(*order).offset(offset).limit(limit))
    return Page(items=tuple(_value(row) for row in rows), total=total)


def resolve(session: Session, text: str, listener: str = "") -> int:
    """Return the id of the playlist that `text` means: its name, in any case of letters, or its id.

    Raises:
        NotFound: it means none.
        InvalidQuery: it means several, which differ in case only.
    """
    mine = select(playlists.c.id, playlists.c.name).where(playlists.c.listener == listener)
    known = [(each.id, each.name) for each in session.execute(mine.order_by(playlists.c.id))]
    wanted = unicodedata.normalize("NFC", text).strip()
    if exact := [each for each, name in known if name == wanted]:
        return exact[0]
    alike = [(each, name) for each, name in known if folded(name) == folded(wanted)]
    if len(alike) > 1:
        named = " or ".join(f"{name!r}" for _, name in alike)
        raise InvalidQuery(f"{text!r} may be {named}; write it as it is.")
    if alike:
        return alike[0][0]
    if wanted.isdecimal() and len(wanted) < 19 and any(each == int(wanted) for each, _ in known):
        return int(wanted)
    raise NotFound(f"There is no playlist {text!r}; `mir playlist list` has those there are.")


def touch(session: Session, playlist_id: int, now: datetime, **values: Any) -> None:
    """Note that a playlist was changed, and change columns of its row.

    The moment is later than that of the change before, whatever the clock says, so that it names
    one state of the playlist.
    """
    this = playlists.c.id == playlist_id
    before = session.execute(select(playlists.c.changed_at).where(this)).scalar_one()
    moment = max(now, before + timedelta(microseconds=1))
    session.execute(update(playlists).where(this).values(changed_at=moment, **values))


def check_unchanged(playlist: Playlist, seen: datetime | None) -> None:
    """Raise Conflict where it was changed since `seen`, its `changed_at` then (None: no matter)."""
    if seen is not None and seen != playlist.changed_at:
        raise Conflict(
            f"The playlist {playlist.name!r} was changed meanwhile, so that positions may mean "
            "other tracks; look at it as it is now, and do it again."
        )


def _free_name(session: Session, text: str, listener: str, besides: int = 0) -> str:
    name = checked_name(text)
    taken = select(playlists.c.id).where(
        playlists.c.listener == listener, playlists.c.name == name, playlists.c.id != besides
    )
    if session.execute(taken).first() is not None:
        raise InvalidQuery(f"There is a playlist {name!r} already; choose another name.")
    return name


def _with_counts(*conditions: ColumnElement[bool]) -> Select[Any]:
    count = (
        select(func.count())
        .select_from(playlist_entries)
        .where(playlist_entries.c.playlist_id == playlists.c.id)
        .scalar_subquery()
    )
    return select(playlists, count.label("entries")).where(*conditions)


def _value(row: Row[Any]) -> Playlist:
    return Playlist(row.id, row.name, row.query, row.entries, row.created_at, row.changed_at)
