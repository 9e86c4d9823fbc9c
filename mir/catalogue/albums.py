"""Which tracks make an album, told by their tags.

Tags name an album by its title alone, and many albums have the same. So an album is a title and
whoever it is by: the album artist of the tags or, where they name none, the first artist of its
tracks. Two albums called "Greatest Hits" by two artists stay two, and a track that lacks the album
artist joins the others. From that rule three things depart:

- Tracks without an album artist that share a title and the id of a release are one album.
- So are those without either that lie in one folder (`CD 1` and `CD 2` below it count as it),
  when several artists play and no two tracks have the same number: a compilation. Where numbers
  are lacking or come twice, the folder proves nothing and each artist has an album.
- One title by one artist with several releases' ids is an album for each id.

An album is by nobody in particular where no artist plays more than half of it.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mir.catalogue.text import searchable

_DISC = re.compile(rb"(?:cd|dis[ck]|disque)[ _.-]*\d{1,2}", re.IGNORECASE)
_KEY_BYTES = 8


@dataclass(frozen=True, slots=True)
class OnAlbum:
    """What is read of a track that names an album."""

    id: int
    title: str  # the album's
    artist: int | None  # ids of artists, one id for all spellings of a name
    album_artist: int | None
    release: str | None  # the MusicBrainz id
    folder: bytes
    place: str  # orders the tracks of an album: disc, number, title
    numbered: bool
    year: int | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Album:
    """An album: its tracks, in their order, and what they say of it."""

    key: str  # names it in an address, for as long as its title and artist stay
    title: str
    artist_id: int | None  # None: by various artists
    year: int | None  # of its first track that has one, as ordered
    tracks: tuple[int, ...]  # ids
    artists: tuple[int, ...]  # ids of the artists of its tracks, each once
    seconds: float

    @property
    def cover(self) -> int:
        """The track whose picture stands for the album."""
        return self.tracks[0]

    @property
    def newest(self) -> int:
        """The id of the track that came last; ids grow."""
        return max(self.tracks)


def gathered(found: Iterable[OnAlbum], names: Mapping[int, str]) -> list[Album]:
    """Return the albums that the tracks make, in no order; each track is on one of them.

    `names` are those of artists by id, as they are compared: keys of albums are made of them.
    """
    named: dict[tuple[str, int], list[OnAlbum]] = defaultdict(list)
    released: dict[tuple[str, str], list[OnAlbum]] = defaultdict(list)
    lying: dict[tuple[str, bytes], list[OnAlbum]] = defaultdict(list)
    titles: dict[str, str] = {}
    for track in found:
        title = titles.get(track.title) or titles.setdefault(track.title, searchable(track.title))
        if track.album_artist is not None:
            named[title, track.album_artist].append(track)
        elif track.release is not None:
            released[title, track.release].append(track)
        else:
            lying[title, _without_disc(track.folder)].append(track)
    albums = []
    for (title, release), some in released.items():
        lead = _lead(some)
        if lead is None:
            albums.append(_album(some, None, title, release))
        else:
            named[title, lead].extend(some)
    for (title, folder), some in lying.items():
        if _is_compilation(some):
            albums.append(_album(some, _lead(some), title, folder.hex()))
            continue
        for track in some:
            named[title, track.artist or 0].append(track)
    for (title, artist), some in named.items():
        releases = {track.release for track in some if track.release is not None}
        if len(releases) < 2:
            albums.append(_album(some, artist or None, title, _by(artist, names)))
            continue
        apart: dict[str | None, list[OnAlbum]] = defaultdict(list)
        for track in some:
            apart[track.release].append(track)
        for each, theirs in apart.items():
            albums.append(_album(theirs, artist or None, title, _by(artist, names), each or ""))
    return albums


def _album(some: Sequence[OnAlbum], artist: int | None, *told_by: str) -> Album:
    ordered = sorted(some, key=lambda track: (track.place, track.id))
    digest = hashlib.blake2b("\n".join(told_by).encode(), digest_size=_KEY_BYTES)
    return Album(
        key=digest.hexdigest(),
        title=ordered[0].title,
        artist_id=artist,
        year=next((track.year for track in ordered if track.year is not None), None),
        tracks=tuple(track.id for track in ordered),
        artists=tuple(dict.fromkeys(t.artist for t in ordered if t.artist is not None)),
        seconds=sum(track.seconds for track in ordered),
    )


def _by(artist: int, names: Mapping[int, str]) -> str:
    return f"by {names.get(artist, '')}"


def _is_compilation(some: Sequence[OnAlbum]) -> bool:
    if len({track.artist for track in some}) < 2 or not all(track.numbered for track in some):
        return False
    # Disc and number stand before the title.
    places = {(track.folder, track.place.rpartition("\x1f")[0]) for track in some}
    return len(places) == len(some)


def _lead(some: Sequence[OnAlbum]) -> int | None:
    """Who plays more than half of the tracks."""
    ((artist, times),) = Counter(track.artist for track in some).most_common(1)
    return artist if times * 2 > len(some) else None


def _without_disc(folder: bytes) -> bytes:
    parent, slash, name = folder.rpartition(b"/")
    return parent if slash and _DISC.fullmatch(name) else folder
