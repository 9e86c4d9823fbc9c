"""Channels to one, and one sample rate to another, in blocks."""

from collections.abc import Iterable

import numpy as np
import soxr
from numpy.typing import NDArray

from mir.analysis import FloatArray


def mono(block: NDArray[np.float32]) -> FloatArray:
    """The mean of the channels: (frames, channels) -> (frames,); what is not finite becomes 0.

    The mean, and not a mixer's law: swresample's mono is 3 dB louder for stereo and 13 dB for
    eight channels, so that what is heard would depend on the decoder.
    """
    channels = block.shape[1]
    if channels == 1:
        mean = block[:, 0].copy()  # never a view: readers use their block again
    else:
        # Damaged float files hold infinities and NaN; they are put right just below.
        with np.errstate(all="ignore"):
            mean = block @ np.full(channels, 1 / channels, dtype=np.float32)
    if not np.isfinite(mean).all():
        mean = np.nan_to_num(mean, nan=0.0, posinf=0.0, neginf=0.0)
    return mean


def resampled(blocks: Iterable[FloatArray], rate: int, sample_rate: int) -> FloatArray:
    """Join mono `blocks` at `rate` into one signal at `sample_rate` (soxr, high quality)."""
    if rate == sample_rate:
        parts = list(blocks)
    else:
        stream = soxr.ResampleStream(rate, sample_rate, 1, dtype="float32")
        parts = [stream.resample_chunk(block) for block in blocks]
        parts.append(stream.resample_chunk(np.zeros(0, dtype=np.float32), last=True))
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)
