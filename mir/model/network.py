"""The network: a patch of a mel spectrogram in; a vector, genres and tags out.

Top down: a stem and four stages, each halving the picture; what is left is pooled over time;
one linear layer makes the embedding; linear heads read genres and tags off it. Since the heads
are linear, what they tell apart lies far apart in the embedding, which is what makes it fit for
finding neighbours.

The two architectures differ in how they see time. `cnn` pools the last picture to its mean and
its loudest moment. `crnn` halves time in two of its stages only and lets a recurrent
layer (GRU) walk over what is left, both ways, before the same pooling (Choi et al. 2017,
"Convolutional recurrent neural networks for music classification").

The blocks are those of He et al. (2016), "Deep residual learning for image recognition",
with the pooled shortcut of He et al. (2019), "Bag of tricks".
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

ARCHITECTURES = ("cnn", "crnn")


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """All that is needed to rebuild a network before its weights are loaded."""

    arch: str = "cnn"  # or "crnn"
    n_mels: int = 96
    # Channels of the stem and of each stage; multiples of 16 keep the vector units full.
    widths: tuple[int, ...] = (16, 32, 80, 160, 256)
    dimension: int = 192  # of the embedding
    genres: int = 29
    tags: int = 206
    dropout: float = 0.1  # of the embedding before the heads, in training alone


def scaled(widths: tuple[int, ...], factor: float) -> tuple[int, ...]:
    """Widths times `factor` (> 0), rounded to multiples of 16, at least 16."""
    return tuple(max(16, round(width * factor / 16) * 16) for width in widths)


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut; halves frequency, and time unless told not to."""

    def __init__(self, channels_in: int, channels_out: int, halve_time: bool = True) -> None:
        """`channels_in` and `channels_out` are those of the pictures before and after."""
        super().__init__()
        step = (2 if halve_time else 1, 2)
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels_out, 3, stride=step, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels_out, channels_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels_out),
        )
        self.shortcut = nn.Sequential(
            nn.AvgPool2d(step, ceil_mode=True),
            nn.Conv2d(channels_in, channels_out, 1, bias=False),
            nn.BatchNorm2d(channels_out),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels_in, T, F) -> (B, channels_out, ceil(T / 2) or T, ceil(F / 2))."""
        return torch.relu(self.body(x) + self.shortcut(x))


class MusicNetwork(nn.Module):
    """Patches in; embedding, genre logits and tag logits out."""

    def __init__(self, spec: NetworkSpec) -> None:
        """Build the network that `spec` describes, with random weights."""
        super().__init__()
        self.spec = spec
        recurrent = spec.arch == "crnn"
        stem, *stages = spec.widths
        last = stages[-1]
        self.input_norm = nn.BatchNorm1d(spec.n_mels)
        self.stem = nn.Sequential(
            nn.Conv2d(1, stem, 5, stride=2, padding=2, bias=False),
            nn.BatchNorm2d(stem),
            nn.ReLU(inplace=True),
        )
        self.stages = nn.Sequential(
            *(
                Block(narrow, wide, halve_time=not (recurrent and number >= 2))
                for number, (narrow, wide) in enumerate(zip([stem, *stages], stages, strict=False))
            )
        )
        self.gru = (
            nn.GRU(last, last // 2, batch_first=True, bidirectional=True) if recurrent else None
        )
        self.embed = nn.Linear(2 * last, spec.dimension)
        self.embed_norm = nn.BatchNorm1d(spec.dimension, affine=False)
        self.dropout = nn.Dropout(spec.dropout)
        self.genre_head = nn.Linear(spec.dimension, spec.genres)
        self.tag_head = nn.Linear(spec.dimension, spec.tags) if spec.tags else None
        # What all music has in common leaves the embedding; fitted after training, by
        # mir.training.export, and nothing until then.
        self.center: Tensor
        self.register_buffer("center", torch.zeros(spec.dimension))

    def start_from_priors(self, genres: Tensor, tags: Tensor | None = None) -> None:
        """Set the heads' biases so that training starts from the labels' mean probabilities.

        genres: (G,), tags: (tags,), both in (0, 1). Spares the first epoch learning what is rare.
        """
        with torch.no_grad():
            self.genre_head.bias.copy_(genres.clamp(min=1e-4).log())
            if self.tag_head is not None and tags is not None:
                self.tag_head.bias.copy_(torch.logit(tags, eps=1e-4))

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T, n_mels) -> embedding (B, D), genre logits (B, G), tag logits (B, tags).

        The embedding is linear from here on, so the mean over patches may be taken outside.
        """
        x = self.input_norm(patches.transpose(1, 2)).transpose(1, 2)  # (B, T, F)
        x = self.stem(x.unsqueeze(1))  # (B, stem, T/2, F/2)
        x = self.stages(x)  # (B, C, T/32, F/32); crnn: (B, C, T/8, F/32)
        x = x.mean(3)  # (B, C, T'): frequency is done with
        if self.gru is not None:
            start = x.new_zeros(2, x.shape[0], self.gru.hidden_size)  # (2 directions, B, C/2)
            x = self.gru(x.transpose(1, 2), start)[0].transpose(1, 2)  # (B, C, T')
        pooled = torch.cat([x.mean(2), x.amax(2)], 1)  # (B, 2C)
        embedding = self.embed_norm(self.embed(pooled))  # (B, D)
        seen = self.dropout(embedding)
        tags = embedding[:, :0] if self.tag_head is None else self.tag_head(seen)  # (B, tags)
        return embedding - self.center, self.genre_head(seen), tags
