"""Music made up for tests: a wandering melody over chords, as sound and as chroma."""

import random

import numpy as np
from numpy.typing import NDArray

from mir.versions.chroma import LEVELS, Chroma

RATE = 8_000


def tones(seed: int, count: int) -> list[tuple[int, ...]]:
    """Chords of three or four notes, as MIDI numbers, that repeat no pattern."""
    draw = random.Random(seed)
    scale = (0, 2, 4, 5, 7, 9, 11)
    chords = []
    for _ in range(count):
        root = draw.randrange(7)
        notes = [48 + 12 * ((root + step) // 7) + scale[(root + step) % 7] for step in (0, 2, 4)]
        chords.append((*notes, 72 + draw.choice(scale)))
    return chords


def sound(
    chords: list[tuple[int, ...]], seconds: float, semitones: float = 0.0
) -> NDArray[np.float32]:
    """The chords one after the other, each `seconds` long, at `RATE`."""
    t = np.arange(round(seconds * RATE)) / RATE
    parts = []
    for chord in chords:
        part = np.zeros(len(t))
        for note in chord:
            hertz = 440 * 2 ** ((note + semitones - 69) / 12)
            for partial in (1, 2, 3):
                part += 0.5**partial * np.sin(2 * np.pi * hertz * partial * t)
        parts.append(part * np.minimum(1, 40 * t) * np.exp(-t))
    joined = np.concatenate(parts)
    return (0.7 * joined / np.abs(joined).max()).astype(np.float32)


def sequence(seed: int, frames: int) -> Chroma:
    """Chroma of music whose harmony changes every second or so, without any sound."""
    draw = np.random.default_rng(seed)
    levels = np.zeros((0, 12), np.uint8)
    while len(levels) < frames:
        chord = np.zeros(12)
        chord[draw.choice(12, 4, replace=False)] = draw.uniform(0.5, 1, 4)
        chord += draw.uniform(0, 0.2, 12)
        held = np.tile(chord / chord.max(), (int(draw.integers(1, 5)), 1))
        levels = np.concatenate([levels, np.round(LEVELS * held).astype(np.uint8)])
    return Chroma(levels[:frames])


def transposed(chroma: Chroma, semitones: int) -> Chroma:
    """The same music that much higher."""
    return Chroma(np.roll(chroma.levels, semitones, axis=1))


def faster(chroma: Chroma, tempo: float) -> Chroma:
    """The same music at `tempo` times its tempo."""
    at = np.arange(int(len(chroma.levels) / tempo)) * tempo
    return Chroma(chroma.levels[np.minimum(at.astype(int), len(chroma.levels) - 1)])
