"""Chroma as bytes, 720 for a minute, as the catalogue keeps them, and summaries.

Format 1, little endian:

| bytes | what |
|---|---|
| 0 | the format, 1 |
| 1 | the tuning in hundredths of a semitone, signed, -50 to 50 |
| 2 to 5 | the number of frames |
| then 6 a frame | twelve levels of four bits, C first, the earlier of two in the upper half |

A summary is its numbers as float16, little endian.
"""

import struct

import numpy as np

from mir.analysis import FloatArray
from mir.versions.chroma import Chroma

_FORMAT = 1
METHOD = f"chroma-{_FORMAT}"  # as the catalogue calls what is packed here, summaries included
_HEAD = struct.Struct("<BbI")


def pack(chroma: Chroma) -> bytes:
    """The bytes of a chroma; levels come back exactly, the tuning within 0.005 semitones."""
    levels = chroma.levels
    pairs = (levels[:, ::2] << 4) | levels[:, 1::2]
    return _HEAD.pack(_FORMAT, round(100 * chroma.tuning), len(levels)) + pairs.tobytes()


def unpack(packed: bytes) -> Chroma:
    """The chroma that `pack` packed; ValueError where they are damaged or of another format."""
    if len(packed) < _HEAD.size or packed[0] != _FORMAT:
        raise ValueError(
            f"chroma of {len(packed)} bytes do not begin with format {_FORMAT}; hear the track anew"
        )
    _, cents, frames = _HEAD.unpack_from(packed)
    if len(packed) != _HEAD.size + 6 * frames:
        raise ValueError(
            f"chroma of {frames} frames take {_HEAD.size + 6 * frames} bytes, "
            f"not {len(packed)}; hear the track anew"
        )
    pairs = np.frombuffer(packed, np.uint8, offset=_HEAD.size).reshape(frames, 6)
    levels = np.empty((frames, 12), np.uint8)
    levels[:, ::2], levels[:, 1::2] = pairs >> 4, pairs & 15
    return Chroma(levels, cents / 100)


def pack_summary(vector: FloatArray | None) -> bytes:
    """The bytes of a summary (`mir.versions.summary`); none where there is no pitch."""
    return b"" if vector is None else vector.astype("<f2").tobytes()
