"""Cuts pieces out of audio files and encodes them anew, for benchmarks, by FFmpeg (PyAV).

Deliberately not the product's own decoder: a benchmark that shared its faults could not see
them.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import IO

import av
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

SAMPLE_RATE = 48_000  # Hz; what every encoder below accepts

Stereo = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Format:
    """How FFmpeg writes files of a suffix."""

    container: str
    codec: str
    bit_rate: int | None = None


FORMATS: Mapping[str, Format] = {
    "mp3": Format("mp3", "libmp3lame", 192_000),
    "flac": Format("flac", "flac"),
    "opus": Format("ogg", "libopus", 96_000),
    "wav": Format("wav", "pcm_s16le"),
    "aiff": Format("aiff", "pcm_s16be"),
    "m4a": Format("ipod", "aac", 160_000),
    "alac.m4a": Format("ipod", "alac"),
    "wma": Format("asf", "wmav2", 128_000),
}
"""Every suffix that can be written (PyAV brings no encoder for Ogg Vorbis)."""


def read_stereo(path: Path, start: float, seconds: float) -> Stereo:
    """Decode (n, 2) float32 at `SAMPLE_RATE` from `start`; shorter where the file ends.

    The few files that FFmpeg refuses are read by libsndfile.
    """
    try:
        return _read_by_ffmpeg(path, start, seconds)
    except (av.error.InvalidDataError, av.error.ArgumentError):
        with soundfile.SoundFile(path) as file:
            file.seek(round(start * file.samplerate))
            samples = file.read(round(seconds * file.samplerate), "float32", always_2d=True)
            stereo = samples[:, [0, -1]]
            return soxr.resample(stereo, file.samplerate, SAMPLE_RATE).astype(np.float32)


def _read_by_ffmpeg(path: Path, start: float, seconds: float) -> Stereo:
    wanted = round(seconds * SAMPLE_RATE)
    blocks: list[Stereo] = []
    first: int | None = None  # position in the file of the first sample held
    with av.open(str(path), metadata_errors="replace") as container:
        stream = container.streams.audio[0]
        if start > 1:
            container.seek(int((start - 1) * av.time_base))
        resampler = av.AudioResampler("flt", "stereo", SAMPLE_RATE)
        held = 0
        for frame in container.decode(stream):
            if first is None:
                first = round(float(frame.time or 0.0) * SAMPLE_RATE)
            for part in resampler.resample(frame):
                block = part.to_ndarray().reshape(-1, 2)
                blocks.append(block)
                held += len(block)
            if first + held >= round(start * SAMPLE_RATE) + wanted:
                break
    if first is None:
        return np.empty((0, 2), np.float32)
    samples = np.concatenate(blocks)
    skip = max(0, round(start * SAMPLE_RATE) - first)
    return samples[skip : skip + wanted]


def encode(samples: Stereo, suffix: str, bit_rate: int | None = None) -> bytes:
    """Encode (n, 2) float32 at `SAMPLE_RATE`; `bit_rate` (bits/s) in place of the format's."""
    memory = io.BytesIO()
    _write(memory, samples, FORMATS[suffix], bit_rate, {})
    return memory.getvalue()


def write(path: Path, samples: Stereo, suffix: str, tags: Mapping[str, str]) -> None:
    """Write a file of that suffix, with FFmpeg's names of tags (title, artist, album, genre)."""
    with path.open("wb") as file:
        _write(file, samples, FORMATS[suffix], None, tags)


def _write(
    file: IO[bytes],
    samples: Stereo,
    form: Format,
    bit_rate: int | None,
    tags: Mapping[str, str],
) -> None:
    with av.open(file, "w", format=form.container) as output:
        output.metadata.update(tags)
        stream = output.add_stream(form.codec, rate=SAMPLE_RATE, layout="stereo")
        rate = bit_rate or form.bit_rate
        if rate is not None:
            stream.bit_rate = rate
        for start in range(0, len(samples), 4096):
            block = np.ascontiguousarray(np.clip(samples[start : start + 4096], -1, 1))
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), format="flt", layout="stereo")
            frame.sample_rate, frame.pts = SAMPLE_RATE, start
            frame.time_base = Fraction(1, SAMPLE_RATE)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
