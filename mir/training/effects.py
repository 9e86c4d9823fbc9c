"""What can be done to music on its spectrogram: level, tone, pitch, tempo, noise, codec.

Training music is decoded once and kept as network input, log10(1 + C p) of mel power p (see
`mir.features.patches.network_input`). There a change of the sound costs a few multiplications
instead of a new decode. Each function is exact or close to what the same change of the sound
would give, draws nothing, and leaves its input alone. B patches, T frames, F mel bands.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from mir.features.mel import FeatureSpec

_TOP = FeatureSpec().sample_rate / 2  # Hz, the upper edge of the highest band


def to_power(frames: Tensor) -> Tensor:
    """(B, T, F) network input -> mel power in units of 1 / C: the compression undone."""
    return torch.expm1(frames * math.log(10.0))


def to_input(power: Tensor) -> Tensor:
    """The inverse of `to_power`."""
    return torch.log1p(power) / math.log(10.0)


def amplify(power: Tensor, decibels: Tensor) -> Tensor:
    """Power (B, T, F) raised by decibels, (B, 1, 1) for a level or (B, 1, F) for an equaliser."""
    return power * torch.pow(10.0, decibels / 10)


def add_noise(power: Tensor, noise: Tensor, snr_db: Tensor) -> Tensor:
    """Add noise (B, T, F), of any level, that is snr_db (B, 1, 1) below the mean of each patch.

    Powers add, as those of independent sounds do. snr_db may be infinite: no noise.
    """
    mean = power.mean((1, 2), keepdim=True)  # (B, 1, 1)
    level = mean / noise.mean((1, 2), keepdim=True) * torch.pow(10.0, -snr_db / 10)
    return power + level * noise


def coloured(flutter: Tensor, exponent: Tensor) -> Tensor:
    """Noise (B, T, F) whose power falls with frequency to the power of `exponent` (B, 1, 1).

    0 is white, 1 pink, 2 brown. flutter: (B, T, F), how the noise wavers, of mean 1.
    """
    bands = flutter.shape[2]
    step = _mel(torch.tensor(_TOP)) / (bands + 1)  # mel between the centres of two bands
    centres = _hertz(step * torch.arange(1, bands + 1)).to(flutter.device)  # (F,) Hz
    return flutter * (centres / 1000) ** -exponent


def encode(power: Tensor, cutoff: Tensor, depth_db: Tensor) -> Tensor:
    """Drop what a lossy codec drops: bands from `cutoff` on, and what is masked in its frame.

    cutoff: (B, 1, 1) number of bands that are kept; depth_db: (B, 1, 1) how far below the loudest
    band of a frame a band is still coded. (B, T, F) -> the same with zeros.
    """
    bands = torch.arange(power.shape[2], device=power.device)  # (F,)
    loudest = power.amax(2, keepdim=True)  # (B, T, 1)
    kept = (bands < cutoff) & (power >= loudest * torch.pow(10.0, -depth_db / 10))
    return power * kept


def shift(frames: Tensor, semitones: Tensor, tempo: Tensor) -> Tensor:
    """Shift the pitch by semitones (B,) and play at a tempo (B,), 1.1 being a tenth faster.

    Bands and frames are read between the old ones, by linear interpolation. Slaney's mel scale
    is linear below 1 kHz and logarithmic above, so each band is looked up by its frequency.
    Beyond the edges the outermost band repeats, and time runs back. (B, T, F) -> (B, T, F).
    """
    batch, time, bands = frames.shape
    step = _mel(torch.tensor(_TOP)) / (bands + 1)  # mel between the centres of two bands
    centres = _hertz(step * torch.arange(1, bands + 1)).to(frames.device)  # (F,) Hz
    source = _mel(centres / torch.pow(2.0, semitones[:, None] / 12))  # (B, F) mel
    band = (source / step.to(frames.device) - 1).clamp(0, bands - 1)  # (B, F)
    middle = (time - 1) / 2
    moment = torch.arange(time, device=frames.device) - middle  # (T,)
    frame = _turned_back(moment * tempo[:, None] + middle, time - 1)  # (B, T)
    grid = torch.stack(
        [
            (2 * band / (bands - 1) - 1)[:, None, :].expand(batch, time, bands),
            (2 * frame / (time - 1) - 1)[:, :, None].expand(batch, time, bands),
        ],
        dim=3,
    )  # (B, T, F, 2) in [-1, 1]
    return F.grid_sample(frames[:, None], grid, padding_mode="border", align_corners=True)[:, 0]


def _turned_back(position: Tensor, last: int) -> Tensor:
    """Positions outside [0, last] mirrored into it."""
    position = position.abs()
    return torch.minimum(position, 2 * last - position).clamp(0, last)


def _mel(hertz: Tensor) -> Tensor:
    """Slaney's mel scale, as librosa has it: 3 mel in 200 Hz, 27 in a factor of 6.4 from 1 kHz."""
    above = 15 + torch.log(hertz.clamp(min=1.0) / 1000) * 27 / math.log(6.4)
    return torch.where(hertz < 1000, hertz * 3 / 200, above)


def _hertz(mel: Tensor) -> Tensor:
    """The inverse of `_mel`."""
    above = 1000 * torch.exp((mel - 15) * math.log(6.4) / 27)
    return torch.where(mel < 15, mel * 200 / 3, above)
