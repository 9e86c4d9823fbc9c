"""Musical keys as people write them, and which of them go together.

A key is a tonic and a mode. Its neighbours are those one step away on the circle of fifths: the
same key, a fifth up, a fifth down, and the relative key (A minor: E minor, D minor, C major). They
share all but one of their notes, which is why DJs mix between them; the Camelot wheel numbers the
circle from 1 to 12, A for minor and B for major, so that a step is a number up or down or the
other letter.
"""

import re
from typing import NamedTuple

from mir.errors import InvalidQuery

TONICS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_PITCH = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SHIFT = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_MINOR = {"m", "min", "minor"}
_WRITTEN = re.compile(r"([a-g])\s*([#♯b♭]?)\s*(|m|min|minor|maj|major)", re.IGNORECASE)
_CAMELOT = re.compile(r"(1[0-2]|[1-9])\s*([ab])", re.IGNORECASE)
_FIFTH = 7  # semitones
_RELATIVE = 9  # semitones from a major tonic up to that of the relative minor
_CAMELOT_OF_C = 8  # C major is 8B, A minor 8A


class Key(NamedTuple):
    """A key as the catalogue holds it."""

    tonic: str  # one of TONICS
    mode: str  # "major" or "minor"


def read_key(text: str) -> Key:
    """Return the key that a text names: Am, A minor, F#, Bb major, D♭m, or Camelot's 8A.

    A tonic alone is the major key. Capitals do not matter.

    Raises:
        InvalidQuery: it names none.
    """
    written = text.strip()
    if found := _CAMELOT.fullmatch(written):
        steps = int(found[1]) - _CAMELOT_OF_C
        minor = found[2].lower() == "a"
        return _key(_FIFTH * steps + (_RELATIVE if minor else 0), minor)
    if found := _WRITTEN.fullmatch(written):
        pitch = _PITCH[found[1].lower()] + _SHIFT[found[2].lower()]
        return _key(pitch, found[3].lower() in _MINOR)
    raise InvalidQuery(f"{text!r} names no key; write one as Am, F# major or 8A.")


def neighbours(key: Key) -> tuple[Key, ...]:
    """Return the key and those next to it: a fifth up, a fifth down, and the relative one."""
    pitch, minor = TONICS.index(key.tonic), key.mode == "minor"
    relative = pitch - _RELATIVE if minor else pitch + _RELATIVE
    return (
        key,
        _key(pitch + _FIFTH, minor),
        _key(pitch - _FIFTH, minor),
        _key(relative, not minor),
    )


def _key(pitch: int, minor: bool) -> Key:
    return Key(TONICS[pitch % 12], "minor" if minor else "major")
