"""Playlists as files of players: exported, and imported."""

from pathlib import Path
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from mir.catalogue import playlist_entries, playlists
from mir.catalogue.portable.moves import Moves
from mir.errors import InvalidQuery
from mir.playlist_files.export import FORMATS, exported
from mir.playlist_files.folders import rewriting
from mir.playlist_files.importing import import_m3u
from mir.playlist_files.m3u import MOST_BYTES
from web.acting import me
from web.api.describe import binary, blueprint, multipart, problems, read_fields, reply
from web.api.playlists import now
from web.context import engine
from web.schemas import ExportQuery, ImportedOut, ImportForm, PlaylistPath

api = blueprint("playlist_files", "Playlists as files of players.")


@api.get(
    "/playlists/<int:playlist_id>/export",
    summary="A playlist as a file",
    responses={
        200: binary("The file.", *(each.media_type for each in FORMATS.values())),
        **problems(404),
    },
)
def export_playlist(path: PlaylistPath, query: ExportQuery) -> Response:
    """M3U8, XSPF or JSPF with the paths of the files; tracks that are missing are left out."""
    return export(path.playlist_id, query)


@api.post(
    "/playlists/import",
    summary="A file as a playlist",
    responses={201: ImportedOut, **problems(403, 413, 415)},
    openapi_extensions=multipart(
        ImportForm, "playlist", f"An M3U or M3U8 of at most {MOST_BYTES >> 20} MiB."
    ),
)
def import_playlist() -> Response:
    """Make a playlist of the tracks whose paths an M3U or M3U8 names; the others are told."""
    response = reply(imported())
    response.status_code = 201
    return response


def export(playlist_id: int, query: ExportQuery) -> Response:
    """The file of a playlist, to be saved; NotFound, InvalidQuery."""
    moves = _moves(query.map)
    folder = Path(query.folder) if query.folder else None
    with engine().catalogue.session() as session:
        known = playlists.get(session, playlist_id, me())
        tracks = playlist_entries.tracks_of(session, known.id, me())
    data = exported(query.format, known.name, tracks, moves, folder)
    response = Response(data, content_type=FORMATS[query.format].media_type)
    named = quote(f"{known.name}.{query.format}", safe="")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{named}"
    return response


def imported() -> ImportedOut:
    """What became of the uploaded list; InvalidQuery."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType(
            "Send the list as multipart/form-data, in a file named 'playlist'."
        )
    form = read_fields(ImportForm, request.form)
    upload = request.files.get("playlist")
    if upload is None or not upload.filename:
        raise InvalidQuery("The request has no list: attach an M3U in the field 'playlist'.")
    folder = Path(form.folder) if form.folder else None
    if folder is not None and not folder.is_absolute():
        raise InvalidQuery(f"The folder {form.folder!r} is not absolute; begin it with a slash.")
    with engine().catalogue.session() as session:
        found = import_m3u(
            session,
            upload.stream.read(MOST_BYTES + 1),
            now(),
            name=form.name,
            file_name=upload.filename,
            moves=_moves(form.map),
            folder=folder,
            listener=me(),
        )
    return ImportedOut.of(found)


def _moves(texts: list[str]) -> Moves:
    return rewriting([_folders(text) for text in texts])


def _folders(text: str) -> tuple[Path, Path]:
    old, found, new = text.partition("=/")
    if not found:
        raise InvalidQuery(f"{text!r} names no two absolute folders; write /old=/new.")
    return Path(old), Path(f"/{new}")
