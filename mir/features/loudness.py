"""Integrated loudness after ITU-R BS.1770-4, in LUFS, of what the other features hear.

That is the mono mix (the mean of the channels) in the band below 8 kHz. Against the loudness of
the stereo programme it therefore reads about 3 dB less where both channels are alike, up to 6 dB
less where they have nothing in common, and what lies above 8 kHz is left out. It is meant
for comparing recordings with each other, not for certifying a broadcast.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray

_STEP = 0.1  # seconds; a block is four of them, and blocks overlap by three quarters
_STEPS_PER_BLOCK = 4
_SILENCE = -70.0  # LUFS: the absolute gate
_RELATIVE_GATE = -10.0  # LU below the mean of what passed the absolute one
_OFFSET = -0.691  # dB: makes the filter's gain at 997 Hz come out at nothing


def integrated(passages: Sequence[FloatArray], sample_rate: int) -> float | None:
    """Loudness of several passages of one recording, or None where all is silent.

    passages: (n,) samples each, mono; those shorter than one block of 400 ms count as
    one block. Blocks never reach across a seam.
    """
    blocks = [_block_powers(each, sample_rate) for each in passages if len(each)]
    power = np.concatenate(blocks) if blocks else np.zeros(0)
    power = power[power > _power(_SILENCE)]
    if not len(power):
        return None
    threshold = float(power.mean()) * 10 ** (_RELATIVE_GATE / 10)
    loud = power[power > threshold]
    return _OFFSET + 10 * math.log10(float(loud.mean()))


@lru_cache(maxsize=8)
def k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """The standard's two filters as second-order sections, shape (2, 6).

    BS.1770 lists coefficients for 48 kHz only. They are those of a high shelf and a high pass
    with the analogue parameters below (Mansbridge, Finn and Reiss 2012), brought to any
    sample rate by the bilinear transform; at 48 kHz the standard's own numbers come out.
    """
    shelf_hz, shelf_gain, shelf_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773

    k = math.tan(math.pi * shelf_hz / sample_rate)
    high = 10 ** (shelf_gain / 20)
    middle = high**0.4996667741545416
    scale = 1 + k / shelf_q + k * k
    shelf = [
        (high + middle * k / shelf_q + k * k) / scale,
        2 * (k * k - high) / scale,
        (high - middle * k / shelf_q + k * k) / scale,
        1.0,
        2 * (k * k - 1) / scale,
        (1 - k / shelf_q + k * k) / scale,
    ]
    k = math.tan(math.pi * pass_hz / sample_rate)
    scale = 1 + k / pass_q + k * k
    high_pass = [1.0, -2.0, 1.0, 1.0, 2 * (k * k - 1) / scale, (1 - k / pass_q + k * k) / scale]
    return np.array([shelf, high_pass])


def _block_powers(samples: FloatArray, sample_rate: int) -> NDArray[np.float64]:
    """Mean square of the weighted signal in each block of 400 ms."""
    import scipy.signal  # late: 50 MB and half a second that only hearing needs

    weighted = scipy.signal.sosfilt(k_weighting(sample_rate), samples)
    step = round(_STEP * sample_rate)
    steps = len(weighted) // step
    if steps < _STEPS_PER_BLOCK:
        return np.array([np.dot(weighted, weighted) / len(weighted)])
    cut = weighted[: steps * step].reshape(steps, step)
    energy = np.einsum("ij,ij->i", cut, cut)
    running = np.cumsum(np.concatenate(([0.0], energy)))
    return (running[_STEPS_PER_BLOCK:] - running[:-_STEPS_PER_BLOCK]) / (_STEPS_PER_BLOCK * step)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET) / 10))
