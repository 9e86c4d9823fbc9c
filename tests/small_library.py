"""Little music libraries, made on the spot and always the same: one line in a test.

    paths = small_library(tmp_path, tracks=6, formats=("flac", "mp3"))

The music is synthetic but behaves like music: a chord progression, a bass, a beat and some
noise, all drawn from a seed, so that two seeds sound clearly different in tempo, key and timbre.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from tag_writing import write_tags

from mir.analysis import Tags

FORMATS = ("mp3", "flac", "ogg", "opus", "wav", "aiff", "m4a", "alac.m4a", "wma")
"""Every suffix that `write_audio` can encode."""

_SOUNDFILE = {
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "wav": ("WAV", "PCM_16"),
    "aiff": ("AIFF", "PCM_16"),
}
_PYAV = {
    "mp3": ("mp3", "libmp3lame", "fltp"),
    "m4a": ("ipod", "aac", "fltp"),
    "alac.m4a": ("ipod", "alac", "s16p"),
    "wma": ("asf", "wmav2", "fltp"),
}
_LAYOUTS = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}
_BLOCK = 1 << 16  # frames; libsndfile's Vorbis encoder overflows the stack on long writes

_PROGRESSIONS = (
    (0, 5, 7, 0),
    (0, 9, 5, 7),
    (9, 5, 0, 7),
    (2, 7, 0, 0),
    (0, 3, 8, 10),
    (0, 10, 8, 7),
)
_ARTISTS = ("Ada Quill", "The Böhm Quartet", "Mira & the Tides", "Oslo Nord", "Pío Vega")
_GENRES = (
    ("Rock",),
    ("Jazz", "Fusion"),
    ("Ambient",),
    ("Folk",),
    ("Electronic", "House"),
    ("Metal",),
)


def song(
    seed: int, seconds: float, sample_rate: int = 44_100, channels: int = 2
) -> NDArray[np.float32]:
    """Music-like sound of that seed: (frames, channels) float32 within [-1, 1].

    A longer song of the same seed begins like the shorter one.
    """
    rng = np.random.default_rng(seed)
    tempo = rng.uniform(70, 170)
    root = 110.0 * 2 ** (rng.integers(12) / 12)
    chords = _PROGRESSIONS[rng.integers(len(_PROGRESSIONS))]
    third = int(rng.choice((3, 4)))
    partials = rng.uniform(0, 1, 6) * np.exp(-np.arange(6) * rng.uniform(0.2, 1.2))
    decay = rng.uniform(0.5, 8.0)
    hats, noise = rng.uniform(0, 0.3), rng.uniform(0, 0.02)

    frames = round(seconds * sample_rate)
    time = np.arange(frames) / sample_rate
    beat = time * tempo / 60
    phase = beat % 1 * 60 / tempo  # seconds since the beat
    chord = np.asarray(chords)[(beat // 4).astype(int) % len(chords)]
    melody = rng.choice((0, third, 7, 12), 64)[(beat * 2).astype(int) % 64]

    def tone(semitones: NDArray[np.int64], octave: float) -> NDArray[np.float64]:
        frequency = root * octave * 2 ** (semitones / 12)
        angle = 2 * np.pi * np.cumsum(frequency) / sample_rate
        return np.asarray(sum(a * np.sin((n + 1) * angle) for n, a in enumerate(partials)))

    harmony = sum(tone(chord + interval, 2) for interval in (0, third, 7)) * np.exp(-phase * decay)
    bass = tone(chord, 0.5) * 0.8
    lead = tone(chord + melody, 4) * np.exp(-(beat * 2 % 1) * 3) * 0.7
    kick = np.sin(2 * np.pi * 50 * phase) * np.exp(-phase * 18) * 2
    white = np.random.default_rng(seed + 1_000_003).standard_normal(frames)
    percussion = white * (hats * np.exp(-(beat * 2 % 1) * 12) * 3 + noise)
    left = harmony * 0.5 + bass + lead + kick + percussion
    right = harmony * 0.5 + bass + lead * 0.5 + kick - percussion * 0.5
    # A fixed gain, not the peak: the beginning must not depend on the length.
    mix = np.tanh(0.25 * np.stack([left, right], axis=1))
    columns = [mix.mean(axis=1)] if channels == 1 else [mix[:, c % 2] for c in range(channels)]
    return np.stack(columns, axis=1).astype(np.float32)


def audio_suffix(path: Path) -> str:
    """The suffix of `path` that says how to encode it, such as `mp3` or `alac.m4a`."""
    name = path.name.lower()
    for suffix in sorted(FORMATS, key=len, reverse=True):
        if name.endswith("." + suffix):
            return suffix
    raise ValueError(f"{path.name} does not end in one of {', '.join(FORMATS)}")


def write_audio(
    path: Path,
    samples: NDArray[np.float32],
    sample_rate: int,
    tags: Tags | None = None,
    *,
    cover: bytes | None = None,
    bit_rate: int | None = None,
) -> Path:
    """Encode `samples`, (frames,) or (frames, channels) in [-1, 1], as the suffix of `path` asks.

    `bit_rate` (bits per second) concerns mp3, m4a and wma. Opus is resampled to 48 kHz.
    """
    columns = np.asarray(samples, dtype=np.float32).reshape(len(samples), -1)
    suffix = audio_suffix(path)
    if suffix in _SOUNDFILE:
        if suffix == "opus" and sample_rate != 48_000:
            columns, sample_rate = soxr.resample(columns, sample_rate, 48_000), 48_000
        container, subtype = _SOUNDFILE[suffix]
        with soundfile.SoundFile(
            path, "w", sample_rate, columns.shape[1], subtype, format=container
        ) as file:
            for start in range(0, len(columns), _BLOCK):
                file.write(columns[start : start + _BLOCK])
    else:
        _encode(path, columns, sample_rate, *_PYAV[suffix], bit_rate)
    if tags is not None or cover is not None:
        write_tags(path, tags or Tags(), cover=cover)
    return path


def _encode(
    path: Path,
    samples: NDArray[np.float32],
    sample_rate: int,
    container: str,
    codec: str,
    sample_format: str,
    bit_rate: int | None,
) -> None:
    layout = _LAYOUTS[samples.shape[1]]
    with path.open("wb") as raw, av.open(raw, "w", format=container) as output:
        stream = output.add_stream(codec, rate=sample_rate, layout=layout, format=sample_format)
        if bit_rate is not None or codec == "wmav2":  # which has no default that it accepts
            stream.bit_rate = bit_rate or 96_000
        for start in range(0, len(samples), 1024):
            # Interleaved, which PyAV turns into what the codec wants: its planar frames
            # believe in a ninth channel where there are eight.
            block = np.ascontiguousarray(samples[start : start + 1024]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="flt", layout=layout)
            frame.sample_rate, frame.pts = sample_rate, start
            frame.time_base = Fraction(1, sample_rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def track_tags(number: int) -> Tags:
    """The tags that the `number`-th track (from 0) of every little library bears."""
    artist = _ARTISTS[number % len(_ARTISTS)]
    return Tags(
        title=f"Song {number + 1}",
        artists=(artist,),
        album=f"Album {number // 3 + 1}",
        album_artist=artist,
        genres=_GENRES[number % len(_GENRES)],
        year=1970 + number % 50,
        track_number=number % 3 + 1,
        disc_number=1,
    )


def small_library(
    folder: Path,
    tracks: int = 4,
    formats: Sequence[str] = ("flac", "mp3"),
    seconds: float = 4.0,
    *,
    sample_rate: int = 22_050,
    channels: int = 2,
) -> list[Path]:
    """Write `tracks` tagged songs below `folder`, one subfolder an album; formats take turns.

    Track n is `song(n)` with `track_tags(n)`, whatever the number of tracks.
    """
    paths = []
    for number in range(tracks):
        tags = track_tags(number)
        album = folder / f"{tags.album}"
        album.mkdir(parents=True, exist_ok=True)
        path = album / f"{number + 1:02} {tags.title}.{formats[number % len(formats)]}"
        samples = song(number, seconds, sample_rate, channels)
        paths.append(write_audio(path, samples, sample_rate, tags))
    return paths
