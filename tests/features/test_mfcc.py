"""MFCC statistics are librosa's."""

import numpy as np
import pytest

from mir.features import mfcc
from mir.features.descriptors import decibels
from mir.features.mel import FeatureSpec, mel_spectrogram

SPEC = FeatureSpec()


@pytest.fixture
def mel() -> np.ndarray:
    noise = np.random.default_rng(5)
    t = np.arange(5 * SPEC.sample_rate) / SPEC.sample_rate
    sweep = np.sin(2 * np.pi * (100 + 600 * t) * t) * np.exp(-t)
    sound = 0.3 * sweep + 0.01 * noise.standard_normal(len(t))
    sound[-SPEC.sample_rate :] = 0  # silence, so that the range of 80 dB matters
    return mel_spectrogram(sound.astype(np.float32), SPEC)


def test_decibels_are_librosas(mel: np.ndarray) -> None:
    import librosa

    np.testing.assert_allclose(decibels([mel])[0], librosa.power_to_db(mel), atol=1e-3)


def test_mean_and_deviation_are_librosas(mel: np.ndarray) -> None:
    import librosa

    reference = librosa.feature.mfcc(S=librosa.power_to_db(mel.T), n_mfcc=20)
    mean, std = mfcc.statistics(decibels([mel]))
    np.testing.assert_allclose(mean, reference.mean(axis=1), atol=2e-3)
    np.testing.assert_allclose(std, reference.std(axis=1), atol=2e-3)


def test_frames_of_all_passages_count_alike(mel: np.ndarray) -> None:
    whole = mfcc.statistics(decibels([mel]))
    cut = mfcc.statistics(decibels([mel[:50], mel[50:]]))
    np.testing.assert_allclose(cut, whole, atol=1e-4)


def test_nothing_gives_nothing() -> None:
    assert mfcc.statistics([]) == ((), ())
