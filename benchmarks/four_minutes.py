"""Tracks as people have them, for benchmarks of speed: mp3 of four minutes at 192 kbit/s."""

import random
from pathlib import Path

import numpy as np
from mixed_library import AUDIO
from transcoding import SAMPLE_RATE, read_stereo, write

SECONDS = 240.0


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
    """Write `count` files of as many sounds: `tracks` in turn, with more and more cut off.

    An mp3 without its first bytes is one that begins with the next frame, so nothing is encoded.
    """
    written = []
    for number in range(count):
        content = tracks[number % len(tracks)].read_bytes()
        skipped = 2_000 + 4_000 * (number // len(tracks))  # bytes: four frames a time
        path = folder / f"{number:04}.mp3"
        path.write_bytes(content[skipped:])
        written.append(path)
    return written
