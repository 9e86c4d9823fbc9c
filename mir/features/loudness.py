"""Integrated loudness after ITU-R BS.1770-4, in LUFS, of what the other features hear.

That is the mono mix (the mean of the channels) in the band below 8 kHz. Against the loudness of
the stereo programme it therefore reads about 3 dB less where both channels are alike, up to 6 dB
less where they have nothing in common, and what lies above 8 kHz is left out. It is meant
for comparing recordings with each other, not for certifying a broadcast.

The filters are laid over the spectra of steps of 100 ms instead of being run over the samples,
which takes a third of the time: on 150 tracks of many kinds both differed by less than 0.03 LU
(95 % of them), and by 0.12 at most.
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
    step = round(_STEP * sample_rate)
    steps = len(samples) // step
    if steps < _STEPS_PER_BLOCK:
        return np.array([_mean_squares(samples[None], sample_rate).mean()])
    energy = _mean_squares(samples[: steps * step].reshape(steps, step), sample_rate)
    running = np.cumsum(np.concatenate(([0.0], energy)))
    return (running[_STEPS_PER_BLOCK:] - running[:-_STEPS_PER_BLOCK]) / _STEPS_PER_BLOCK


def _mean_squares(cut: FloatArray, sample_rate: int) -> NDArray[np.float64]:
    """Mean square of each row of (steps, samples) as weighted by the filters: (steps,)."""
    import scipy.fft  # late, for programs that do not hear

    spectrum = scipy.fft.rfft(cut, axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    return (power @ _gains(cut.shape[1], sample_rate)).astype(np.float64)


@lru_cache(maxsize=8)
def _gains(size: int, sample_rate: int) -> NDArray[np.float32]:
    """What the power in each bin of a transform of `size` adds to the weighted mean square."""
    delay = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)  # by one sample, at each bin
    response = np.ones(len(delay), dtype=complex)
    for b0, b1, b2, a0, a1, a2 in k_weighting(sample_rate):
        response *= (b0 + b1 * delay + b2 * delay**2) / (a0 + a1 * delay + a2 * delay**2)
    gains = 2.0 * np.abs(response) ** 2 / size**2  # each bin stands for its mirror image, too
    gains[0] /= 2
    if size % 2 == 0:
        gains[-1] /= 2
    return gains.astype(np.float32)


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET) / 10))
