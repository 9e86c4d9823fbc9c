"""A recording in a form that browsers play, coded while it is sent: Opus in Ogg, or mp3."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain

import av
from av.audio.fifo import AudioFifo
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer

from mir.analysis import Span
from mir.audio.containers import audio_stream, open_container, packets
from mir.audio.forms import Form
from mir.audio.info import PLAUSIBLE_RATES
from mir.audio.source import Source, name_of, not_audio, open_source
from mir.errors import AudioError

LONGEST = 600.0  # seconds made at once: what follows is asked for when it is needed

_CODECS = {"opus": ("ogg", "libopus", "s16"), "mp3": ("mp3", "libmp3lame", "s16p")}
_BIT_RATES = {"opus": 128_000, "mp3": 192_000}  # bits per second, in stereo
_RATE = 48_000  # Hz
_FRAMES = {"opus": 960, "mp3": 1_152}  # samples that the encoder takes at once
_RUN_UP = 0.25  # seconds decoded before the start, since lossy codecs need a past


def transcode(source: Source, form: Form, span: Span) -> Iterator[bytes]:
    """The sound of `span`, of which `LONGEST` seconds at most, in stereo at 48 kHz, piece by piece.

    It begins within a sample of `span.start` where the file's times are true. Little is held at
    a time. Damaged stretches are left out. Raises AudioError before the first piece, if
    there is no sound to send.
    """
    with ExitStack() as stack:
        file = stack.enter_context(open_source(source))
        try:
            container = stack.enter_context(open_container(file))
        except (av.FFmpegError, ValueError, OSError):
            raise not_audio(source) from None
        stream = audio_stream(container)
        if stream is None:
            raise not_audio(source)
        yield from _coded(source, container, stream, form, span)


class _Pieces:
    """What the muxer writes into, from which is taken what is ready."""

    def __init__(self) -> None:
        self._ready = bytearray()

    def write(self, data: bytes) -> int:
        self._ready += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._ready)
        self._ready.clear()
        return taken


def _coded(
    source: Source, container: InputContainer, stream: AudioStream, form: Form, span: Span
) -> Iterator[bytes]:
    """The pieces; they begin when there is a first sound, so that an error can be told."""
    name, codec, layout = _CODECS[form]
    left = round(min(span.seconds, LONGEST) * _RATE)
    pieces, fifo = _Pieces(), AudioFifo()
    frames = _resampled(container, stream, span.start, layout)
    first = next(frames, None)
    if first is None:
        raise AudioError(
            f"{name_of(source)} gives no sound from second {span.start:.0f} on; "
            "choose an earlier one"
        )
    with av.open(pieces, "w", format=name) as output:
        encoder = output.add_stream(codec, rate=_RATE, layout="stereo", format=layout)
        assert isinstance(encoder, AudioStream)
        encoder.bit_rate = _BIT_RATES[form]
        fifo.write(first)
        done = 0
        while left > 0:
            size = min(_FRAMES[form], left)
            frame = fifo.read(size)
            if frame is None:
                following = next(frames, None)
                if following is not None:
                    fifo.write(following)
                    continue
                frame = fifo.read(size, partial=True)
                if frame is None:
                    break
            left -= frame.samples
            done = _encode(output, encoder, frame, done)
            if ready := pieces.take():
                yield ready
        output.mux(encoder.encode(None))
    yield pieces.take()


def _encode(output: OutputContainer, encoder: AudioStream, frame: av.AudioFrame, done: int) -> int:
    """Encode a frame that begins `done` samples after the beginning; where the next one does."""
    frame.pts, frame.time_base, frame.sample_rate = done, Fraction(1, _RATE), _RATE
    output.mux(encoder.encode(frame))
    return done + frame.samples


def _resampled(
    container: InputContainer, stream: AudioStream, start: float, layout: str
) -> Iterator[av.AudioFrame]:
    """Frames in stereo at `_RATE` from second `start` on."""
    decoded = _decoded(container, stream, start)
    first = next(decoded, None)
    if first is None:
        return
    time, frame = first
    skip = max(0, round((start - time) * _RATE))  # samples before the start
    for made in _converted(chain([frame], (later for _, later in decoded)), layout):
        if skip >= made.samples:
            skip -= made.samples
            continue
        yield _without(made, skip) if skip else made
        skip = 0


def _converted(frames: Iterable[av.AudioFrame], layout: str) -> Iterator[av.AudioFrame]:
    """The frames in stereo at `_RATE`, whatever they are in: joined and damaged files change."""
    resampler: AudioResampler | None = None
    known: tuple[str, str, int] | None = None
    for frame in chain(frames, [None]):
        kind = None if frame is None else _kind(frame)
        made: list[av.AudioFrame] = []
        if resampler is not None and kind != known:
            made += resampler.resample(None)
            resampler = None
        if frame is not None:
            resampler = resampler or AudioResampler(format=layout, layout="stereo", rate=_RATE)
            known = kind
            frame.pts = None  # the samples are counted: times may leap
            made += resampler.resample(frame)
        for each in made:
            each.pts = None
            yield each


def _kind(frame: av.AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _without(frame: av.AudioFrame, samples: int) -> av.AudioFrame:
    """The frame without so many samples of its beginning."""
    fifo = AudioFifo()
    fifo.write(frame)
    fifo.read(samples)
    rest = fifo.read()
    assert rest is not None
    rest.pts = None
    return rest


def _decoded(
    container: InputContainer, stream: AudioStream, start: float
) -> Iterator[tuple[float, av.AudioFrame]]:
    """(second, frame) from `start` or somewhat before it on."""
    base, origin = stream.time_base, stream.start_time or 0
    time: float | None = 0.0
    if start > 2 * _RUN_UP and base is not None:
        try:
            offset = round((start - _RUN_UP) / base) + origin
            container.seek(offset, stream=stream, backward=True)
            time = None
        except av.FFmpegError:
            pass  # no way to go there: all before it is decoded and dropped
    for packet in packets(container, stream):
        try:
            frames = packet.decode()
        except (av.FFmpegError, EOFError):
            continue
        for frame in frames:
            assert isinstance(frame, av.AudioFrame)
            if not frame.samples or frame.sample_rate not in PLAUSIBLE_RATES:
                continue
            if frame.pts is not None and base is not None:
                time = float((frame.pts - origin) * base)
            elif time is None:
                time = start
            length = frame.samples / frame.sample_rate
            if time + length > start - 2 * _RUN_UP:
                yield time, frame
            time += length
