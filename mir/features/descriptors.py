"""The measured properties of a recording, joined: tempo, key, loudness and timbre.

Each has its own module, which says what it means and how sure it is. All are taken over
several passages of one recording, and nothing is measured across the seam of two.
"""

from collections.abc import Sequence

import numpy as np

from mir.analysis import Descriptors, FloatArray
from mir.features import key, loudness, mfcc, tempo
from mir.features.mel import FeatureSpec

_FAINTEST = 1e-10  # mel power below which decibels are not told apart
_TEN = np.float32(10.0)
_RANGE = 80.0  # dB below the loudest band of the recording: what is fainter counts as that faint


def describe(
    excerpts: Sequence[FloatArray], mels: Sequence[FloatArray], spec: FeatureSpec
) -> Descriptors:
    """Measure one recording, given as passages of samples and their mel power spectrograms.

    excerpts: (n,) float32 mono samples at `spec.sample_rate` each; mels: (frames, n_mels)
    each, of `mir.features.mel.mel_spectrogram` over the same passages. Silence has
    no tempo, key or loudness, and its coefficients are those of the faintest sound.
    """
    levels = decibels(mels)
    pulse = tempo.estimate(levels, spec.frame_rate)
    tonality = key.estimate(excerpts, spec.sample_rate)
    mean, std = mfcc.statistics(levels)
    return Descriptors(
        tempo=pulse.bpm if pulse else None,
        tempo_confidence=pulse.confidence if pulse else None,
        key=tonality.name if tonality else None,
        mode=tonality.mode if tonality else None,
        key_confidence=tonality.confidence if tonality else None,
        loudness=loudness.integrated(excerpts, spec.sample_rate),
        mfcc_mean=mean,
        mfcc_std=std,
    )


def decibels(mels: Sequence[FloatArray]) -> list[FloatArray]:
    """Mel power in decibels, as `librosa.power_to_db` with its defaults (top_db=80, ref=1).

    The range is counted from the loudest band of all passages, so that they stay comparable.
    """
    levels = [np.log10(np.maximum(mel, _FAINTEST), dtype=np.float32) * _TEN for mel in mels]
    loudest = max((float(level.max()) for level in levels if level.size), default=0.0)
    for level in levels:
        np.maximum(level, loudest - _RANGE, out=level)
    return levels
