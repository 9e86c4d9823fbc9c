"""Chroma of many files, kept in one file, so that asking again is free."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mir.audio.decode import read_start
from mir.errors import AudioError
from mir.versions.chroma import Chroma, chroma
from mir.versions.packing import pack, unpack

RATE = 16_000  # Hz that files are decoded to
LONGEST = 240.0  # seconds that are heard of a file


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of what was heard anew, and how many seconds of sound that was."""

    decoding: float = 0.0
    chroma: float = 0.0
    sound: float = 0.0


def chroma_of(
    paths: Sequence[Path], kept: Path, progress: Callable[[int, str], None]
) -> tuple[dict[Path, Chroma], Cost]:
    """Chroma of the first minutes of files by path, from `kept` (an .npz) or heard anew.

    What cannot be heard is left out.
    """
    packed: dict[str, np.ndarray] = {}
    if kept.is_file():
        with np.load(kept) as stored:
            packed = dict(stored)
    decoding = hearing = sound = 0.0
    for number, path in enumerate(paths):
        if str(path) in packed:
            continue
        progress(number, path.name)
        begin = time.process_time()
        try:
            samples = read_start(path, RATE, LONGEST).samples
        except AudioError:
            continue
        middle = time.process_time()
        packed[str(path)] = np.frombuffer(pack(chroma(samples, RATE)), np.uint8)
        decoding, hearing = decoding + middle - begin, hearing + time.process_time() - middle
        sound += len(samples) / RATE
    if sound:
        np.savez(kept, **packed)
    found = {path: unpack(packed[str(path)].tobytes()) for path in paths if str(path) in packed}
    return found, Cost(decoding, hearing, sound)
