"""Landmarks as bytes, as the catalogue keeps them: two for a peak, and eight in front.

| bytes | what |
|---|---|
| 0 | version of the format and of the ear: 1 |
| 1 to 3 | zero |
| 4 to 7 | frames of the spectrogram, little-endian |
| from 8 | words of 16 bits, little-endian, one for each peak in the order of time, then frequency |

A word holds the bin in its upper 9 bits and in its lower 7 the frames since the word before
(since frame 0 for the first). A step of 127 goes on: the word is no peak, only time passing.
"""

import struct

import numpy as np
from numpy.typing import NDArray

from mir.errors import FingerprintError
from mir.fingerprint.landmarks import Landmarks
from mir.fingerprint.peaks import Peaks
from mir.fingerprint.spectrum import FRAME_RATE

VERSION = 1
METHOD = f"landmarks-{VERSION}"  # as the catalogue calls what is packed here

_HEADER = struct.Struct("<BxxxI")
_PAUSE = 127  # the step that is no peak


def pack(heard: Landmarks) -> bytes:
    """`heard` as bytes; `unpack` gives the same back."""
    steps = np.diff(heard.peaks.frames, prepend=np.int32(0))
    pauses = steps // _PAUSE
    words = np.full(int(pauses.sum()) + len(steps), _PAUSE, np.uint16)
    places = np.arange(len(steps)) + np.cumsum(pauses)
    words[places] = (heard.peaks.bins << 7) | (steps % _PAUSE)
    return _HEADER.pack(VERSION, heard.length) + words.astype("<u2").tobytes()


def unpack(packed: bytes) -> Landmarks:
    """The landmarks in `packed`; FingerprintError if it is damaged or of another version."""
    if len(packed) < _HEADER.size or len(packed) % 2:
        raise FingerprintError(
            f"A fingerprint of {len(packed)} bytes is cut short; hear the recording anew."
        )
    version, length = _HEADER.unpack_from(packed)
    if version != VERSION:
        raise FingerprintError(
            f"A fingerprint has version {version}, this program reads {VERSION}; "
            "hear the recording anew."
        )
    found = from_words(np.frombuffer(packed, "<u2", offset=_HEADER.size))
    if len(found) and found.frames[-1] >= length:
        raise FingerprintError(
            f"A fingerprint has a peak at frame {found.frames[-1]} of {length}; "
            "hear the recording anew."
        )
    return Landmarks(length, found)


def seconds_of(packed: bytes) -> float:
    """How long the recording is whose landmarks these are."""
    return float(_HEADER.unpack_from(packed)[1]) / FRAME_RATE


def words_of(packed: bytes) -> NDArray[np.uint16]:
    """The words of packed landmarks without what stands in front."""
    return np.frombuffer(packed, "<u2", offset=_HEADER.size).astype(np.uint16)


def from_words(words: NDArray[np.uint16]) -> Peaks:
    """The peaks that `words` (n,) stand for."""
    steps = words & 127
    frames = np.cumsum(steps, dtype=np.int32)
    bins = (words >> 7).astype(np.int32)
    real = steps != _PAUSE
    return Peaks(frames, bins) if real.all() else Peaks(frames[real], bins[real])
