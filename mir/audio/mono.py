"""Channels to one, and one sample rate to another, in blocks."""

from collections.abc import Iterable, Sequence

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


def resampled(
    blocks: Iterable[FloatArray], rate: int, sample_rates: Sequence[int]
) -> list[FloatArray]:
    """Join mono `blocks` at `rate` into one signal at each of `sample_rates` (soxr, high quality).

    The blocks are gone through once; a signal is the same whatever other rates are asked for.
    """
    streams = [
        None if rate == wanted else soxr.ResampleStream(rate, wanted, 1, dtype="float32")
        for wanted in sample_rates
    ]
    parts: list[list[FloatArray]] = [[] for _ in streams]
    for block in blocks:
        for stream, part in zip(streams, parts, strict=True):
            part.append(block if stream is None else stream.resample_chunk(block))
    rest = np.zeros(0, dtype=np.float32)
    for stream, part in zip(streams, parts, strict=True):
        part.append(rest if stream is None else stream.resample_chunk(rest, last=True))
    return [np.concatenate(part) for part in parts]
