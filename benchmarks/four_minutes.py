"""Tracks as people have them, for benchmarks of speed: mp3 of four minutes at 192 kbit/s."""

import random
from pathlib import Path

import numpy as np
from mixed_library import AUDIO
from transcoding import SAMPLE_RATE, read_stereo, write

from mir.audio.mp3_span import mp3_span

SECONDS = 240.0
_FRAME = 144 * 192_000 // SAMPLE_RATE  # bytes of each, at a constant bit rate


def encode(music: Path, folder: Path, count: int, seed: int) -> list[Path]:
    """Encode `count` tracks of `music` anew into `folder`, repeated until they are long enough."""
    found = sorted(path for path in music.rglob("*") if path.suffix.lower() in AUDIO)
    if len(found) < count:
        raise SystemExit(f"{music} holds {len(found)} audio files; {count} are wanted.")
    tracks = []
    for number, original in enumerate(random.Random(seed).sample(found, count)):
        sound = read_stereo(original, 0, SECONDS)
        sound = np.tile(sound, (int(-(-SECONDS * SAMPLE_RATE // len(sound))), 1))
        track = folder / f"{number:02}.mp3"
        write(track, sound[: int(SECONDS * SAMPLE_RATE)], "mp3", {"title": original.stem})
        tracks.append(track)
    return tracks


def vary(tracks: list[Path], folder: Path, count: int) -> list[Path]:
    """Write `count` files of as many sounds: `tracks` in turn, with more and more frames cut out.

    The frames go after the first one, which holds the encoder's notes; so nothing is encoded anew.
    """
    written = []
    for number in range(count):
        original = tracks[number % len(tracks)]
        content = original.read_bytes()
        with original.open("rb") as file:
            span = mp3_span(file)
        assert span is not None
        first_end = span[0] + _FRAME
        cut = _FRAME * (number // len(tracks))
        path = folder / f"{number:04}.mp3"
        path.write_bytes(content[:first_end] + content[first_end + cut :])
        written.append(path)
    return written
