import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.features.patches import PATCH_FRAMES, cut_patches, network_input

SPEC = FeatureSpec()


@pytest.mark.parametrize("samples", [1, 255, 16_000, 150_001])
def test_agrees_with_librosa(samples: int) -> None:
    signal = np.random.default_rng(samples).standard_normal(samples).astype(np.float32) * 0.2
    signal = np.pad(signal, (0, max(0, 512 - samples)))  # librosa warns below one window
    reference = librosa.feature.melspectrogram(
        y=signal, sr=16_000, n_fft=512, hop_length=256, n_mels=96
    ).T
    ours = mel_spectrogram(signal, SPEC)
    assert ours.shape == reference.shape
    np.testing.assert_allclose(ours, reference, rtol=1e-3, atol=reference.max() * 1e-5)


def test_refuses_more_than_one_channel() -> None:
    with pytest.raises(ValueError, match="mono"):
        mel_spectrogram(np.zeros((2, 1000), np.float32), SPEC)


@given(gain=st.floats(0.05, 20))
def test_the_same_music_at_another_level_is_the_same_input(gain: float) -> None:
    mel = np.random.default_rng(1).random((50, 96), np.float32)
    np.testing.assert_allclose(network_input(mel * gain), network_input(mel), atol=1e-3)


def test_silence_stays_silence() -> None:
    assert network_input(np.zeros((10, 96), np.float32)).max() == 0


@given(frames=st.integers(1, 900))
def test_patches_cover_every_part_of_the_signal(frames: int) -> None:
    signal = np.arange(frames, dtype=np.float32)[:, None].repeat(2, 1)
    patches = cut_patches(signal)
    assert patches.shape[1:] == (PATCH_FRAMES, 2)
    missed = set(range(frames)) - set(patches[..., 0].ravel().astype(int))
    assert len(missed) <= PATCH_FRAMES // 4


def test_no_frames_cannot_be_cut() -> None:
    with pytest.raises(ValueError, match="no frames"):
        cut_patches(np.zeros((0, 96), np.float32))
