"""Changes to a batch that leave the music the same to a listener: level, tone and gaps."""

import math

import torch
from torch import Tensor

from mir.training.torchaudio_beside_cpu import import_torchaudio

_GAIN_DB = 6.0  # standard deviation is half of it
_TILT_DB = 6.0  # between the lowest and the highest mel band
_TIME_MASK = 24  # frames, 0.4 s
_MEL_MASK = 10  # bands


class Augment:
    """Random gain, spectral tilt and SpecAugment's masks (Park et al. 2019).

    The masks are torchaudio's. All randomness comes from torch's generator, so a seed
    set before an epoch reproduces it.
    """

    def __init__(self) -> None:
        """Make torchaudio's masks; TrainingError where it is not installed."""
        transforms = import_torchaudio().transforms
        self._time_mask = transforms.TimeMasking(_TIME_MASK, iid_masks=True)
        self._mel_mask = transforms.FrequencyMasking(_MEL_MASK, iid_masks=True)

    def __call__(self, frames: Tensor) -> Tensor:
        """(B, T, n_mels) network input -> the same shape."""
        batch, _, n_mels = frames.shape
        gain = torch.randn(batch, 1, 1) * (_GAIN_DB / 2)
        slope = torch.linspace(-0.5, 0.5, n_mels).view(1, 1, n_mels)
        decibels = gain + torch.randn(batch, 1, 1) * (_TILT_DB / 2) * slope
        power = torch.exp(frames * math.log(10.0)) - 1.0  # the compression undone
        louder = torch.log10(1.0 + power * torch.pow(10.0, decibels / 10))
        stacked = louder.transpose(1, 2).unsqueeze(1)  # (B, 1, n_mels, T)
        masked = self._time_mask(self._mel_mask(stacked))
        return masked.squeeze(1).transpose(1, 2)


def mixup(frames: Tensor, targets: list[Tensor], strength: float) -> tuple[Tensor, list[Tensor]]:
    """Mix each example with another of the batch (Zhang et al. 2018), targets alike.

    `strength` is the parameter of the Beta distribution; 0 leaves the batch alone.
    """
    if strength <= 0:
        return frames, targets
    weight = torch.distributions.Beta(strength, strength).sample((len(frames),))
    weight = torch.maximum(weight, 1 - weight)  # each example keeps the larger part of itself
    partner = torch.randperm(len(frames))

    def mixed(x: Tensor) -> Tensor:
        w = weight.view(-1, *([1] * (x.ndim - 1)))
        return w * x + (1 - w) * x[partner]

    return mixed(frames), [mixed(target) for target in targets]
