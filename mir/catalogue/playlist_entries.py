"""What is in a playlist, in its order.

An entry names a sound by its hash, and not by a track's id. So a track whose files are gone stays
in its playlists as missing, and is there again when its sound comes back. Positions count from 1.
A sound may stand in a playlist several times.

Who changes what they see gives `seen`, the `changed_at` of the playlist that they saw: where it was
changed since, Conflict is raised and nothing done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from mir.catalogue import tracks
from mir.catalogue.chunks import chunks
from mir.catalogue.paging import Page, check_page
from mir.catalogue.playlists import Playlist, check_unchanged, create, get, touch
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import playlist_entries as entries
from mir.catalogue.tables import tracks as tracks_table
from mir.catalogue.tracks import Track
from mir.errors import InvalidQuery, NotFound

MOST_ENTRIES = 10_000  # of one playlist


@dataclass(frozen=True, slots=True)
class Entry:
    """One place of a playlist; `track` is None while no file of that sound is known."""

    position: int  # from 1
    audio_hash: str
    track: Track | None


def page(
    session: Session,
    playlist_id: int,
    *,
    offset: int = 0,
    limit: int = 50,
    model_id: str | None = None,
    listener: str = "",
) -> Page[Entry]:
    """Return part of the entries in their order, the missing ones included.

    What is predicted of their tracks is what the model heard (None: the active one).

    Raises:
        NotFound: there is no such playlist.
        InvalidQuery: offset or limit is out of range.
    """
    check_page(offset, limit)
    total = get(session, playlist_id, listener).count
    hashes = _hashes(session, playlist_id, offset, limit)
    here = ids_of(session, hashes)
    found = tracks.get_many(session, here.values(), model_id)
    listed = enumerate(hashes, start=offset + 1)
    items = tuple(Entry(at, sound, found.get(here.get(sound, 0))) for at, sound in listed)
    return Page(items=items, total=total)


def tracks_of(session: Session, playlist_id: int, listener: str = "") -> tuple[Track, ...]:
    """Return the tracks of a playlist in its order, without the missing ones; NotFound."""
    get(session, playlist_id, listener)
    hashes = _hashes(session, playlist_id)
    here = ids_of(session, hashes)
    found = tracks.get_many(session, here.values())
    return tuple(found[here[sound]] for sound in hashes if here.get(sound) in found)


def make(
    session: Session, name: str, track_ids: Sequence[int], now: datetime, listener: str = ""
) -> Playlist:
    """Make a playlist by hand of these tracks; errors as `playlists.create` and `replace`."""
    made = create(session, name, now, listener=listener)
    return replace(session, made.id, track_ids, now, listener=listener)


def replace(
    session: Session,
    playlist_id: int,
    track_ids: Sequence[int],
    now: datetime,
    *,
    seen: datetime | None = None,
    listener: str = "",
) -> Playlist:
    """Let these tracks, in this order, be all that is in the playlist.

    Raises:
        NotFound: there is no such playlist or track.
        InvalidQuery: they are more than `MOST_ENTRIES`.
    """
    take_turn(session)
    check_unchanged(get(session, playlist_id, listener), seen)
    _write(session, playlist_id, hashes_of(session, track_ids), now)
    return get(session, playlist_id, listener)


def append(
    session: Session,
    playlist_id: int,
    track_ids: Sequence[int],
    now: datetime,
    listener: str = "",
) -> Playlist:
    """Add tracks at the end; errors as `replace`."""
    take_turn(session)
    get(session, playlist_id, listener)
    added = hashes_of(session, track_ids)
    _write(session, playlist_id, [*_hashes(session, playlist_id), *added], now)
    return get(session, playlist_id, listener)


def remove(
    session: Session,
    playlist_id: int,
    positions: Sequence[int],
    now: datetime,
    *,
    seen: datetime | None = None,
    listener: str = "",
) -> Playlist:
    """Take out the entries at these positions (from 1), which count as they stand now.

    Raises:
        NotFound: there is no such playlist or position; then none is taken out.
    """
    take_turn(session)
    check_unchanged(get(session, playlist_id, listener), seen)
    hashes = _hashes(session, playlist_id)
    unwanted = {_checked(position, len(hashes)) for position in positions}
    kept = [sound for place, sound in enumerate(hashes) if place not in unwanted]
    _write(session, playlist_id, kept, now)
    return get(session, playlist_id, listener)


def move(
    session: Session,
    playlist_id: int,
    position: int,
    to: int,
    now: datetime,
    *,
    seen: datetime | None = None,
    listener: str = "",
) -> Playlist:
    """Bring the entry at a position (from 1) to another; those between give way.

    Raises:
        NotFound: there is no such playlist or position.
    """
    take_turn(session)
    check_unchanged(get(session, playlist_id, listener), seen)
    hashes = _hashes(session, playlist_id)
    taken = hashes.pop(_checked(position, len(hashes)))
    hashes.insert(_checked(to, len(hashes) + 1), taken)
    _write(session, playlist_id, hashes, now)
    return get(session, playlist_id, listener)


def hashes_of(session: Session, track_ids: Sequence[int]) -> list[str]:
    """Return the sounds of tracks, in the order given; NotFound for a track that is not there."""
    known: dict[int, str] = {}
    for some in chunks([each for each in dict.fromkeys(track_ids) if 0 < each < 2**63]):
        chosen = select(tracks_table.c.id, tracks_table.c.audio_hash)
        rows = session.execute(chosen.where(tracks_table.c.id.in_(some)))
        known.update((each.id, each.audio_hash) for each in rows)
    for each in track_ids:
        if each not in known:
            raise NotFound(f"There is no track {each}; list the tracks with `mir tracks`.")
    return [known[each] for each in track_ids]


def ids_of(session: Session, hashes: Sequence[str]) -> Mapping[str, int]:
    """Return the ids of those of the sounds that are in the library."""
    found: dict[str, int] = {}
    for some in chunks(list(dict.fromkeys(hashes))):
        chosen = select(tracks_table.c.audio_hash, tracks_table.c.id)
        rows = session.execute(chosen.where(tracks_table.c.audio_hash.in_(some)))
        found.update((each.audio_hash, each.id) for each in rows)
    return found


def _hashes(
    session: Session, playlist_id: int, offset: int = 0, limit: int = MOST_ENTRIES
) -> list[str]:
    chosen = select(entries.c.audio_hash).where(entries.c.playlist_id == playlist_id)
    part = chosen.order_by(entries.c.position).offset(offset).limit(limit)
    return list(session.execute(part).scalars())


def _checked(position: int, count: int) -> int:
    """Return the place, from 0, that a position from 1 names."""
    if not 1 <= position <= count:
        raise NotFound(
            f"The playlist has no position {position}; "
            + (f"they go from 1 to {count}." if count else "it is empty.")
        )
    return position - 1


def _write(session: Session, playlist_id: int, hashes: Sequence[str], now: datetime) -> None:
    if len(hashes) > MOST_ENTRIES:
        raise InvalidQuery(
            f"The playlist would have {len(hashes):,} entries; it holds at most {MOST_ENTRIES:,}."
        )
    if _hashes(session, playlist_id) == list(hashes):
        return
    session.execute(delete(entries).where(entries.c.playlist_id == playlist_id))
    rows = [
        {"playlist_id": playlist_id, "position": place, "audio_hash": sound}
        for place, sound in enumerate(hashes)
    ]
    if rows:
        session.execute(insert(entries), rows)
    touch(session, playlist_id, now)
