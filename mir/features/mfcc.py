"""Mel-frequency cepstral coefficients: the shape of the spectrum, as 20 numbers and their spread.

Definition: `librosa.feature.mfcc(S=decibels, n_mfcc=20)`, a type-II orthonormal cosine transform
over the mel bands of each frame, then the mean and the (population) standard deviation over frames.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray

COEFFICIENTS = 20


def statistics(decibels: Sequence[FloatArray]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation of each coefficient over the frames of all passages.

    decibels: (frames, bands) each, mel power in dB. Returns two tuples of 20; empty ones
    where there are no frames.
    """
    frames = np.concatenate(decibels) if decibels else np.zeros((0, 1), np.float32)
    if not len(frames):
        return (), ()
    cepstrum = frames @ _cosines(frames.shape[1])
    mean = cepstrum.mean(axis=0, dtype=np.float64)
    std = cepstrum.std(axis=0, dtype=np.float64)
    return tuple(map(float, mean)), tuple(map(float, std))


@lru_cache(maxsize=4)
def _cosines(bands: int) -> NDArray[np.float32]:
    """The transform as a matrix, shape (bands, 20)."""
    band = np.arange(bands)[:, None] + 0.5
    cosines = np.cos(np.pi / bands * band * np.arange(COEFFICIENTS)[None, :])
    cosines *= np.sqrt(2.0 / bands)
    cosines[:, 0] = np.sqrt(1.0 / bands)
    return cosines.astype(np.float32)
