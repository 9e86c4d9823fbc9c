"""Do two recordings have the same sound at a place: all of it, or a loop that both use?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfiltfilt

from mir.fingerprint.spectrum import SAMPLE_RATE

SAME = 0.9  # correlation of the same sound
SHARED = 0.15  # of a loop under other voices; by chance .05 at most

_SLACK = 0.25  # seconds that a place may be wrong
_PIECE = 2.0  # seconds in which a loop is looked for
_LOOP = 4.0  # seconds around the place: a loop may begin anywhere in its period
_BAND = butter(4, [1500, 3900], "bandpass", fs=SAMPLE_RATE, output="sos")

Sound = NDArray[np.float32]


def is_same(clip: Sound, other: Sound, offset: float) -> bool:
    """Whether a recording has the very sound of a clip at about that second."""
    return _best(clip, _around(other, offset, len(clip), _SLACK)) >= SAME


def shares_sound(clip: Sound, other: Sound, offset: float) -> bool:
    """Whether most pieces of a clip have a waveform in common with a recording near that second.

    Compared above 1500 Hz, where two waveforms in phase over seconds are no accident of pitch.
    """
    length = round(_PIECE * SAMPLE_RATE)
    pieces = np.split(clip[: len(clip) // length * length], max(1, len(clip) // length))
    found = []
    for number, piece in enumerate(pieces):
        part = _around(other, offset + number * _PIECE, len(piece), _LOOP)
        if len(part) >= len(piece) >= length:
            alike = _best(_high(piece), _high(part))
            found.append(alike >= SHARED)
    return bool(found) and float(np.mean(found)) > 0.5


def _around(sound: Sound, offset: float, length: int, slack: float) -> Sound:
    first = round((offset - slack) * SAMPLE_RATE)
    return sound[max(0, first) : max(0, first + length + round(2 * slack * SAMPLE_RATE))]


def _high(sound: Sound) -> Sound:
    return sosfiltfilt(_BAND, sound).astype(np.float32)


def _best(clip: Sound, part: Sound) -> float:
    """The largest correlation, in [0, 1], of the clip with a stretch of the part; 0 if too long."""
    if len(part) < len(clip):
        return 0.0
    products = fftconvolve(part, clip[::-1], "valid")
    sums = np.concatenate([[0], np.cumsum(part.astype(np.float64) ** 2)])
    energies = sums[len(clip) :] - sums[: -len(clip)]
    norms = np.sqrt(np.maximum(energies * float((clip.astype(np.float64) ** 2).sum()), 1e-12))
    return float((np.abs(products) / norms).max())
