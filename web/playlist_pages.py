"""The pages of playlists: their list, one of them, and the forms that change them."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mir.catalogue import playlist_entries, playlists
from mir.errors import InvalidQuery, NotFound
from mir.recommend import standing_query
from web.api.describe import read_fields
from web.api.playlists import now, page_of_playlists, playlist_with_entries
from web.context import engine
from web.schemas import MAX_ID, NameIn, PageQuery, PlaylistForm, TrackPlaylistForm

pages = Blueprint("playlist_pages", __name__)


@pages.get("/playlists")
def every() -> str:
    """All playlists, and a form to make one."""
    query = read_fields(PageQuery, request.args)
    return render_template("playlists.html", query=query, listing=page_of_playlists(query))


@pages.post("/playlists")
def make() -> AnyResponse:
    """An empty playlist; then to its page."""
    form = read_fields(NameIn, request.form)
    with engine().catalogue.session() as session:
        made = playlists.create(session, form.name, now())
    return _to(made.id)


@pages.get("/playlists/<int:playlist_id>")
def one(playlist_id: int) -> str:
    """What is in a playlist, to be played and changed."""
    query = read_fields(PageQuery, request.args)
    return render_template(
        "playlist.html", query=query, playlist=playlist_with_entries(_sane(playlist_id), query)
    )


@pages.post("/playlists/<int:playlist_id>")
def change(playlist_id: int) -> AnyResponse:
    """Do what a button of the page says; then back to it."""
    form = read_fields(PlaylistForm, request.form)
    playlist_id = _sane(playlist_id)
    if form.change == "refresh":
        standing_query.refresh(engine(), playlist_id, now())
        return _to(playlist_id)
    with engine().catalogue.session() as session:
        at = form.position
        if form.change == "delete":
            playlists.remove(session, playlist_id)
            return redirect(url_for("playlist_pages.every"), 303)
        if form.change == "rename":
            playlists.rename(session, playlist_id, form.name, now())
        elif form.change == "remove":
            playlist_entries.remove(session, playlist_id, [at], now())
        else:
            to = at - 1 if form.change == "up" else at + 1
            playlist_entries.move(session, playlist_id, at, to, now())
    return _to(playlist_id)


@pages.post("/tracks/<int:track_id>/playlist")
def add(track_id: int) -> AnyResponse:
    """The track at the end of a playlist, which may be a new one; then to that."""
    form = read_fields(TrackPlaylistForm, request.form)
    with engine().catalogue.session() as session:
        if form.name is not None:
            chosen = playlists.create(session, form.name, now()).id
        elif form.playlist is not None:
            chosen = form.playlist
        else:
            raise InvalidQuery("No playlist is chosen; choose one or name a new one.")
        playlist_entries.append(session, chosen, [_sane(track_id)], now())
    return _to(chosen)


def _to(playlist_id: int) -> AnyResponse:
    return redirect(url_for("playlist_pages.one", playlist_id=playlist_id), 303)


def _sane(number: int) -> int:
    if number > MAX_ID:
        raise NotFound("No playlist or track has that id.")
    return number
