import numpy as np
import torch

from mir.features.mel import FeatureSpec, mel_spectrogram
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
