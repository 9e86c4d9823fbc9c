"""Queries that are kept with a playlist, so that it can be filled from them again.

A query is kept as JSON, `{"kind", "seeds", "text", "filter", "count"}`. Seeds are named by the
hashes of their sounds, so that it means the same after an import elsewhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, get_args

from mir.catalogue import playlist_entries, playlists
from mir.catalogue.filters import Filter
from mir.catalogue.playlists import Playlist
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.recommend.next_tracks import next_tracks
from mir.search.allowed import check_count
from mir.search.browse import browse
from mir.search.query import similar

Kind = Literal["similar", "next", "tracks"]
_MOMENTS = {"added_since", "not_played_since"}  # fields of Filter


@dataclass(frozen=True, slots=True)
class StandingQuery:
    """What fills a playlist.

    "similar": what sounds most like the one seed; "next": what to play after the seeds;
    "tracks": those that pass the filter and hold the text, by artist and album. None of the first
    two answers with its seeds. At most `count` tracks (1 to 500).
    """

    kind: Kind
    seeds: tuple[str, ...] = ()  # audio hashes
    text: str | None = None
    filter: Filter = field(default_factory=Filter)
    count: int = 25

    def __post_init__(self) -> None:
        """Raise InvalidQuery where the parts do not go together."""
        check_count(self.count)
        if self.kind == "similar" and len(self.seeds) != 1:
            raise InvalidQuery(f"{len(self.seeds)} seeds were given; 'similar' goes on from one.")
        if self.kind == "next" and not self.seeds:
            raise InvalidQuery("No seed was given; 'next' goes on from one or more tracks.")
        if self.kind == "tracks" and self.seeds:
            raise InvalidQuery("'tracks' knows no seeds; ask 'similar' or 'next', or leave them.")
        if self.kind != "tracks" and self.text:
            raise InvalidQuery(f"'{self.kind}' knows no text; ask 'tracks', or leave it out.")


def query_of(
    engine: Engine,
    kind: Kind,
    seeds: Sequence[int] = (),
    *,
    text: str | None = None,
    filter: Filter | None = None,
    count: int = 25,
) -> StandingQuery:
    """Return the query whose seeds are tracks by their ids; NotFound, InvalidQuery."""
    with engine.catalogue.session() as session:
        hashes = playlist_entries.hashes_of(session, list(dict.fromkeys(seeds)))
    return StandingQuery(kind, tuple(hashes), text or None, filter or Filter(), count)


def answer(engine: Engine, query: StandingQuery) -> tuple[int, ...]:
    """Return the ids of the tracks that the query finds now, in its order.

    Seeds that are gone are left out of "next".

    Raises:
        NotFound: no seed is in the library any more.
        InvalidQuery: the filter names a genre that is not known any more.
    """
    if query.kind == "tracks":
        found = browse(engine, query.filter, query.text, limit=query.count)
        return tuple(track.id for track in found.items)
    with engine.catalogue.session() as session:
        here = playlist_entries.ids_of(session, query.seeds)
    seeds = [here[sound] for sound in query.seeds if sound in here]
    if not seeds:
        raise NotFound("The tracks that the playlist was made from are gone; make it anew.")
    if query.kind == "similar":
        hits = similar(engine, seeds[0], query.filter, query.count)
    else:
        hits = next_tracks(engine, seeds, query.count, query.filter)
    return tuple(hit.track.id for hit in hits)


def make(
    engine: Engine, name: str, query: StandingQuery, now: datetime, listener: str = ""
) -> Playlist:
    """Make a playlist of what the query finds, which keeps the query.

    Raises:
        InvalidQuery: the name cannot be one or is taken, or the query cannot be answered.
        NotFound: a seed is not in the library.
    """
    found = answer(engine, query)
    with engine.catalogue.session() as session:
        made = playlists.create(session, name, now, query=to_json(query), listener=listener)
        return playlist_entries.replace(session, made.id, found, now, listener)


def refresh(engine: Engine, playlist_id: int, now: datetime, listener: str = "") -> Playlist:
    """Fill a playlist anew with what its query finds now; what was changed by hand is lost.

    Raises:
        NotFound: there is no such playlist, or its seeds are gone.
        InvalidQuery: it was made by hand, or its query cannot be answered any more.
    """
    with engine.catalogue.session() as session:
        there = playlists.get(session, playlist_id, listener)
    if there.query is None:
        raise InvalidQuery(
            f"The playlist {there.name!r} was made by hand, so there is nothing to ask again."
        )
    found = answer(engine, from_json(there.query))
    with engine.catalogue.session() as session:
        return playlist_entries.replace(session, playlist_id, found, now, listener)


def to_json(query: StandingQuery) -> dict[str, Any]:
    """Return the query as JSON; of the filter what is not as in the empty one."""
    empty = Filter()
    chosen = {
        each.name: value
        for each in fields(Filter)
        if (value := getattr(query.filter, each.name)) != getattr(empty, each.name)
    }
    return asdict(query) | {"seeds": list(query.seeds), "filter": _listed(chosen)}


def from_json(kept: Mapping[str, Any]) -> StandingQuery:
    """Return the query that JSON keeps; InvalidQuery where it is none that is known here."""
    try:
        if kept["kind"] not in get_args(Kind):
            raise ValueError
        chosen = {name: _tupled(value) for name, value in kept.get("filter", {}).items()}
        for name in _MOMENTS & chosen.keys():
            chosen[name] = datetime.fromisoformat(chosen[name])
        return StandingQuery(
            kept["kind"],
            tuple(map(str, kept.get("seeds", ()))),
            kept.get("text"),
            Filter(**chosen),
            int(kept.get("count", 25)),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InvalidQuery(
            "This version does not know what the playlist was made from; make it anew."
        ) from None


def _listed(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _listed(each) for name, each in value.items()}
    return [_listed(each) for each in value] if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(map(_tupled, value)) if isinstance(value, list) else value
