"""How a track looks and what is heard in it over time: made when asked for, and kept for a while.

Whoever asks for what a browser already has is told so before anything is decoded.
"""

from collections.abc import Callable

from flask import Response, make_response, request

from mir.analysis import Span
from mir.catalogue.tracks import Track
from web.api.describe import reply
from web.context import Drawn, context, engine
from web.media import file_of, find_track
from web.schemas import OverTimeOut, WaveformOut

_KEEP = 3600  # seconds that a browser may keep a picture without asking
_FORM = "1"  # of the pictures; another one makes browsers ask for them anew


def waveform(track_id: int) -> Response:
    """The waveform of the track as JSON; NotFound without its file, AudioError without sound."""
    track = find_track(track_id)

    def make() -> Response:
        drawn = _drawn(track)
        return reply(
            WaveformOut(seconds=drawn.seconds, peaks=list(drawn.peaks), levels=list(drawn.levels))
        )

    return _kept(f"{track.audio_hash}-{_FORM}", make)


def mel(track_id: int) -> Response:
    """The mel spectrogram of the track as a PNG; NotFound and AudioError as `waveform`."""
    track = find_track(track_id)

    def make() -> Response:
        response = make_response(_drawn(track).mel)
        response.mimetype = "image/png"
        return response

    return _kept(f"{track.audio_hash}-mel-{_FORM}", make)


def over_time(track: Track, model_id: str) -> OverTimeOut:
    """What that model hears in the track as it goes on; also ModelError where it is gone."""
    from mir.over_time import OverTime, hear_over_time  # late: a server starts without decoders

    key = track.audio_hash, model_id
    file = file_of(track)

    def hear() -> OverTime:
        embedder = engine().embedder(model_id)
        return hear_over_time(file, embedder, track.seconds, _within(track))

    def wait() -> OverTime:
        with context().picture_desk.seat():
            return context().times.get(key, hear)  # somebody may have heard it meanwhile

    return OverTimeOut.of(context().times.get(key, wait))


def _drawn(track: Track) -> Drawn:
    from mir.picture import draw, mel_png  # late: a server starts without decoders

    file = file_of(track)

    def make() -> Drawn:
        picture = draw(file, track.seconds, _within(track))
        return Drawn(
            picture.seconds,
            tuple(round(float(each), 3) for each in picture.peaks),
            tuple(round(float(each), 3) for each in picture.levels),
            mel_png(picture),
        )

    def wait() -> Drawn:
        with context().picture_desk.seat():
            return context().pictures.get(track.audio_hash, make)

    return context().pictures.get(track.audio_hash, wait)


def _within(track: Track) -> Span | None:
    if track.span is None:
        return None
    start, end = track.span
    return Span(start, end - start)


def _kept(etag: str, make: Callable[[], Response]) -> Response:
    known = request.if_none_match.contains(etag)
    response = Response(status=304) if known else make()
    response.cache_control.private = True
    response.cache_control.max_age = _KEEP
    response.set_etag(etag)
    return response
