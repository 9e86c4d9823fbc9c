"""Bytes out: a track's audio in ranges or coded anew, its cover, and a drawn one without."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from flask import Response, make_response, request, send_file, stream_with_context
from werkzeug.wsgi import wrap_file

from mir.analysis import Span
from mir.audio.folder_cover import read_folder_cover
from mir.audio.forms import MIME as MIME_OF
from mir.audio.forms import Form
from mir.audio.tags import read_cover
from mir.catalogue import tracks
from mir.catalogue.tracks import Track
from mir.errors import AudioError, InvalidQuery, NotFound
from web import artwork
from web.context import context, engine
from web.mime import mime_type
from web.schemas import showable
from web.stretch import Stretch

_PICTURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
}
_LONGER = 5.0  # seconds by which a file may be longer than was said of it
_KEEP = 3600  # seconds that a browser may keep a picture without asking

_ONE_RANGE = re.compile(r"bytes=\s*(\d+-\d*|-\d+)")


def find_track(track_id: int, model_id: str | None = None) -> Track:
    """The track with that id as that model, or else the active one, hears it; NotFound."""
    with engine().catalogue.session() as session:
        return tracks.get(session, track_id, model_id)


def audio(track_id: int) -> Response:
    """The bytes of the track's file, whole or in the range asked for; NotFound."""
    track = find_track(track_id)
    path, facts = _present(track)
    asked = request.headers.get("Range")
    if asked is not None and not _ONE_RANGE.fullmatch(asked.strip()):
        # Several ranges serve no player, and units and forms that are not known are to be
        # ignored (RFC 9110, 14.2).
        del request.environ["HTTP_RANGE"]
    response = send_file(
        path,
        mimetype=mime_type(track.container, path),
        download_name=showable(path.name),
        conditional=True,
        etag=f"{track.audio_hash}-{facts.st_size:x}-{facts.st_mtime_ns:x}",
        last_modified=facts.st_mtime,
        max_age=0,
    )
    asked_for = response.content_range
    if response.status_code == 206 and asked_for.start is not None and asked_for.stop is not None:
        stretch = Stretch(path.open("rb"), asked_for.start, asked_for.stop)
        response.response.close()  # type: ignore[union-attr]
        response.response = wrap_file(request.environ, cast(IO[bytes], stretch))
    return response


def coded_audio(track_id: int, form: Form, start: float) -> Response:
    """The track's sound from second `start` of it on, coded while it is sent.

    Raises NotFound, InvalidQuery where the track ends before `start`, AudioError, and Busy.
    """
    from mir.audio.transcode import transcode  # it brings FFmpeg along

    track = find_track(track_id)
    path, _ = _present(track)
    if start >= track.seconds:
        raise InvalidQuery(
            f"Track {track_id} ends at second {track.seconds:.1f}; begin before it, "
            f"not at {start:g}."
        )
    begin, end = track.span or (0.0, track.seconds + _LONGER)
    pieces = _seated(transcode(path, form, Span(begin + start, end - begin - start)))
    next(pieces)  # what goes wrong is said before anything is sent
    return Response(stream_with_context(pieces), mimetype=MIME_OF[form])


def _seated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Nothing, then the pieces, made at a desk that few sit at; whoever goes away leaves it."""
    with context().coding_desk.seat():
        first = next(pieces)
        yield b""
        yield first
        yield from pieces


def own_cover(track_id: int) -> Response:
    """The picture in or beside the track's file; NotFound without one that a browser shows."""
    track = find_track(track_id)
    found = _cover(track)
    if found is None:
        raise NotFound(f"Track {track_id} has no cover picture in its file nor beside it.")
    data, mime = found
    return _picture(data, mime, track)


def any_cover(track_id: int) -> Response:
    """The picture in or beside the track's file, or one drawn from how the track sounds."""
    track = find_track(track_id)
    try:
        found = _cover(track)
    except NotFound:
        found = None  # the file is away (a disk not mounted); the page still wants a picture
    data, mime = found or (artwork.draw(track).encode(), "image/svg+xml")
    return _picture(data, mime, track)


def file_of(track: Track) -> Path:
    """The first of the track's files that can be read; NotFound where there is none."""
    return _present(track)[0]


def is_present(track: Track) -> bool:
    """Whether one of the track's files can be read."""
    try:
        _present(track)
    except NotFound:
        return False
    return True


def _present(track: Track) -> tuple[Path, os.stat_result]:
    for path in track.paths:
        try:
            facts = path.stat()
            if path.is_file() and os.access(path, os.R_OK):
                return path, facts
        except OSError:
            continue
    raise NotFound(
        f"The file of track {track.id} is not on the disk: mount it, or run 'mir index' "
        "on its folder."
    )


def _cover(track: Track) -> tuple[bytes, str] | None:
    path, _ = _present(track)
    try:
        cover = read_cover(path)
    except AudioError:
        cover = None
    cover = cover or read_folder_cover(path)
    if cover is None:
        return None
    # What the tag claims is not trusted: only real pictures that cannot carry scripts go out.
    data = bytes(cover.data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return data, "image/webp"
    kinds = [mime for magic, mime in _PICTURES.items() if data.startswith(magic)]
    return (data, kinds[0]) if kinds else None


def _picture(data: bytes, mime: str, track: Track) -> Response:
    response = make_response(data)
    response.mimetype = mime
    response.cache_control.private = True
    response.cache_control.max_age = _KEEP
    response.set_etag(f"{track.audio_hash}-{len(data):x}")
    response.make_conditional(request)
    return response
