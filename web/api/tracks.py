"""Tracks as things: lists, one of them, its sound and its cover."""

from flask import Response

from mir.errors import InvalidQuery
from mir.search.browse import browse
from web import media, pictures
from web.api.describe import binary, blueprint, problems, reply
from web.context import engine
from web.mime import MIME
from web.schemas import (
    AudioQuery,
    OverTimeOut,
    TrackOut,
    TrackPath,
    TracksOut,
    TracksQuery,
    WaveformOut,
)

api = blueprint("tracks", "Tracks as things: lists, one of them, its sound, its cover.")
_AUDIO = sorted(set(MIME.values()))


@api.get("/tracks", summary="The tracks of the library", responses={200: TracksOut})
def list_tracks(query: TracksQuery) -> Response:
    """Tracks that pass the filter and hold the text, in an order; by artist, album and number."""
    return reply(page_of_tracks(query))


@api.get("/tracks/<int:track_id>", summary="One track", responses={200: TrackOut, **problems(404)})
def one_track(path: TrackPath) -> Response:
    """All that is known of the track."""
    return reply(TrackOut.of(media.find_track(path.track_id, engine().view().model_id)))


@api.get(
    "/tracks/<int:track_id>/audio",
    summary="The sound of a track",
    responses={
        200: binary("The whole file.", *_AUDIO),
        206: binary("The range asked for.", *_AUDIO),
        **problems(404, 416),
    },
)
def track_audio(path: TrackPath, query: AudioQuery) -> Response:
    """The file as it is on the disk; takes a `Range` of bytes and conditional requests.

    A track inside a file has the bytes of all of it: what is its own lies from `start` to `end`.
    With `form`, the track alone in stereo, coded while it is sent, for what a browser cannot play:
    from second `start` of it on, for at most ten minutes. What follows is asked for by `start`.
    """
    if query.form is None:
        if query.start:
            raise InvalidQuery("'start' goes with 'form'; of the file itself ask for a Range.")
        return media.audio(path.track_id)
    return media.coded_audio(path.track_id, query.form, query.start)


@api.get(
    "/tracks/<int:track_id>/cover",
    summary="The cover of a track",
    responses={
        200: binary("The picture.", "image/jpeg", "image/png", "image/gif", "image/webp"),
        **problems(404),
    },
)
def track_cover(path: TrackPath) -> Response:
    """The picture embedded in the track's file or, without one, the cover that lies beside it."""
    return media.own_cover(path.track_id)


@api.get(
    "/tracks/<int:track_id>/waveform",
    summary="The waveform of a track",
    responses={200: WaveformOut, **problems(404)},
)
def track_waveform(path: TrackPath) -> Response:
    """Up to a thousand columns; one second of each, beyond twenty minutes of music.

    Made when it is first asked for, which takes a second for five minutes of music.
    """
    return pictures.waveform(path.track_id)


@api.get(
    "/tracks/<int:track_id>/mel",
    summary="The mel spectrogram of a track",
    responses={200: binary("The picture.", "image/png"), **problems(404)},
)
def track_mel(path: TrackPath) -> Response:
    """96 bands up to 8 kHz, the highest at the top, in the columns of the waveform."""
    return pictures.mel(path.track_id)


@api.get(
    "/tracks/<int:track_id>/over-time",
    summary="What the model hears in a track over time",
    responses={200: OverTimeOut, **problems(404)},
)
def track_over_time(path: TrackPath) -> Response:
    """Genres, moods and feeling in each of up to 60 passages of six seconds or more.

    The track is heard for this; of a passage of more than 18 seconds its middle.
    """
    model_id = engine().view().model_id
    return reply(pictures.over_time(media.find_track(path.track_id, model_id), model_id))


def page_of_tracks(query: TracksQuery) -> TracksOut:
    """The page of tracks that the query asks for."""
    found = browse(
        engine(), query.filter(), query.q, query.sort, offset=query.offset, limit=query.limit
    )
    return TracksOut(
        tracks=[TrackOut.of(track) for track in found.items],
        total=found.total,
        offset=query.offset,
    )
