"""The pages of playlists: their list, one of them, and the forms that change them."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from mir.catalogue import playlist_entries, playlists
from mir.catalogue.playlists import Playlist
from mir.catalogue.session import Session
from mir.errors import InvalidQuery, NotFound
from mir.playlist_files.m3u import MOST_BYTES
from mir.recommend import standing_query
from web.acting import me
from web.api.describe import read_fields
from web.api.playlist_files import export, imported
from web.api.playlists import now, page_of_playlists, playlist_with_entries
from web.context import engine
from web.schemas import (
    KINDS,
    MAX_ID,
    ExportQuery,
    HandForm,
    NameIn,
    PageQuery,
    PlaylistForm,
    TrackPlaylistForm,
)

pages = Blueprint("playlist_pages", __name__)


@pages.get("/playlists")
def every() -> str:
    """All playlists, and a form to make one."""
    query = read_fields(PageQuery, request.args)
    listing = page_of_playlists(query)
    return render_template("playlists.html", query=query, listing=listing, list_limit=MOST_BYTES)


@pages.post("/playlists")
def make() -> AnyResponse:
    """A playlist of a question, of tracks or of nothing yet; then to its page."""
    kind = request.form.get("kind")
    if kind is None:
        form = read_fields(HandForm, request.form)
        with engine().catalogue.session() as session:
            return _to(playlist_entries.make(session, form.name, form.track, now(), me()).id)
    if kind not in KINDS:
        raise InvalidQuery(f"There is no question {kind!r}; choose one of {', '.join(KINDS)}.")
    asked = MultiDict(request.form.items(multi=True))
    name = read_fields(NameIn, MultiDict({"name": asked.pop("name", "")})).name
    query = read_fields(KINDS[kind], asked).standing(engine())
    return _to(standing_query.make(engine(), name, query, now(), me()).id)


@pages.get("/playlists/import")
def ask_again() -> AnyResponse:
    """Who comes back to what was imported is sent to the playlists."""
    return redirect(url_for("playlist_pages.every"))


@pages.post("/playlists/import")
def import_list() -> AnyResponse | str:
    """A playlist of an uploaded list; then to its page, or to what was left out."""
    found = imported()
    if not found.unmatched:
        return _to(found.made.id)
    return render_template("imported.html", imported=found)


@pages.get("/playlists/<int:playlist_id>")
def one(playlist_id: int) -> str:
    """What is in a playlist, to be played and changed."""
    query = read_fields(PageQuery, request.args)
    return render_template(
        "playlist.html", query=query, playlist=playlist_with_entries(_sane(playlist_id), query)
    )


@pages.get("/playlists/<int:playlist_id>/export")
def save(playlist_id: int) -> AnyResponse:
    """The file of a playlist, to be saved."""
    return export(_sane(playlist_id), read_fields(ExportQuery, request.args))


@pages.post("/playlists/<int:playlist_id>")
def change(playlist_id: int) -> AnyResponse:
    """Do what a button of the page says; then back to it."""
    form = read_fields(PlaylistForm, request.form)
    playlist_id = _sane(playlist_id)
    if form.change == "refresh":
        changed = standing_query.refresh(engine(), playlist_id, now(), me())
    else:
        with engine().catalogue.session() as session:
            changed = _changed(session, playlist_id, form)
    if form.change == "delete":
        return redirect(url_for("playlist_pages.every"), 303)
    last = max(0, changed.count - 1) // form.limit * form.limit
    return _to(playlist_id, min(form.offset, last), form.limit)


@pages.post("/tracks/<int:track_id>/playlist")
def add(track_id: int) -> AnyResponse:
    """The track at the end of a playlist, which may be a new one; then to that."""
    form = read_fields(TrackPlaylistForm, request.form)
    with engine().catalogue.session() as session:
        if form.name is not None:
            chosen = playlists.create(session, form.name, now(), listener=me()).id
        elif form.playlist is not None:
            chosen = form.playlist
        else:
            raise InvalidQuery("No playlist is chosen; choose one or name a new one.")
        playlist_entries.append(session, chosen, [_sane(track_id)], now(), me())
    return _to(chosen)


def _changed(session: Session, playlist_id: int, form: PlaylistForm) -> Playlist:
    at, seen = form.position, form.seen
    if form.change == "delete":
        return playlists.remove(session, playlist_id, me())
    if form.change == "rename":
        return playlists.rename(session, playlist_id, form.name, now(), me())
    if form.change == "remove":
        return playlist_entries.remove(session, playlist_id, [at], now(), seen=seen, listener=me())
    to = {"up": at - 1, "down": at + 1}.get(form.change, form.to)
    return playlist_entries.move(session, playlist_id, at, to, now(), seen=seen, listener=me())


def _to(playlist_id: int, offset: int = 0, limit: int = PageQuery().limit) -> AnyResponse:
    """To the page of a playlist, with the part of it that was shown."""
    return redirect(
        url_for(
            "playlist_pages.one",
            playlist_id=playlist_id,
            offset=offset or None,
            limit=limit if limit != PageQuery().limit else None,
        ),
        303,
    )


def _sane(number: int) -> int:
    if number > MAX_ID:
        raise NotFound("No playlist or track has that id.")
    return number
