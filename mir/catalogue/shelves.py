"""The artists and the albums of the library, read as a whole.

Counting tens of thousands of albums for each page that shows fifty would be slow, and a table of
them would be a second truth beside the tags. So they are gathered once and held by whoever asks
(`mir.search.shelves`) until the catalogue changes.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mir.catalogue.albums import Album, OnAlbum, gathered
from mir.catalogue.chunks import chunks
from mir.catalogue.tables import artists, files, track_artists, tracks
from mir.catalogue.text import name_key, searchable

_BETWEEN = "\x1f"  # the parts of a track's `sort_key`


@dataclass(frozen=True, slots=True)
class Artist:
    """An artist of the library; spellings that differ in case, width or spaces are one."""

    id: int  # that of the spelling that came first
    name: str
    tracks: int  # that name them, as artist or as album artist
    albums: tuple[str, ...]  # keys of the albums that are theirs
    also_on: tuple[str, ...]  # keys of albums of others with a track of theirs
    cover: int  # the track whose picture stands for them
    newest: int  # the track of theirs that came last


@dataclass(frozen=True, eq=False)
class Shelves:
    """All of them. `ids` says for each id of a spelling which artist it is."""

    artists: Mapping[int, Artist]
    albums: Mapping[str, Album]
    ids: Mapping[int, int]
    spelt: Mapping[str, int]  # `name_key` -> artist
    album_of: Mapping[int, str]  # track -> key, of each track that is on one

    def artist_named(self, name: str) -> Artist | None:
        """The artist who bears that name, without regard to case, width and spaces."""
        return self.artists.get(self.spelt.get(name_key(name), 0))


def read_shelves(session: Session) -> Shelves:
    """Return the artists and albums of all tracks.

    Reads every track once: half a second to two for 100,000.
    """
    names: dict[int, str] = {}
    spelt: dict[str, int] = {}
    ids: dict[int, int] = {}
    chosen = select(artists.c.id, artists.c.name, artists.c.folded).order_by(artists.c.id)
    for artist, name, folded in session.execute(chosen):
        ids[artist] = spelt.setdefault(folded, artist)
        names.setdefault(ids[artist], name)
    first: dict[int, int] = {}
    albums_by: dict[int, int] = {}
    credited: dict[int, dict[int, None]] = defaultdict(dict)  # artist -> tracks, as they came
    for track, role, position, artist in session.execute(
        select(
            *(track_artists.c.track_id, track_artists.c.role),
            *(track_artists.c.position, track_artists.c.artist_id),
        ).order_by(track_artists.c.track_id)
    ):
        if artist not in ids:
            continue  # stored between the two statements
        credited[ids[artist]][track] = None
        if position == 0:
            (first if role == "track" else albums_by)[track] = ids[artist]
    keys = {artist: key for key, artist in spelt.items()}
    named = _on_albums(session, first, albums_by)
    albums = {album.key: album for album in gathered(named, keys)}
    theirs: dict[int, list[str]] = defaultdict(list)
    for album in sorted(albums.values(), key=lambda a: (a.year or 9999, searchable(a.title))):
        if album.artist_id is not None:
            theirs[album.artist_id].append(album.key)
    on = {track: album.key for album in albums.values() for track in album.tracks}
    found = {}
    for artist, some in credited.items():
        own = theirs[artist]
        shelf = dict.fromkeys(on[track] for track in some if track in on)
        cover = albums[own[0]].cover if own else next(iter(some))
        also = tuple(key for key in shelf if albums[key].artist_id != artist)
        found[artist] = Artist(
            artist, names[artist], len(some), tuple(own), also, cover, max(some)
        )  # fmt: skip
    return Shelves(found, albums, ids, spelt, on)


def _on_albums(
    session: Session, first: Mapping[int, int], albums_by: Mapping[int, int]
) -> list[OnAlbum]:
    rows = session.execute(
        select(
            *(tracks.c.id, tracks.c.album, tracks.c.release_mbid, tracks.c.sort_key),
            *(tracks.c.track_number, tracks.c.year, tracks.c.seconds),
        ).where(tracks.c.album.is_not(None))
    ).all()
    unsure = [row.id for row in rows if row.id not in albums_by and not row.release_mbid]
    folders = _folders(session, unsure)
    return [
        OnAlbum(
            id=track,
            title=album,
            artist=first.get(track),
            album_artist=albums_by.get(track),
            release=release.casefold() if release else None,
            folder=folders.get(track, b""),
            place=key.split(_BETWEEN, 2)[-1],
            numbered=number is not None,
            year=year,
            seconds=seconds,
        )
        for track, album, release, key, number, year, seconds in rows
    ]


def _folders(session: Session, ids: list[int]) -> dict[int, bytes]:
    """The folder of the file of each track that was found first."""
    found: dict[int, bytes] = {}
    for some in chunks(ids):
        oldest = select(func.min(files.c.id)).where(files.c.track_id.in_(some))
        rows = session.execute(
            select(files.c.track_id, files.c.path).where(
                files.c.id.in_(oldest.group_by(files.c.track_id))
            )
        )
        found.update((track, path.rpartition(b"/")[0]) for track, path in rows)
    return found
