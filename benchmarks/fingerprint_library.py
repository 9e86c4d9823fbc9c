"""A library to look for clips in: real tracks, and as many made-up ones as are asked for.

A made-up track is a real one's landmarks, moved up or down by some bins, played faster or slower,
or backwards. So it has as many landmarks as real music, in the same rhythms and with the same
favourites among the bins, fills the same buckets of an index, and is yet found by nobody who
looks for the real one: its pairs have other hashes, and a landmark three bins off is not met.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from kept_vectors import tracks_in

from mir.audio.decode import read_start
from mir.errors import AudioError
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Landmarks, landmarks
from mir.fingerprint.packing import VERSION, pack, unpack
from mir.fingerprint.peaks import Peaks
from mir.fingerprint.spectrum import BINS, SAMPLE_RATE

_LONGEST = 3_600  # seconds of a track that are heard
_AT_ONCE = 5_000  # made-up tracks added at a time
_MOVES = [bins for bins in range(-33, 34, 3) if bins]
_TEMPOS = (1.0, 0.87, 1.13, 0.94, 1.07)


@dataclass(frozen=True, slots=True)
class Track:
    """A track that was decoded: its id, its file, and where its samples are kept."""

    id: int
    path: Path
    kept: Path

    def sound(self) -> np.ndarray:
        """The whole track, (n,) float32 at SAMPLE_RATE."""
        return np.load(self.kept).astype(np.float32) / 32_767


def decoded(music: Path, cache: Path) -> list[Track]:
    """Every track of the folder `music`, decoded once, ids from 1; unreadable ones left out."""
    folder = cache / f"sound-{hashlib.sha256(os.fsencode(music.resolve())).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    tracks = []
    for path in tracks_in(music.resolve()):
        kept = folder / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}.npy"
        if not kept.exists():
            try:
                sound = read_start(path, SAMPLE_RATE, _LONGEST).samples
            except AudioError:
                continue
            aside = kept.with_suffix(".new.npy")
            np.save(aside, np.round(np.clip(sound, -1, 1) * 32_767).astype(np.int16))
            aside.rename(kept)
        tracks.append(Track(len(tracks) + 1, path, kept))
    return tracks


def packed_landmarks(tracks: Sequence[Track]) -> dict[int, bytes]:
    """The packed landmarks of every track by id; kept beside the sound, by their version."""
    packed = {}
    for track in tracks:
        kept = track.kept.with_suffix(f".landmarks-{VERSION}")
        if not kept.exists():
            kept.write_bytes(pack(landmarks(track.sound(), SAMPLE_RATE)))
        packed[track.id] = kept.read_bytes()
    return packed


def made_up(real: dict[int, bytes], count: int) -> Iterator[tuple[int, bytes]]:
    """`count` made-up tracks, ids from 1,000,001; ValueError if there are no such many ways."""
    ways = [(bins, tempo, back) for back in (False, True) for tempo in _TEMPOS for bins in _MOVES]
    if count > len(real) * len(ways):
        raise ValueError(f"{len(real)} tracks give {len(real) * len(ways)} made-up ones at most")
    sources = list(real.values())
    for number in range(count):
        bins, tempo, back = ways[number // len(sources)]
        heard = unpack(sources[number % len(sources)])
        yield 1_000_001 + number, pack(_otherwise(heard, bins, tempo, back))


def with_made_up(index: FingerprintIndex, real: dict[int, bytes], size: int) -> FingerprintIndex:
    """The index with made-up tracks added until it holds `size`."""
    some: dict[int, bytes] = {}
    for track, packed in made_up(real, max(0, size - len(index))):
        some[track] = packed
        if len(some) == _AT_ONCE:
            index, some = index.add(some), {}
    return index.add(some) if some else index


def _otherwise(heard: Landmarks, bins: int, tempo: float, back: bool) -> Landmarks:
    length = int(heard.length / tempo) + 1
    frames = (heard.peaks.frames / tempo).astype(np.int32)
    if back:
        frames = length - 1 - frames
    moved = heard.peaks.bins + bins
    inside = (moved >= 0) & (moved < BINS)
    frames, moved = frames[inside], moved[inside].astype(np.int32)
    order = np.lexsort((moved, frames))
    return Landmarks(length, Peaks(frames[order].astype(np.int32), moved[order]))
