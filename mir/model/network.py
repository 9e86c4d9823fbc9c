"""The network: a small residual CNN that turns a patch of a mel spectrogram into a vector.

Top down: a stem and four stages, each halving time and frequency; the picture that is
left is pooled to its mean and its loudest moment; one linear layer makes the embedding;
linear heads read genres and tags off it. Since the heads are linear, what they tell apart
lies far apart in the embedding, which is what makes it fit for finding neighbours.

The blocks are those of He et al. (2016), "Deep residual learning for image recognition",
with the pooled shortcut of He et al. (2019), "Bag of tricks".
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """All that is needed to rebuild a network before its weights are loaded."""

    n_mels: int = 96
    # Channels of the stem and of each stage; multiples of 16 keep the vector units full.
    widths: tuple[int, ...] = (16, 32, 80, 160, 256)
    dimension: int = 192  # of the embedding
    genres: int = 29
    tags: int = 206


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut; halves time and frequency."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        """`channels_in` and `channels_out` are those of the pictures before and after."""
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels_out, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
        )
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(2, ceil_mode=True),
            nn.Conv2d(channels_in, channels_out, 1, bias=False),
            nn.BatchNorm2d(channels_out),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels_in, T, F) -> (B, channels_out, ceil(T / 2), ceil(F / 2))."""
        return torch.relu(self.body(x) + self.shortcut(x))


class MusicCNN(nn.Module):
    """Patches in; embedding, genre logits and tag logits out."""

    def __init__(self, spec: NetworkSpec) -> None:
        """Build the network that `spec` describes, with random weights."""
        super().__init__()
        self.spec = spec
        stem, *stages = spec.widths
        self.input_norm = nn.BatchNorm1d(spec.n_mels)
        self.stem = nn.Sequential(
            nn.Conv2d(1, stem, 5, stride=2, padding=2, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(inplace=True),
        )
        widths = zip([stem, *stages], stages, strict=False)
        self.stages = nn.Sequential(*(Block(narrow, wide) for narrow, wide in widths))
        self.embed = nn.Linear(2 * stages[-1], spec.dimension)
        self.embed_norm = nn.BatchNorm1d(spec.dimension, affine=False)
        self.genre_head = nn.Linear(spec.dimension, spec.genres)
        self.tag_head = nn.Linear(spec.dimension, spec.tags)
        # What all music has in common leaves the embedding; fitted after training, by
        # mir.training.export, and nothing until then.
        self.center: Tensor
        self.register_buffer("center", torch.zeros(spec.dimension))

    def start_from_priors(self, tags: Tensor, genres: Tensor) -> None:
        """Set the heads' biases so that training starts from the labels' mean probabilities.

        tags: (tags,), genres: (G,), both in (0, 1). Spares the first epoch learning what is rare.
        """
        with torch.no_grad():
            self.tag_head.bias.copy_(torch.logit(tags, eps=1e-4))
            self.genre_head.bias.copy_(genres.clamp(min=1e-4).log())

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T, n_mels) -> embedding (B, D), genre logits (B, G), tag logits (B, tags).

        The embedding is linear from here on, so the mean over patches may be taken outside.
        """
        x = self.input_norm(patches.transpose(1, 2)).transpose(1, 2)  # (B, T, F)
        x = self.stem(x.unsqueeze(1))  # (B, stem, T/2, F/2)
        x = self.stages(x)  # (B, C, T/32, F/32)
        x = x.mean(3)  # (B, C, T/32): frequency is done with
        pooled = torch.cat([x.mean(2), x.amax(2)], 1)  # (B, 2C)
        embedding = self.embed_norm(self.embed(pooled))  # (B, D)
        return embedding - self.center, self.genre_head(embedding), self.tag_head(embedding)
