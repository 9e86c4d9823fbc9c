"""All descriptors of one recording together."""

import math
import time

import numpy as np

from mir.features.descriptors import describe
from mir.features.mel import FeatureSpec, mel_spectrogram

SPEC = FeatureSpec()


def _music(seconds: float) -> np.ndarray:
    """A minor chord struck twice a second."""
    t = np.arange(int(seconds * SPEC.sample_rate)) / SPEC.sample_rate
    tones = sum(np.sin(2 * np.pi * hertz * t) for hertz in (220.0, 261.63, 329.63, 440.0))
    return (0.1 * tones * np.exp(-6 * (t % 0.5))).astype(np.float32)


def _describe(*passages: np.ndarray):  # noqa: ANN202
    return describe(passages, [mel_spectrogram(each, SPEC) for each in passages], SPEC)


def test_every_field_is_filled_and_in_range() -> None:
    found = _describe(_music(20), _music(20))
    assert found.tempo is not None
    assert abs(found.tempo - 120) < 1
    assert (found.key, found.mode) == ("A", "minor")
    for confidence in (found.tempo_confidence, found.key_confidence):
        assert confidence is not None
        assert 0 <= confidence <= 1
    assert found.loudness is not None
    assert -40 < found.loudness < 0
    assert len(found.mfcc_mean) == len(found.mfcc_std) == 20


def test_silence_is_described_without_a_claim() -> None:
    found = _describe(np.zeros(5 * SPEC.sample_rate, np.float32))
    assert found.tempo is found.key is found.mode is found.loudness is None
    assert found.tempo_confidence is found.key_confidence is None
    assert all(math.isfinite(value) for value in found.mfcc_mean + found.mfcc_std)


def test_a_second_and_a_single_sample_can_be_described() -> None:
    assert len(_describe(_music(1.0)).mfcc_mean) == 20
    assert len(_describe(np.array([0.5], np.float32)).mfcc_mean) == 20


def test_sixty_seconds_cost_little() -> None:
    """The aim is 15 ms of CPU; ten times that is a defect on any machine."""
    passages = [_music(20)] * 3
    mels = [mel_spectrogram(each, SPEC) for each in passages]
    describe(passages, mels, SPEC)
    costs = []
    for _ in range(3):
        begin = time.process_time()
        describe(passages, mels, SPEC)
        costs.append(time.process_time() - begin)
    assert min(costs) < 0.15
