"""Queries that are kept with a playlist, so that it can be filled from them again.

A query is kept as JSON: its `kind`, as `mir.recommend.query_kinds.KINDS` names it, and those of
that kind's fields that are not as by default.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any, TypeVar, get_args

from mir.catalogue import playlist_entries, playlists
from mir.catalogue.filters import Filter
from mir.catalogue.playlists import Playlist
from mir.engine import Engine
from mir.errors import InvalidQuery
from mir.recommend.query_kinds import KINDS, Query

Value = TypeVar("Value")

_NAMES = {kind: name for name, kind in KINDS.items()}


def make(engine: Engine, name: str, query: Query, now: datetime, listener: str = "") -> Playlist:
    """Make a playlist of what the query finds, which keeps the query.

    Raises:
        InvalidQuery: the name cannot be one or is taken, or the query cannot be answered.
        NotFound: what the query starts from is not in the library.
    """
    playlists.checked_name(name)
    found = query.ask(engine, now)
    with engine.catalogue.session() as session:
        made = playlists.create(session, name, now, query=to_json(query), listener=listener)
        return playlist_entries.replace(session, made.id, found, now, listener=listener)


def refresh(engine: Engine, playlist_id: int, now: datetime, listener: str = "") -> Playlist:
    """Fill a playlist anew with what its query finds now; what was changed by hand is lost.

    Raises:
        NotFound: there is no such playlist, or what it was made from is gone.
        InvalidQuery: it was made by hand, or its query cannot be answered any more.
    """
    with engine.catalogue.session() as session:
        there = playlists.get(session, playlist_id, listener)
    if there.query is None:
        raise InvalidQuery(
            f"The playlist {there.name!r} was made by hand, so there is nothing to ask again."
        )
    found = from_json(there.query).ask(engine, now)
    with engine.catalogue.session() as session:
        return playlist_entries.replace(session, playlist_id, found, now, listener=listener)


def to_json(query: Query) -> dict[str, Any]:
    """Return the query as JSON."""
    return {"kind": _NAMES[type(query)], **_written(query)}


def from_json(kept: Mapping[str, Any]) -> Query:
    """Return the query that JSON keeps; InvalidQuery where it is none that is known here."""
    try:
        parts = dict(kept)
        return _read(KINDS[parts.pop("kind")], parts)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InvalidQuery(
            "This version does not know what the playlist was made from; make it anew."
        ) from None


def _written(value: Any) -> dict[str, Any]:
    """The fields of a dataclass that are not as by default, as JSON."""
    found = {}
    for each in fields(value):
        held = getattr(value, each.name)
        default = each.default if each.default_factory is MISSING else each.default_factory()
        if held != default:
            found[each.name] = _plain(held)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Filter):
        return _written(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _read(kind: type[Value], parts: Mapping[str, Any]) -> Value:
    """A dataclass from JSON, where null and [] say nothing.

    Raises KeyError, TypeError or ValueError for what its fields cannot be.
    """
    types = {each.name: each.type for each in fields(kind)}  # type: ignore[arg-type]
    told = {name: part for name, part in parts.items() if part not in (None, [])}
    return kind(**{name: _typed(part, types[name]) for name, part in told.items()})


def _typed(value: Any, kind: Any) -> Any:
    if kind is Filter:
        return _read(Filter, value)
    if datetime in get_args(kind):
        return datetime.fromisoformat(value)
    if kind == tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise TypeError(f"{value!r} is no list of texts")
        return tuple(value)
    whole_for_float = isinstance(value, int) and isinstance(0.0, kind)
    if not (isinstance(value, kind) or whole_for_float):
        raise TypeError(f"{value!r} is no {kind}")
    return value
