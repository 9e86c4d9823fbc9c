"""The spectrogram that landmarks are picked from: 8 kHz, windows of 128 ms, every 32 ms.

A telephone passes 300 to 3400 Hz and every codec keeps that band, so nothing above 4 kHz is
looked at. The long window tells neighbouring notes apart and lets a room's echo blur little.
"""

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray

SAMPLE_RATE = 8_000  # Hz
WINDOW = 1_024  # samples
HOP = 256  # samples
FRAME_RATE = SAMPLE_RATE / HOP  # frames a second: 31.25
BINS = WINDOW // 2  # of 7.8 Hz each; the last, at 4 kHz itself, is left out

_BLOCK = 256  # frames per transform, so that it stays in a core's cache
_SILENCE = 1e-12  # power that is added, 120 dB below a full-scale tone's


def power_spectrogram(samples: FloatArray) -> FloatArray:
    """Log power of a mono signal, (frames, BINS) float32, in dB; 0 is a full-scale sinusoid's.

    samples: (n,) float32 at `SAMPLE_RATE`. Frame i is centred on sample i * HOP; beyond both
    ends there is silence.
    """
    import scipy.fft  # late: a server starts without transforms

    window = _window()
    padded = np.pad(samples, WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    power = np.empty((len(frames), BINS), np.float32)
    for start in range(0, len(frames), _BLOCK):
        spectrum = scipy.fft.rfft(frames[start : start + _BLOCK] * window, axis=1)[:, :BINS]
        power[start : start + _BLOCK] = spectrum.real**2 + spectrum.imag**2
    power += _SILENCE
    np.log10(power, out=power)
    power *= 10
    return power


def _window() -> NDArray[np.float32]:
    """Hann's window, scaled so that a full-scale sinusoid in the middle of a bin has power 1."""
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    return (hann * 2 / hann.sum()).astype(np.float32)
