"""Random changes to a batch that leave the music the same to a listener, and mixup.

How far they go is an `Augmentation` (`mir.training.spec`); what each does to a spectrogram is in
`mir.training.effects`. All randomness comes from torch's generator of the device that the
batch is on, so a seed set before a step reproduces it.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from mir.training import effects
from mir.training.spec import Augmentation
from mir.training.torchaudio_beside_cpu import import_torchaudio

_KNOTS = 6  # of the equaliser's curve
_SNR_DB = (5.0, 25.0)
_NOISE_COLOUR = (0.0, 1.5)  # exponent of frequency: from white past pink
_CUTOFF = (0.65, 1.0)  # of a codec, as a share of the bands: from about 3.5 kHz
_DEPTH_DB = (35.0, 55.0)  # of a codec


class Augment:
    """Pitch, tempo, level, tone, noise, codec, then SpecAugment's masks (Park et al. 2019)."""

    def __init__(self, spec: Augmentation) -> None:
        """Make torchaudio's masks; TrainingError where it is not installed."""
        self.spec = spec
        transforms = import_torchaudio().transforms
        self._time_mask = transforms.TimeMasking(spec.time_mask, iid_masks=True)
        self._mel_mask = transforms.FrequencyMasking(spec.mel_mask, iid_masks=True)

    @torch.no_grad()
    def __call__(self, frames: Tensor) -> Tensor:
        """(B, T, F) network input -> the same shape."""
        spec, (batch, time, bands) = self.spec, frames.shape

        def normal(*shape: int) -> Tensor:
            return torch.randn(*shape, device=frames.device)

        def uniform(low: float, high: float, *shape: int) -> Tensor:
            return low + (high - low) * torch.rand(*shape, device=frames.device)

        def chosen(share: float, *shape: int) -> Tensor:
            return uniform(0, 1, *shape) < share

        if spec.semitones or spec.tempo:
            semitones = uniform(-spec.semitones, spec.semitones, batch) * chosen(0.5, batch)
            tempo = 1 + uniform(-spec.tempo, spec.tempo, batch) * chosen(0.5, batch)
            frames = effects.shift(frames, semitones, tempo)

        power = effects.to_power(frames)
        level = normal(batch, 1, 1) * spec.gain_db
        slope = torch.linspace(-0.5, 0.5, bands, device=frames.device)  # (F,)
        tilt = normal(batch, 1, 1) * spec.tilt_db * slope  # (B, 1, F)
        curve = F.interpolate(
            normal(batch, 1, _KNOTS) * spec.eq_db, bands, mode="linear", align_corners=True
        )  # (B, 1, F)
        power = effects.amplify(power, level + tilt + curve)

        if spec.noise:
            flutter = 0.5 - 0.5 * torch.log(uniform(1e-6, 1, batch, time, bands))
            noise = effects.coloured(flutter, uniform(*_NOISE_COLOUR, batch, 1, 1))  # (B, T, F)
            snr = uniform(*_SNR_DB, batch, 1, 1)
            noisy = chosen(spec.noise, batch, 1, 1)
            power = torch.where(noisy, effects.add_noise(power, noise, snr), power)
        if spec.codec:
            cutoff = uniform(*_CUTOFF, batch, 1, 1) * bands
            depth = uniform(*_DEPTH_DB, batch, 1, 1)
            coded = chosen(spec.codec, batch, 1, 1)
            power = torch.where(coded, effects.encode(power, cutoff, depth), power)

        picture = effects.to_input(power).transpose(1, 2).unsqueeze(1)  # (B, 1, F, T)
        return self._time_mask(self._mel_mask(picture)).squeeze(1).transpose(1, 2)


def mixup(batch: int, strength: float) -> tuple[Tensor, Tensor] | None:
    """Whom to mix each example of a batch with, and how much of itself it keeps (Zhang 2018).

    `strength` is the parameter of the Beta distribution; 0: nothing is mixed. Returns partners
    (B,) and weights (B,) in [0.5, 1]: each example keeps the larger part of itself.
    """
    if strength <= 0:
        return None
    weight = torch.distributions.Beta(strength, strength).sample((batch,))
    return torch.randperm(batch), torch.maximum(weight, 1 - weight)


def mix(values: Tensor, partner: Tensor, weight: Tensor) -> Tensor:
    """Each row of `values` (B, …) mixed with its partner's."""
    weight = weight.view(-1, *([1] * (values.ndim - 1)))
    return weight * values + (1 - weight) * values[partner]
