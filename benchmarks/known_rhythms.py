"""Rhythms whose tempo is known: drums alone, and a band whose key is known, too."""

import random

from drum_styles import Style
from fluidsynth import DRUMS, Note

_KIT = {"k": 36, "s": 38, "r": 37, "c": 39, "h": 42, "o": 46, "p": 44, "d": 51, "t": 45, "u": 50}
_KIT |= {"m": 70, "l": 75, "g": 64, "q": 54, "w": 76}  # shaker, claves, conga, tambourine, block
_LOUD = {"k": 110, "s": 105, "h": 70, "d": 75, "m": 60, "p": 60, "o": 75}
BASS, CHORDS, LEAD = 0, 1, 2  # channels

# Semitones of each chord's root above the tonic and its kind (third; seventh or none).
MAJOR = (0, 4, 7)
MINOR = (0, 3, 7)
SEVENTH = (0, 4, 7, 10)
Chord = tuple[int, tuple[int, ...]]
PROGRESSIONS: dict[str, list[list[Chord]]] = {
    "major": [
        [(0, MAJOR), (7, MAJOR), (9, MINOR), (5, MAJOR)],
        [(0, MAJOR), (5, MAJOR), (7, SEVENTH), (0, MAJOR)],
        [(0, MAJOR), (9, MINOR), (2, MINOR), (7, SEVENTH)],
        [(0, MAJOR), (9, MINOR), (5, MAJOR), (7, MAJOR)],
        [(0, MAJOR), (0, MAJOR), (5, MAJOR), (0, MAJOR), (7, SEVENTH), (5, MAJOR), (0, MAJOR)],
        [(0, MAJOR), (4, MINOR), (5, MAJOR), (7, MAJOR)],
        [(2, MINOR), (7, SEVENTH), (0, MAJOR), (0, MAJOR)],
        [(0, MAJOR), (10, MAJOR), (5, MAJOR), (0, MAJOR)],
    ],
    "minor": [
        [(0, MINOR), (5, MINOR), (7, SEVENTH), (0, MINOR)],
        [(0, MINOR), (10, MAJOR), (8, MAJOR), (7, MAJOR)],
        [(0, MINOR), (0, MINOR), (8, MAJOR), (10, MAJOR)],
        [(0, MINOR), (5, MINOR), (0, MINOR), (7, MINOR)],
        [(0, MINOR), (3, MAJOR), (5, MINOR), (7, SEVENTH)],
        [(0, MINOR), (8, MAJOR), (5, MINOR), (7, MAJOR)],
        [(0, MINOR), (10, MAJOR), (0, MINOR), (10, MAJOR)],
        [(0, MINOR), (0, MINOR), (5, MINOR), (0, MINOR), (8, MAJOR), (7, SEVENTH), (0, MINOR)],
    ],
}
_SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}


def drums(style: Style, bars: int) -> list[Note]:
    """The drums of so many bars."""
    return [
        Note(at, 0.2, _KIT[drum], DRUMS, round(loud * _LOUD.get(drum, 80)))
        for drum, row in style.drums.items()
        for at, loud in _strokes(style, row, bars)
    ]


def band(style: Style, bars: int, tonic: int, mode: str, which: int, melody: int) -> list[Note]:
    """Drums, bass and chords, one chord a bar; with a wandering melody where its seed is not 0."""
    notes = drums(style, bars)
    progression = PROGRESSIONS[mode][which]
    for row, channel, loud in ((style.bass, BASS, 100), (style.chords, CHORDS, 75)):
        step = style.beats / len(row)
        for at, force in _strokes(style, row, bars):
            root, kind = progression[int(at / style.beats + 1e-6) % len(progression)]
            root = (tonic + root) % 12
            low = [28 + (root - 4) % 12]  # E1 upward
            high = [52 + (root + each - 4) % 12 for each in kind]  # about E3 to E4
            length = 0.95 * step if len(row) > 1 else style.beats
            for pitch in low if channel == BASS else high:
                notes.append(Note(at, length, pitch, channel, round(force * loud)))
    if melody:
        draw, at, place = random.Random(melody), 0.0, 7
        while at < bars * style.beats:
            octave, degree = divmod(place, 7)
            pitch = 60 + tonic % 12 + 12 * (octave - 1) + _SCALES[mode][degree]
            length = draw.choice((0.5, 1.0, 1.0, 1.5, 2.0))
            if draw.random() < 0.8:
                notes.append(Note(at, 0.9 * length, pitch, LEAD, 85))
            at, place = at + length, min(14, max(2, place + draw.choice((-2, -1, -1, 1, 1, 2, 0))))
    return notes


def clicks(bars: int) -> list[Note]:
    """A wood block on every beat."""
    return [Note(beat, 0.1, _KIT["w"], DRUMS, 100) for beat in range(4 * bars)]


def _strokes(style: Style, row: str, bars: int) -> list[tuple[float, float]]:
    step = style.beats / len(row)
    return [
        (bar * style.beats + place * step, 1.0 if stroke == "x" else 0.5)
        for bar in range(bars)
        for place, stroke in enumerate(row)
        if stroke != "."
    ]
