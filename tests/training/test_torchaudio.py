import numpy as np
import torch

from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.training.augment import Augment, mixup
from mir.training.torchaudio_beside_cpu import import_torchaudio


def test_our_mel_agrees_with_torchaudio() -> None:
    spec = FeatureSpec()
    samples = np.random.default_rng(0).standard_normal(16_000 * 3).astype(np.float32) * 0.1
    reference = import_torchaudio().transforms.MelSpectrogram(
        sample_rate=spec.sample_rate,
        n_fft=spec.n_fft,
        hop_length=spec.hop,
        n_mels=spec.n_mels,
        norm="slaney",
        mel_scale="slaney",
        pad_mode="constant",
    )(torch.from_numpy(samples))
    ours = mel_spectrogram(samples, spec)
    assert ours.shape == tuple(reference.T.shape)
    difference = 10 * np.log10((ours + 1e-10) / (reference.T.numpy() + 1e-10))
    assert np.abs(difference).max() < 0.01  # dB


def test_augmentation_masks_time_and_mel_and_keeps_the_shape() -> None:
    torch.manual_seed(0)
    frames = torch.rand(8, 187, 96) * 3 + 0.5
    changed = Augment()(frames)
    assert changed.shape == frames.shape
    assert torch.isfinite(changed).all()
    masked = changed == 0
    assert masked.all(1).any()  # a mel band that is gone for the whole patch
    assert masked.all(2).any()  # a moment that is gone in all bands
    assert not masked.all(2).all(1).any()


def test_augmentation_draws_from_torchs_seed() -> None:
    frames = torch.rand(4, 187, 96)
    torch.manual_seed(3)
    first = Augment()(frames)
    torch.manual_seed(3)
    assert torch.equal(first, Augment()(frames))


def test_mixup_mixes_targets_as_it_mixes_frames() -> None:
    torch.manual_seed(1)
    frames = torch.eye(6).view(6, 1, 6)
    mixed, (targets,) = mixup(frames, [torch.eye(6)], 0.5)
    assert torch.allclose(mixed.view(6, 6), targets)
    assert torch.allclose(targets.sum(1), torch.ones(6))
    assert (targets.diagonal() >= 0.5).all()
    same, _ = mixup(frames, [], 0.0)
    assert torch.equal(same, frames)
