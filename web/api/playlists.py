"""Playlists: made from queries or by hand, edited and asked again."""

from datetime import UTC, datetime

from flask import Response

from mir.catalogue import playlist_entries, playlists
from mir.catalogue.playlists import Playlist
from mir.errors import InvalidQuery
from mir.recommend import standing_query
from web.acting import me
from web.api.describe import blueprint, problems, reply
from web.context import engine
from web.schemas import (
    EntriesIn,
    EntryPath,
    MoveIn,
    NameIn,
    NewEntriesIn,
    PageQuery,
    PlaylistIn,
    PlaylistOut,
    PlaylistPath,
    PlaylistsOut,
    PlaylistWithEntriesOut,
    SeenFields,
)

api = blueprint("playlists", "Playlists: made, edited and asked again.")
_CHANGED = {200: PlaylistOut, **problems(403, 404)}
_EDITED = {200: PlaylistOut, **problems(403, 404, 409)}


@api.get("/playlists", summary="The playlists", responses={200: PlaylistsOut})
def list_playlists(query: PageQuery) -> Response:
    """Every playlist without what is in it, the one that was changed last first."""
    return reply(page_of_playlists(query))


@api.post(
    "/playlists", summary="Make a playlist", responses={201: PlaylistOut, **problems(403, 404)}
)
def make_playlist(body: PlaylistIn) -> Response:
    """Fill it from a query, which is kept to be asked again, or with the tracks that are named."""
    if body.query is not None and body.tracks:
        raise InvalidQuery("A playlist is made from a query or from tracks; send one of them.")
    if body.query is not None:
        made = standing_query.make(engine(), body.name, body.query.standing(engine()), now(), me())
    else:
        with engine().catalogue.session() as session:
            made = playlist_entries.make(session, body.name, body.tracks, now(), me())
    response = reply(PlaylistOut.of(made))
    response.status_code = 201
    return response


@api.get(
    "/playlists/<int:playlist_id>",
    summary="One playlist",
    responses={200: PlaylistWithEntriesOut, **problems(404)},
)
def one_playlist(path: PlaylistPath, query: PageQuery) -> Response:
    """The playlist with a part of its entries; those whose track is missing keep their places."""
    return reply(playlist_with_entries(path.playlist_id, query))


@api.patch("/playlists/<int:playlist_id>", summary="Rename a playlist", responses=_CHANGED)
def rename_playlist(path: PlaylistPath, body: NameIn) -> Response:
    """Names with line breaks, other control characters, slashes or ".." are refused."""
    with engine().catalogue.session() as session:
        return _changed(playlists.rename(session, path.playlist_id, body.name, now(), me()))


@api.delete("/playlists/<int:playlist_id>", summary="Delete a playlist", responses=_CHANGED)
def delete_playlist(path: PlaylistPath) -> Response:
    """Answers with what it was; its tracks stay in the library."""
    with engine().catalogue.session() as session:
        return _changed(playlists.remove(session, path.playlist_id, me()))


@api.put("/playlists/<int:playlist_id>/entries", summary="Set the entries", responses=_EDITED)
def set_entries(path: PlaylistPath, body: NewEntriesIn) -> Response:
    """These tracks, in this order, are then all that is in the playlist."""
    with engine().catalogue.session() as session:
        changed = playlist_entries.replace(
            session, path.playlist_id, body.tracks, now(), seen=body.seen, listener=me()
        )
    return _changed(changed)


@api.post("/playlists/<int:playlist_id>/entries", summary="Add tracks", responses=_CHANGED)
def add_entries(path: PlaylistPath, body: EntriesIn) -> Response:
    """They stand at the end of the playlist, in this order."""
    with engine().catalogue.session() as session:
        return _changed(
            playlist_entries.append(session, path.playlist_id, body.tracks, now(), me())
        )


@api.delete(
    "/playlists/<int:playlist_id>/entries/<int:position>",
    summary="Take out an entry",
    responses=_EDITED,
)
def remove_entry(path: EntryPath, query: SeenFields) -> Response:
    """Those behind it move up."""
    with engine().catalogue.session() as session:
        changed = playlist_entries.remove(
            session, path.playlist_id, [path.position], now(), seen=query.seen, listener=me()
        )
    return _changed(changed)


@api.post("/playlists/<int:playlist_id>/move", summary="Move an entry", responses=_EDITED)
def move_entry(path: PlaylistPath, body: MoveIn) -> Response:
    """Bring one entry to another position; those between give way."""
    with engine().catalogue.session() as session:
        changed = playlist_entries.move(
            session, path.playlist_id, body.position, body.to, now(), seen=body.seen, listener=me()
        )
    return _changed(changed)


@api.post("/playlists/<int:playlist_id>/refresh", summary="Ask again", responses=_CHANGED)
def refresh_playlist(path: PlaylistPath) -> Response:
    """Fill the playlist anew from what it was made from; changes by hand are lost."""
    return _changed(standing_query.refresh(engine(), path.playlist_id, now(), me()))


def page_of_playlists(query: PageQuery) -> PlaylistsOut:
    """The page of playlists that the query asks for."""
    with engine().catalogue.session() as session:
        found = playlists.page(session, offset=query.offset, limit=query.limit, listener=me())
    listed = [PlaylistOut.of(each) for each in found.items]
    return PlaylistsOut(playlists=listed, total=found.total, offset=query.offset)


def playlist_with_entries(playlist_id: int, query: PageQuery) -> PlaylistWithEntriesOut:
    """The playlist with the part of its entries that the query asks for; NotFound."""
    model_id = engine().view().model_id
    with engine().catalogue.session() as session:
        known = playlists.get(session, playlist_id, me())
        page = playlist_entries.page(
            session,
            playlist_id,
            offset=query.offset,
            limit=query.limit,
            model_id=model_id,
            listener=me(),
        )
    return PlaylistWithEntriesOut.with_entries(known, page, query.offset)


def now() -> datetime:
    """The moment at which something is changed."""
    return datetime.now(UTC)


def _changed(playlist: Playlist) -> Response:
    return reply(PlaylistOut.of(playlist))
