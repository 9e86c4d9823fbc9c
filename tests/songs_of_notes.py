"""Songs of `random_notes` as files, and clips cut out of them: music that is known by its sound."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from random_notes import random_notes
from small_library import write_audio

from mir.analysis import Tags

RATE = 22_050
SECONDS = 30.0  # of a song

Stretch = tuple[int, float, float]
"""A piece of the song of a seed: (seed, second where it starts, seconds)."""


def stretch(
    seed: int, start: float, seconds: float, sample_rate: int = RATE
) -> NDArray[np.float32]:
    """That piece of the song of that seed: (frames,)."""
    return random_notes(seed, start + seconds, sample_rate)[round(start * sample_rate) :]


def write_song(path: Path, seed: int, tags: Tags | None = None, seconds: float = SECONDS) -> Path:
    """The song of that seed, from its start, as the suffix of `path` asks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_audio(path, random_notes(seed, seconds, RATE)[:, None], RATE, tags)


def write_mix(path: Path, *stretches: Stretch) -> Path:
    """Pieces of songs, one after the other, as the suffix of `path` asks."""
    return write_audio(path, np.concatenate([stretch(*each) for each in stretches])[:, None], RATE)
