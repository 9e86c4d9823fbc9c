"""Decodes files and clips to mono float32 at a rate of the caller's choice, a span at a time.

libsndfile reads what it can (it is fast and seeks exactly), FFmpeg the rest and what is damaged;
which one is found out by trying, never by the suffix. Only what was asked for is held in memory,
whatever a header claims. Every function raises AudioError with a text that names the file.
"""

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from typing import BinaryIO

from mir.analysis import FloatArray, Span
from mir.audio.info import AudioInfo
from mir.audio.mono import resampled
from mir.audio.pyav_reader import NoAudio, PyavReader
from mir.audio.soundfile_reader import CannotRead, SoundfileReader
from mir.audio.source import Source, name_of, not_audio, open_source
from mir.errors import AudioError

__all__ = [
    "AudioInfo",
    "Excerpt",
    "Source",
    "Span",
    "probe",
    "read_on",
    "read_one_by_one",
    "read_spans",
    "read_start",
    "read_start_at",
]

_SILENT_STRETCHES = 10  # in a row that give no sound, after which the rest of a file is given up
_MISSING = 0.1  # seconds that may lack at an end before another decoder is asked


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """Decoded sound: mono float32 `samples` (frames,), and the second that it starts at."""

    start: float
    samples: FloatArray


def probe(source: Source) -> AudioInfo:
    """What the header of `source` claims; nothing is decoded."""
    with _Decoder(source) as decoder:
        return decoder.info


def read_spans(source: Source, spans: Sequence[Span], sample_rate: int) -> list[Excerpt]:
    """The sound of each of `spans` at `sample_rate`, in the order given.

    An excerpt is never longer than its span, and shorter where the sound ends or is damaged;
    a span beyond the end gives no excerpt at all. If all claims of the header fail, the list
    may be empty; `read_start` then still finds what there is.
    """
    return list(read_one_by_one(source, spans, sample_rate))


def read_one_by_one(source: Source, spans: Sequence[Span], sample_rate: int) -> Iterator[Excerpt]:
    """As `read_spans`, but one after the other, so that only one is held at a time."""
    with _Decoder(source) as decoder:
        for span in spans:
            samples = decoder.read(span, sample_rate)
            if len(samples):
                yield Excerpt(span.start, samples)


def read_start(source: Source, sample_rate: int, max_seconds: float) -> Excerpt:
    """The sound from the start of `source`, at most `max_seconds`; AudioError if there is none."""
    (samples,) = read_start_at(source, [sample_rate], max_seconds)
    return Excerpt(0.0, samples)


def read_start_at(
    source: Source, sample_rates: Sequence[int], max_seconds: float
) -> list[FloatArray]:
    """The samples that `read_start` gives at each of `sample_rates`, decoded once for all."""
    with _Decoder(source) as decoder:
        signals = decoder.read_at(Span(0.0, max_seconds), sample_rates)
    if not all(map(len, signals)):
        raise AudioError(
            f"{name_of(source)} is too short or too damaged, no sound comes out of it; "
            "choose a file of at least one second"
        )
    return signals


def read_on(
    source: Source, sample_rate: int, seconds: float, within: Span | None = None
) -> Iterator[Excerpt]:
    """The sound of all of `source`, or of `within`, in stretches of which one is held at a time.

    Where the header claims a length, or `within` is given, the stretches are equal and up to
    `seconds` long. Stretches without any sound are left out. Ends where the claim ends, or with
    the sound where there is none.
    """
    with _Decoder(source) as decoder:
        start, length = (0.0, decoder.info.seconds) if within is None else astuple(within)
        end = None if length is None else start + length
        if length is not None:
            seconds = length / max(1, math.ceil(length / seconds - 1e-6))
        silent = 0
        while end is None or start < end - _MISSING:
            samples = decoder.read(Span(start, seconds), sample_rate)
            silent = 0 if len(samples) else silent + 1
            if silent and (end is None or silent == _SILENT_STRETCHES):
                return
            if len(samples):
                yield Excerpt(start, samples)
            start += seconds


_Reader = SoundfileReader | PyavReader


class _Decoder:
    """One source, its first reader, and a second one for what the first cannot give."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._stack = ExitStack()
        self._fallback: PyavReader | None = None
        self._fallback_failed = False

    def __enter__(self) -> "_Decoder":
        with self._stack:
            self._file: BinaryIO = self._stack.enter_context(open_source(self._source))
            self._reader: _Reader = self._first_reader()
            self.info = self._believable_info()
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _first_reader(self) -> _Reader:
        try:
            return self._stack.enter_context(SoundfileReader(self._file))
        except CannotRead:
            pass
        try:
            return self._stack.enter_context(PyavReader(self._file))
        except NoAudio:
            raise AudioError(
                f"{name_of(self._source)} has no audio in it, only pictures or data; "
                "choose a file with sound"
            ) from None
        except CannotRead:
            raise not_audio(self._source) from None

    def _believable_info(self) -> AudioInfo:
        if isinstance(self._reader, SoundfileReader) and self._reader.doubtful:
            other = self._other_reader()
            if other is not None and other.info.seconds is not None:
                return other.info
        return self._reader.info

    def _other_reader(self) -> PyavReader | None:
        if isinstance(self._reader, PyavReader) or self._fallback_failed:
            return None
        if self._fallback is None:
            try:
                # libsndfile reads by the descriptor of the first, so this needs its own.
                file = self._stack.enter_context(open_source(self._source))
                self._fallback = self._stack.enter_context(PyavReader(file))
            except (CannotRead, AudioError):
                self._fallback_failed = True
        return self._fallback

    def read(self, span: Span, sample_rate: int) -> FloatArray:
        """The sound of `span` (frames,) by whichever reader gives more of it."""
        (samples,) = self.read_at(span, [sample_rate])
        return samples

    def read_at(self, span: Span, sample_rates: Sequence[int]) -> list[FloatArray]:
        """As `read`, at each of `sample_rates`, all by the same reader."""
        signals, failed = _attempt(self._reader, span, sample_rates)
        end = span.start + span.seconds
        if self.info.seconds is not None:
            end = min(end, self.info.seconds)
        wanted = (end - span.start - _MISSING) * sample_rates[0]
        if failed or len(signals[0]) < wanted:
            other = self._other_reader()
            if other is not None:
                second, _ = _attempt(other, span, sample_rates)
                signals = max(signals, second, key=lambda each: len(each[0]))
        return [
            samples[: round(span.seconds * rate)]
            for samples, rate in zip(signals, sample_rates, strict=True)
        ]


def _attempt(
    reader: _Reader, span: Span, sample_rates: Sequence[int]
) -> tuple[list[FloatArray], bool]:
    """(signals, whether the reader stumbled); what came before the damage is kept."""
    stumbled = False

    def blocks() -> Iterator[FloatArray]:
        nonlocal stumbled
        try:
            yield from reader.blocks(max(0.0, span.start), span.seconds)
        except CannotRead:
            stumbled = True

    return resampled(blocks(), reader.rate, sample_rates), stumbled
