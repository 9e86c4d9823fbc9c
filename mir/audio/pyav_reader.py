"""Everything that FFmpeg knows: m4a, alac, wma and others; and what is damaged."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, BinaryIO, Self

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from mir.analysis import FloatArray
from mir.audio.containers import audio_stream, open_container, packets
from mir.audio.info import PLAUSIBLE_RATES, AudioInfo
from mir.audio.mono import mono
from mir.audio.soundfile_reader import CannotRead

_CONTAINERS = {"mov": "mp4"}
_SAMPLE_TYPES: dict[str, np.dtype[Any]] = {
    "u8": np.dtype(np.uint8),
    "s16": np.dtype(np.int16),
    "s32": np.dtype(np.int32),
    "s64": np.dtype(np.int64),
    "flt": np.dtype(np.float32),
    "dbl": np.dtype(np.float64),
}
_RUN_UP = 0.25  # seconds decoded before a start, since lossy codecs need a past
_SWALLOWED = 0.5  # seconds that a decoder may keep at the start: wma gives nothing for 92 ms
_PATIENCE = 5_000  # packets in a row without a sound, after which the rest is given up


class NoAudio(CannotRead):
    """A media file without any audio in it."""


class PyavReader:
    """One open file; `CannotRead` if FFmpeg does not know it, `NoAudio` if it is silent film."""

    def __init__(self, file: BinaryIO) -> None:
        """Look at the header of `file`, which stays open and belongs to the caller."""
        file.seek(0)
        self._opened = open_container(file)
        try:
            self._container = self._opened.__enter__()
        except (av.FFmpegError, ValueError, OSError) as error:
            raise CannotRead(str(error)) from error
        stream = audio_stream(self._container)
        if stream is None:
            other = bool(self._container.streams)
            self._opened.__exit__(None, None, None)
            raise NoAudio("no audio stream") if other else CannotRead("no streams")
        self._stream = stream
        self.rate: int = stream.codec_context.sample_rate or 0
        self._moved = False  # whether anything was read since the opening
        self._position: float | None = 0.0
        if self.rate not in PLAUSIBLE_RATES:
            self._opened.__exit__(None, None, None)
            raise CannotRead("no sample rate, or an absurd one")

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of FFmpeg's structures."""
        self._opened.__exit__(kind, error, trace)

    @property
    def info(self) -> AudioInfo:
        """What the header claims."""
        container, stream = self._container, self._stream
        seconds: float | None = None
        if stream.duration is not None and stream.time_base is not None:
            seconds = float(stream.duration * stream.time_base)
        elif container.duration is not None:
            seconds = container.duration / av.time_base
        first_name = container.format.name.split(",")[0]
        name = stream.codec_context.name
        codec = "pcm" if name.startswith("pcm_") else name.removesuffix("float")
        bit_rate = stream.codec_context.bit_rate or container.bit_rate
        return AudioInfo(
            seconds=seconds if seconds and seconds > 0 else None,
            sample_rate=self.rate,
            channels=stream.codec_context.channels,
            container=_CONTAINERS.get(first_name, first_name),
            codec=codec,
            bit_rate=bit_rate or None,
        )

    def blocks(self, start: float, seconds: float) -> Iterator[FloatArray]:
        """Mono blocks at `rate` from second `start`, `seconds` in all or less at the end.

        Damaged packets are left out. Where the container cannot seek, all before `start` is
        decoded and dropped. The start is exact within some milliseconds.
        """
        left = round(seconds * self.rate)
        begun = False
        for time, block in self._from(start):
            if not begun and 0 < time - start <= _SWALLOWED:
                # Without this, a span from the very start would lie earlier than its neighbours.
                block = np.concatenate(
                    [np.zeros(round((time - start) * self.rate), np.float32), block]
                )
                time = start
            begun = True
            skip = max(0, round((start - time) * self.rate))
            if skip >= len(block):
                continue
            block = block[skip : skip + left]
            left -= len(block)
            yield block
            if left <= 0:
                return

    def _from(self, start: float) -> Iterator[tuple[float, FloatArray]]:
        """(second, mono block) from `start` or somewhat before it on."""
        if start > 2 * _RUN_UP:
            found = False
            try:
                self._seek(start - _RUN_UP)
                for item in self._decoded(None):
                    found = True
                    yield item
            except av.FFmpegError:
                pass
            if found:
                return
        if self._moved:
            try:
                self._seek(0.0)
            except av.FFmpegError as error:
                raise CannotRead(str(error)) from error
        yield from self._decoded(0.0)

    def _seek(self, second: float) -> None:
        base = self._stream.time_base
        offset = second if base is None else round(second / base)
        origin = self._stream.start_time or 0
        self._container.seek(int(offset) + origin, stream=self._stream, backward=True)
        self._stream.codec_context.flush_buffers()
        self._moved = True

    def _decoded(self, time: float | None) -> Iterator[tuple[float, FloatArray]]:
        """(second, mono block) of every frame; where a frame bears no time, they are counted."""
        self._moved = True
        base, origin = self._stream.time_base, self._stream.start_time or 0
        soundless = 0
        for packet in packets(self._container, self._stream):
            try:
                frames = packet.decode()
            except (av.FFmpegError, EOFError):
                frames = []
            soundless = 0 if frames else soundless + 1
            if soundless > _PATIENCE:
                return
            for frame in frames:
                assert isinstance(frame, av.AudioFrame)
                if not frame.samples or frame.sample_rate not in PLAUSIBLE_RATES:
                    continue
                block = mono(_samples(frame))
                if frame.sample_rate != self.rate:  # joined streams may change it midway
                    block = soxr.resample(block, frame.sample_rate, self.rate)
                if frame.pts is not None and base is not None:
                    time = float((frame.pts - origin) * base)
                elif time is None:
                    time = 0.0
                yield time, block
                time += len(block) / self.rate


def _samples(frame: av.AudioFrame) -> NDArray[np.float32]:
    """(frames, channels) float32 in [-1, 1] of a frame in any sample format."""
    name, channels, count = frame.format.name, frame.layout.nb_channels, frame.samples
    dtype = _SAMPLE_TYPES[name.removesuffix("p")]
    if frame.format.is_planar:
        # Not `to_ndarray`: PyAV 18.1 believes in a ninth plane where there are eight.
        planes = frame.planes[:channels]
        table = np.stack(
            [np.frombuffer(memoryview(plane), dtype, count) for plane in planes], axis=1
        )
    else:
        interleaved = np.frombuffer(memoryview(frame.planes[0]), dtype, count * channels)
        table = interleaved.reshape(count, channels)
    if dtype.kind == "f":
        return table.astype(np.float32)
    half = np.float32(2.0 ** (8 * dtype.itemsize - 1))
    floats = table.astype(np.float32) / half
    return floats - np.float32(1) if dtype.kind == "u" else floats
