"""The pages to wander in the library: genres, moods, artists, albums and tracks."""

from datetime import UTC, datetime
from itertools import groupby

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from mir.catalogue.browsing import ORDERS
from mir.errors import NotFound
from mir.recommend.related import RelatedArtist, related_artists
from mir.search import shelves
from mir.search.allowed import MOST
from web.api.describe import read_fields
from web.api.library import genre_list
from web.api.shelves import (
    album_with_tracks,
    artist_with_albums,
    mood_list,
    page_of_albums,
    page_of_artists,
)
from web.api.tracks import page_of_tracks
from web.context import engine
from web.pages import mood_names
from web.schemas import (
    MAX_ID,
    AlbumsQuery,
    ArtistsQuery,
    PageQuery,
    TrackOut,
    TracksQuery,
    forgiven,
)
from web.wording import fields

pages = Blueprint("browse_pages", __name__)

_NEWEST = 12  # albums on the first page
_TILES = 60  # on a page of artists or albums where nothing is said
_FIRST = 50  # tracks of an artist that the page has at once; further ones come while scrolling
_RELATED = 8
_ALBUM = 200  # tracks of an album on one page


@pages.get("/browse")
def browse() -> str:
    """The genres, moods and new albums of the library, or the tracks that a question leaves."""
    query = read_fields(TracksQuery, forgiven(request.args))
    if query.q or not query.filter().is_empty:
        return _tracks(query)
    return render_template(
        "wander.html",
        query=query,
        genres=genre_list().genres,
        moods=mood_list().moods,
        albums=page_of_albums(AlbumsQuery(sort="added", limit=_NEWEST)),
        listing=page_of_tracks(query),
        kept=[],
    )


@pages.get("/browse/tracks")
def every_track() -> str:
    """All tracks, or those that a question leaves."""
    return _tracks(read_fields(TracksQuery, forgiven(request.args)))


@pages.get("/browse/rows")
def track_rows() -> str:
    """Rows of a list of tracks without a page around them, for the scripts of the page."""
    query = read_fields(TracksQuery, forgiven(request.args))
    return render_template("_rows.html", tracks=page_of_tracks(query).tracks)


@pages.get("/browse/moods")
def moods() -> str:
    """The moods of the library, and points of mood to begin from."""
    return render_template(
        "moods.html", moods=mood_list().moods, listing=page_of_tracks(TracksQuery())
    )


@pages.get("/browse/artists")
def artists() -> str:
    """The artists of the library."""
    query = read_fields(ArtistsQuery, _paged())
    return render_template("artists.html", query=query, shelf=page_of_artists(query))


@pages.get("/browse/albums")
def albums() -> str:
    """The albums of the library."""
    query = read_fields(AlbumsQuery, _paged())
    return render_template("albums.html", query=query, shelf=page_of_albums(query))


@pages.get("/artists/<int:artist_id>")
def artist(artist_id: int) -> str:
    """An artist: albums, tracks, what is heard in them, and who goes with them."""
    if artist_id > MAX_ID:
        raise NotFound("No artist has that id.")
    found = artist_with_albums(artist_id)
    query = TracksQuery(artist=shelves.find_artist(engine(), artist_id).name, limit=_FIRST)
    related = [
        (each, shelves.shelves(engine()).artist_named(each.name))
        for each in _related(query.artist or "")
    ]
    return render_template(
        "artist.html", artist=found, query=query, listing=page_of_tracks(query), related=related
    )


@pages.get("/artists/named")
def artist_named() -> AnyResponse:
    """To the page of the artist of that name."""
    found = shelves.artist_named(engine(), request.args.get("name", "")[:500])
    return redirect(url_for("browse_pages.artist", artist_id=found.id))


@pages.get("/albums/<string:key>")
def album(key: str) -> str:
    """An album: its cover, its tracks, what is heard in them."""
    query = read_fields(PageQuery, _paged(_ALBUM))
    found = album_with_tracks(key, query)
    if query.offset and not found.listed:
        abort(404)
    discs = [(disc, list(some)) for disc, some in groupby(found.listed, _disc)]
    return render_template("album.html", album=found, discs=discs, query=query)


@pages.get("/albums/of/<int:track_id>")
def album_of(track_id: int) -> AnyResponse:
    """To the page of the album that a track is on."""
    found = shelves.album_of(engine(), track_id)
    return redirect(url_for("browse_pages.album", key=found.key))


def _tracks(query: TracksQuery) -> str:
    return render_template(
        "browse.html",
        query=query,
        listing=page_of_tracks(query),
        moods=mood_names(),
        orders=ORDERS,
        kept=[("kind", "tracks"), ("count", MOST), *fields(query, without=("sort",))],
    )


def _disc(track: TrackOut) -> int:
    """The disc that a track is on, 0 where its tags do not say."""
    return track.disc_number or 0


def _related(name: str) -> tuple[RelatedArtist, ...]:
    """The artists who go with one; nobody where nothing of theirs has been heard yet."""
    try:
        return related_artists(engine(), name, datetime.now(UTC), _RELATED)
    except NotFound:
        return ()


def _paged(limit: int = _TILES) -> MultiDict[str, str]:
    """The fields of the address, with a limit of this page's own where none is given."""
    asked = request.args.copy()
    asked.setdefault("limit", str(limit))
    return asked
