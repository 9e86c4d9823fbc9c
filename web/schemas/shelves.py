"""Artists, albums and moods as answers, and what lists of them are asked."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, Field

from mir.catalogue.albums import Album
from mir.catalogue.moods import MoodCount
from mir.catalogue.shelves import Artist
from mir.search.shelves import AlbumOrder, ArtistOrder, Shelf
from web.schemas.answers import TrackOut, showable
from web.schemas.filters import Text
from web.schemas.requests import MAX_ID, PageQuery

_KEY = r"^[0-9a-f]{16}$"
_OTHERS = 100  # albums that an artist's answer lists at most, of each kind


class ShelfQuery(PageQuery):
    """A text to look for and the part of the list."""

    q: Text | None = Field(default=None, description="Words of the name.")


class ArtistsQuery(ShelfQuery):
    """The query of `/artists`."""

    sort: ArtistOrder = Field(
        default="name", description="By name, most tracks first, or added last first."
    )


class AlbumsQuery(ShelfQuery):
    """The query of `/albums`."""

    sort: AlbumOrder = Field(
        default="title",
        description="title, artist, newest, oldest (by year), or added: last first.",
    )


class ArtistPath(BaseModel):
    """The artist that an address names."""

    artist_id: Annotated[int, Field(ge=1, le=MAX_ID)] = Field(description="The artist's id.")


class AlbumPath(BaseModel):
    """The album that an address names."""

    key: Annotated[str, Field(pattern=_KEY)] = Field(description="The album's key.")


class CountOut(BaseModel):
    """A name, and how many tracks have it."""

    name: str
    tracks: int


class MoodsOut(BaseModel):
    """The moods of the library, the commonest first."""

    moods: list[CountOut]

    @classmethod
    def of(cls, counts: tuple[MoodCount, ...]) -> Self:
        """The showable form of moods with their counts."""
        return cls(moods=[CountOut(name=showable(c.name), tracks=c.tracks) for c in counts])


class LetterOut(BaseModel):
    """A letter, and where in the list names with it begin."""

    letter: str = Field(description='"#" before A, "…" after Z.')
    offset: int


class AlbumOut(BaseModel):
    """An album: the tracks that bear its title and are by its artist."""

    key: str = Field(description="Stays while the album's title and artist do.")
    title: str
    artist: str | None = Field(description="Null: by various or unknown artists.")
    artist_id: int | None
    year: int | None
    tracks: int
    seconds: float
    cover_track: int = Field(description="The track whose cover stands for it.")

    @classmethod
    def of(cls, album: Album, artists: Mapping[int, Artist]) -> Self:
        """The showable form of an album."""
        by = artists.get(album.artist_id or 0)
        return cls(
            key=album.key,
            title=showable(album.title),
            artist=showable(by.name) if by else None,
            artist_id=by.id if by else None,
            year=album.year,
            tracks=len(album.tracks),
            seconds=album.seconds,
            cover_track=album.cover,
        )


class ArtistOut(BaseModel):
    """An artist of the library."""

    id: int
    name: str
    tracks: int = Field(description="Tracks that name them, as artist or as album artist.")
    albums: int = Field(description="Albums of theirs.")
    cover_track: int = Field(description="The track whose cover stands for it.")

    @classmethod
    def of(cls, artist: Artist) -> Self:
        """The showable form of an artist."""
        return cls(
            id=artist.id,
            name=showable(artist.name),
            tracks=artist.tracks,
            albums=len(artist.albums),
            cover_track=artist.cover,
        )


class ShelfOut(BaseModel):
    """A part of a list."""

    total: int
    offset: int
    letters: list[LetterOut] = Field(description="Where letters begin, in a list by name.")
    near: list[str] = Field(description="Names like the text, where no name has its words.")

    @staticmethod
    def rest(shelf: Shelf[Artist] | Shelf[Album], offset: int) -> dict[str, object]:
        """The fields beside the items."""
        return {
            "total": shelf.total,
            "offset": offset,
            "letters": [LetterOut(letter=letter, offset=at) for letter, at in shelf.letters],
            "near": [showable(name) for name in shelf.near],
        }


class ArtistsOut(ShelfOut):
    """A page of artists."""

    artists: list[ArtistOut]


class AlbumsOut(ShelfOut):
    """A page of albums."""

    albums: list[AlbumOut]


class HeardAmongOut(BaseModel):
    """What the model hears in tracks together."""

    genres: list[CountOut] = Field(description="By the first predicted genre of each track.")
    moods: list[CountOut]


class OneArtistOut(ArtistOut):
    """An artist with their albums; the tracks are those of `/tracks?artist=`."""

    heard: HeardAmongOut
    own_albums: list[AlbumOut] = Field(description=f"By year; {_OTHERS} at most.")
    also_on: list[AlbumOut] = Field(
        description=f"Albums of others with a track of theirs; {_OTHERS} at most."
    )

    @staticmethod
    def listed(keys: tuple[str, ...]) -> tuple[str, ...]:
        """Those that are listed."""
        return keys[:_OTHERS]


class OneAlbumOut(AlbumOut):
    """An album with a page of its tracks, by disc and number."""

    heard: HeardAmongOut
    offset: int
    listed: list[TrackOut]
