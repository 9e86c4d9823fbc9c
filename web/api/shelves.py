"""The artists, albums and moods of the library: lists of them, and one of them."""

from flask import Response

from mir.catalogue import moods, tracks
from mir.catalogue.heard_among import heard_among
from mir.catalogue.makers import tracks_by
from mir.errors import NotFound
from mir.search import shelves
from web.api.describe import blueprint, problems, reply
from web.context import engine
from web.schemas import (
    AlbumOut,
    AlbumPath,
    AlbumsOut,
    AlbumsQuery,
    ArtistOut,
    ArtistPath,
    ArtistsOut,
    ArtistsQuery,
    CountOut,
    HeardAmongOut,
    MoodsOut,
    OneAlbumOut,
    OneArtistOut,
    PageQuery,
    ShelfOut,
    TrackOut,
    showable,
)

api = blueprint("shelves", "Artists, albums and moods: lists of them, and one of them.")


@api.get("/artists", summary="The artists of the library", responses={200: ArtistsOut})
def list_artists(query: ArtistsQuery) -> Response:
    """Everybody whom a track names, with how many tracks and albums there are of theirs.

    Spellings that differ in case, width or spaces are one artist.
    """
    return reply(page_of_artists(query))


@api.get(
    "/artists/<int:artist_id>",
    summary="One artist",
    responses={200: OneArtistOut, **problems(404)},
)
def one_artist(path: ArtistPath) -> Response:
    """The artist's albums, those of others they are on, and what is heard in their tracks."""
    return reply(artist_with_albums(path.artist_id))


@api.get("/albums", summary="The albums of the library", responses={200: AlbumsOut})
def list_albums(query: AlbumsQuery) -> Response:
    """Albums are told by title and artist, the album artist before that of the tracks.

    A compilation without an album artist is one album where its tracks lie in one folder and are
    numbered, or bear the id of one release.
    """
    return reply(page_of_albums(query))


@api.get("/albums/<string:key>", summary="One album", responses={200: OneAlbumOut, **problems(404)})
def one_album(path: AlbumPath, query: PageQuery) -> Response:
    """The album with its tracks, by disc and number, in pages."""
    return reply(album_with_tracks(path.key, query))


@api.get("/moods", summary="The moods of the library", responses={200: MoodsOut})
def list_moods() -> Response:
    """Every mood that the model hears, with its number of tracks, the commonest first."""
    return reply(mood_list())


def page_of_artists(query: ArtistsQuery) -> ArtistsOut:
    """The page of artists that the query asks for."""
    shelf = shelves.list_artists(
        engine(), query.q or "", query.sort, offset=query.offset, limit=query.limit
    )
    items = [ArtistOut.of(artist) for artist in shelf.items]
    return ArtistsOut.model_validate({"artists": items, **ShelfOut.rest(shelf, query.offset)})


def page_of_albums(query: AlbumsQuery) -> AlbumsOut:
    """The page of albums that the query asks for."""
    shelf = shelves.list_albums(
        engine(), query.q or "", query.sort, offset=query.offset, limit=query.limit
    )
    artists = shelves.shelves(engine()).artists
    items = [AlbumOut.of(album, artists) for album in shelf.items]
    return AlbumsOut.model_validate({"albums": items, **ShelfOut.rest(shelf, query.offset)})


def artist_with_albums(artist_id: int) -> OneArtistOut:
    """The artist of that id; NotFound."""
    artist = shelves.find_artist(engine(), artist_id)
    found = shelves.shelves(engine())
    with engine().catalogue.session() as session:
        ids = tracks_by(session, artist.name).tolist()
    own, also = (
        [AlbumOut.of(found.albums[key], found.artists) for key in keys if key in found.albums]
        for keys in map(OneArtistOut.listed, (artist.albums, artist.also_on))
    )
    return OneArtistOut(
        **ArtistOut.of(artist).model_dump(), heard=_heard(ids), own_albums=own, also_on=also
    )


def album_with_tracks(key: str, query: PageQuery) -> OneAlbumOut:
    """The album of that key with the part of its tracks; NotFound."""
    album = shelves.find_album(engine(), key)
    part = album.tracks[query.offset : query.offset + query.limit]
    model_id = engine().view().model_id
    with engine().catalogue.session() as session:
        listed = tracks.get_many(session, part, model_id)
    if not listed and query.offset == 0:
        raise NotFound(f"No track of the album {album.title!r} is here any more.")
    return OneAlbumOut(
        **AlbumOut.of(album, shelves.shelves(engine()).artists).model_dump(),
        heard=_heard(album.tracks),
        offset=query.offset,
        listed=[TrackOut.of(track) for track in listed.values()],
    )


def mood_list() -> MoodsOut:
    """The moods of the library with their counts."""
    model_id = engine().view().model_id
    with engine().catalogue.session() as session:
        return MoodsOut.of(moods.mood_counts(session, model_id))


def _heard(ids: tuple[int, ...] | list[int]) -> HeardAmongOut:
    model_id = engine().view().model_id
    with engine().catalogue.session() as session:
        heard = heard_among(session, ids, model_id)
    genres, felt = (
        [CountOut(name=showable(name), tracks=number) for name, number in counted]
        for counted in (heard.genres, heard.moods)
    )
    return HeardAmongOut(genres=genres, moods=felt)
