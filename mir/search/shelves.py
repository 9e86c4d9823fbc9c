"""The artists and albums of the library as lists: searched, ordered, in pages, with letters."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Generic, Literal, TypeVar

from mir.catalogue import tracks
from mir.catalogue.albums import Album
from mir.catalogue.paging import check_page
from mir.catalogue.revision import writes_but_plays
from mir.catalogue.shelves import Artist, Shelves, read_shelves
from mir.catalogue.text import searchable
from mir.engine import Engine
from mir.errors import Busy, NotFound

ArtistOrder = Literal["name", "tracks", "added"]
AlbumOrder = Literal["title", "artist", "newest", "oldest", "added"]
Item = TypeVar("Item", Artist, Album)

_MANY = 5_000  # tracks of a library from which on a list may be a little behind
_PATIENCE = 120.0  # seconds
_NEAR = 3  # names that a search without an answer suggests
_LATE = 10_000  # where albums without a year stand among years


@dataclass(frozen=True, slots=True)
class Shelf(Generic[Item]):
    """A part of a list, with what is there to move in the whole of it."""

    items: tuple[Item, ...]
    total: int
    # A letter and where it begins, in a list by name: "#" before A, "…" after Z.
    letters: tuple[tuple[str, int], ...]
    near: tuple[str, ...]  # names like the text that is looked for, where none has it


def shelves(engine: Engine) -> Shelves:
    """The artists and albums of the library.

    While a large library is written to, these may be as they were up to a minute ago.
    """
    with engine.catalogue.session() as session:
        stamp = writes_but_plays(session), tracks.count(session) > _MANY

    def read() -> Shelves:
        with engine.catalogue.session() as session:
            return read_shelves(session)

    found = engine.shelves.get(stamp, read, _PATIENCE, lambda old: old[1] and stamp[1])
    if found is None:
        raise Busy("Reading the artists and albums takes too long; ask again.")
    return found


def list_artists(
    engine: Engine,
    text: str = "",
    order: ArtistOrder = "name",
    *,
    offset: int = 0,
    limit: int = 50,
) -> Shelf[Artist]:
    """Part of the artists whose name has each word of the text; InvalidQuery out of range."""
    check_page(offset, limit)
    keys: dict[ArtistOrder, Callable[[Artist], object]] = {
        "tracks": lambda artist: -artist.tracks,
        "added": lambda artist: -artist.newest,
    }
    named = [(searchable(artist.name), artist) for artist in shelves(engine).artists.values()]
    chosen = _with_words(named, text)
    chosen.sort(key=lambda pair: (pair[0], pair[1].id))
    if order in keys:
        chosen.sort(key=lambda pair: keys[order](pair[1]))  # type: ignore[arg-type,return-value]
    letters = _letters([name for name, _ in chosen]) if order == "name" else ()
    return _shelf(chosen, named, text, letters, offset, limit, lambda artist: artist.name)


def list_albums(
    engine: Engine,
    text: str = "",
    order: AlbumOrder = "title",
    *,
    offset: int = 0,
    limit: int = 50,
) -> Shelf[Album]:
    """Part of the albums whose title and artist have each word of the text.

    Raises InvalidQuery where offset or limit is out of range.
    """
    check_page(offset, limit)
    found = shelves(engine)
    artists = {key: searchable(artist.name) for key, artist in found.artists.items()}
    named = []
    for album in found.albums.values():
        by = artists.get(album.artist_id or 0, "")
        named.append((f"{searchable(album.title)}\n{by}", album))
    chosen = _with_words(named, text)
    chosen.sort(key=lambda pair: (pair[0], pair[1].key))
    keys: dict[AlbumOrder, Callable[[tuple[str, Album]], object]] = {
        "artist": lambda pair: (pair[1].artist_id is None, pair[0].partition("\n")[2]),
        "newest": lambda pair: -(pair[1].year or 0),
        "oldest": lambda pair: pair[1].year or _LATE,
        "added": lambda pair: -pair[1].newest,
    }
    if order in keys:
        chosen.sort(key=keys[order])  # type: ignore[arg-type]
    first = {"title": 0, "artist": 2}.get(order)
    letters = () if first is None else _letters([name.partition("\n")[first] for name, _ in chosen])
    return _shelf(chosen, named, text, letters, offset, limit, lambda album: album.title)


def find_artist(engine: Engine, artist_id: int) -> Artist:
    """The artist of that id, which may be that of another spelling; NotFound."""
    found = shelves(engine)
    artist = found.artists.get(found.ids.get(artist_id, 0))
    if artist is None:
        raise NotFound(f"There is no artist {artist_id}; list them with GET /api/v1/artists.")
    return artist


def artist_named(engine: Engine, name: str) -> Artist:
    """The artist of that name, without regard to case, width and spaces; NotFound."""
    artist = shelves(engine).artist_named(name)
    if artist is None:
        raise NotFound(f"No track is by {name!r}; list the artists with GET /api/v1/artists.")
    return artist


def find_album(engine: Engine, key: str) -> Album:
    """The album of that key; NotFound."""
    album = shelves(engine).albums.get(key)
    if album is None:
        raise NotFound(f"There is no album {key!r}; list them with GET /api/v1/albums.")
    return album


def album_of(engine: Engine, track_id: int) -> Album:
    """The album that a track is on; NotFound where it names none."""
    found = shelves(engine)
    key = found.album_of.get(track_id)
    if key is None:
        raise NotFound(f"Track {track_id} is on no album; its tags name none.")
    return found.albums[key]


def _with_words(named: Iterable[tuple[str, Item]], text: str) -> list[tuple[str, Item]]:
    words = searchable(text).split()
    return [pair for pair in named if all(word in pair[0] for word in words)]


def _shelf(
    chosen: Sequence[tuple[str, Item]],
    named: Sequence[tuple[str, Item]],
    text: str,
    letters: tuple[tuple[str, int], ...],
    offset: int,
    limit: int,
    shown: Callable[[Item], str],
) -> Shelf[Item]:
    near: tuple[str, ...] = ()
    if not chosen and text.strip():
        names = {name.partition("\n")[0]: shown(item) for name, item in named}
        close = get_close_matches(searchable(text)[:100], names, n=_NEAR, cutoff=0.7)
        near = tuple(names[name] for name in close)
    items = tuple(item for _, item in chosen[offset : offset + limit])
    return Shelf(items, len(chosen), letters, near)


def _letters(names: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Each letter and where it begins among names in order."""
    begins: dict[str, int] = {}
    for place, name in enumerate(names):
        first = name[:1]
        letter = "#" if first < "a" else first.upper() if first <= "z" else "…"
        begins.setdefault(letter, place)
    return tuple(begins.items())
