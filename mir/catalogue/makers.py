"""The tracks of an artist and of an album, by name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from mir.catalogue.ids import Ids, read_ids
from mir.catalogue.sorting import on_album
from mir.catalogue.tables import artists, track_artists, tracks
from mir.catalogue.text import folded, name_key
from mir.errors import InvalidQuery, NotFound

_NAMED = 5  # artists in a message


@dataclass(frozen=True, slots=True, eq=False)
class Credits:
    """Who is named as an artist of which track: one pair a place (n,), by artist."""

    artists: Ids  # ids of artists
    tracks: Ids  # ids of tracks


def credits(session: Session) -> Credits:
    """Return all pairs of an artist and a track of theirs; album artists do not count."""
    rows = session.execute(
        select(track_artists.c.artist_id, track_artists.c.track_id)
        .where(track_artists.c.role == "track")
        .order_by(track_artists.c.artist_id, track_artists.c.track_id)
    ).all()
    pairs = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 2)
    return Credits(pairs[:, 0].copy(), pairs[:, 1].copy())


def artist_names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the names of artists by their ids."""
    rows = session.execute(select(artists.c.id, artists.c.name).where(artists.c.id.in_(ids)))
    return {row.id: row.name for row in rows}


def same_name(one: str, other: str) -> bool:
    """Whether two names are one artist's: without regard to case, width and spaces."""
    return name_key(one) == name_key(other)


def tracks_by(session: Session, artist: str) -> Ids:
    """Return the ids of all tracks by an artist or on an album of theirs, ascending.

    Names are compared without regard to case, width and spaces. NotFound if there are none.
    """
    named = select(artists.c.id).where(artists.c.folded == name_key(artist))
    found = read_ids(
        session, select(track_artists.c.track_id).where(track_artists.c.artist_id.in_(named))
    )
    if not len(found) or not name_key(artist):
        raise NotFound(f"No track is by {artist!r}; list the tracks with `mir tracks`.")
    return found


def tracks_on(session: Session, album: str) -> Ids:
    """Return the ids of all tracks on the album of that title, ascending.

    Titles are compared without regard to case, width and spaces. NotFound if there are none,
    InvalidQuery if albums of several album artists bear the title.
    """
    theirs = (track_artists.c.track_id == tracks.c.id) & (track_artists.c.role == "album")
    rows = session.execute(
        select(tracks.c.id, tracks.c.album, artists.c.name)
        .select_from(tracks.outerjoin(track_artists, theirs).outerjoin(artists))
        .where(tracks.c.album.is_not(None), on_album(album))
        .order_by(tracks.c.id, track_artists.c.position)
    ).all()
    same = [row for row in rows if folded(row.album) == folded(album) and folded(album)]
    if not same:
        raise NotFound(f"No album is called {album!r}; list the tracks with `mir tracks`.")
    whose = list(dict.fromkeys(row.name for row in same if row.name is not None))
    if len({folded(name) for name in whose}) > 1:
        listed = ", ".join(whose[:_NAMED]) + (", …" if len(whose) > _NAMED else "")
        raise InvalidQuery(
            f"Several artists have an album called {album!r} ({listed}); name its tracks instead."
        )
    return read_ids(session, select(tracks.c.id).where(tracks.c.id.in_({row.id for row in same})))
