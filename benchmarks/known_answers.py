"""Made-up music whose tempo or key is known: drum patterns and chord progressions."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

RATE = 16_000  # Hz
TEMPI = (60, 72, 85, 93, 100, 110, 120, 128, 140, 150, 160, 174, 180)  # BPM

Pattern = tuple[int, tuple[tuple[float, str], ...]]  # beats in a bar; (beat, drum) of each hit
Sound = NDArray[np.float32]

_LENGTHS = {"kick": 3000, "snare": 2500, "hat": 800, "click": 400}  # samples


def _hats(beats: int, each: int) -> tuple[tuple[float, str], ...]:
    return tuple((step / each, "hat") for step in range(beats * each))


PATTERNS: Mapping[str, Pattern] = {
    "click": (1, ((0, "click"),)),
    "four on the floor": (
        4,
        tuple((i, "kick") for i in range(4)) + tuple((i + 0.5, "hat") for i in range(4)),
    ),
    "rock, quavers": (4, ((0, "kick"), (2, "kick"), (1, "snare"), (3, "snare"), *_hats(4, 2))),
    "rock, semiquavers": (
        4,
        ((0, "kick"), (1.75, "kick"), (2.5, "kick"), (1, "snare"), (3, "snare"), *_hats(4, 4)),
    ),
    "3/4": (3, ((0, "kick"), (1, "hat"), (2, "hat"))),
    "5/4": (5, ((0, "kick"), (3, "kick"), (1, "snare"), (4, "snare"), *_hats(5, 1))),
    "6/8": (2, ((0, "kick"), (1, "snare"), *_hats(2, 3))),
    "7/4": (7, ((0, "kick"), (4, "kick"), (2, "snare"), (6, "snare"), *_hats(7, 1))),
    "swing": (
        4,
        (
            *((0, "kick"), (2, "kick"), (1, "snare"), (3, "snare")),
            *(*_hats(4, 1), (1.667, "hat"), (3.667, "hat")),
        ),
    ),
}


def rhythm(pattern: Pattern, bpm: float, seconds: float, late: float = 0.0) -> Sound:
    """The pattern played again and again over a little noise; `late` seconds into the first bar."""
    beats, hits = pattern
    noise = np.random.default_rng(1)
    sound = noise.standard_normal(int(seconds * RATE)) * 0.003
    bar = -late
    while bar < seconds:
        for beat, drum in hits:
            at = int((bar + beat * 60 / bpm) * RATE)
            if 0 <= at < len(sound):
                hit = _hit(drum, noise)[: len(sound) - at]
                sound[at : at + len(hit)] += hit
        bar += beats * 60 / bpm
    return (0.5 * sound).astype(np.float32)


def _hit(drum: str, noise: np.random.Generator) -> NDArray[np.float64]:
    t = np.arange(_LENGTHS[drum]) / RATE
    if drum == "kick":
        return np.sin(2 * np.pi * (55 + 80 * np.exp(-40 * t)) * t) * np.exp(-18 * t)
    if drum == "snare":
        return noise.standard_normal(len(t)) * np.exp(-22 * t) * 0.5
    if drum == "hat":
        return np.diff(noise.standard_normal(len(t)), prepend=0) * np.exp(-70 * t) * 0.25
    return np.sin(2 * np.pi * 1000 * t) * np.exp(-60 * t)


_CHORDS = {  # root above the tonic, semitones of its third
    "major": ((0, 4), (5, 4), (7, 4), (0, 4), (9, 3), (2, 3), (7, 4), (0, 4)),
    "minor": ((0, 3), (5, 3), (7, 4), (0, 3), (8, 4), (3, 4), (7, 4), (0, 3)),
}


def progression(tonic: int, mode: str, tuning: float) -> Sound:
    """Eight chords of one second in a key; `tuning` in semitones beside A = 440 Hz."""
    t = np.arange(RATE) / RATE
    chords = []
    for root, third in _CHORDS[mode]:
        pitches = [36 + (tonic + root) % 12]
        pitches += [60 + (tonic + root + step) % 12 for step in (0, third, 7)]
        tones = np.zeros(RATE)
        for pitch in pitches:
            hertz = 440 * 2 ** ((pitch - 69 + tuning) / 12)
            for partial in range(1, 8):
                tones += 0.7**partial * np.sin(2 * np.pi * hertz * partial * t)
        chords.append(tones * np.exp(-1.2 * t))
    joined = np.concatenate(chords)
    return (0.5 * joined / np.abs(joined).max()).astype(np.float32)
