"""The network: a patch of a mel spectrogram in; a vector, genres and tags out.

Top down: a stem and four stages, each halving the picture, and a block that looks once more;
what is left is pooled over time; one linear layer makes the embedding; linear heads read genres
and tags off it. Since the heads are linear, what they tell apart lies far apart in the embedding.

The vector that neighbours are found by is the embedding and, beside it, the square roots of the
genres' probabilities: their inner product is the Bhattacharyya coefficient of two
recordings' genres, so that music of one kind lies closer together than sound alone would put it.

The two architectures differ in how they see time. `cnn` pools the last picture as it is. `crnn`
halves time in two of its stages only and lets a recurrent layer (GRU) walk over what is left,
both ways, before the same pooling (Choi et al. 2017, "Convolutional recurrent neural networks for
music classification").

The blocks are those of He et al. (2016), "Deep residual learning for image recognition",
with the pooled shortcut of He et al. (2019), "Bag of tricks".
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
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
    genre_part: float = 0.9  # length of the genres beside the embedding's in the vector; 0: none
    genres: int = 29
    tags: int = 206
    dropout: float = 0.1  # of the embedding before the heads, in training alone

    @property
    def vector(self) -> int:
        """Numbers in a vector: the embedding, and the genres where they have a part in it."""
        return self.dimension + (self.genres if self.genre_part else 0)


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


class SecondLook(nn.Module):
    """Two 3x3 convolutions beside the picture itself; keeps its size."""

    def __init__(self, channels: int) -> None:
        """`channels` are those of the picture."""
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(B, channels, T, F) -> the same shape."""
        return torch.relu(x + self.body(x))


class MusicNetwork(nn.Module):
    """Patches in; vector, genre logits and tag logits out."""

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
        self.second_look = SecondLook(last)
        self.gru = (
            nn.GRU(last, last // 2, batch_first=True, bidirectional=True) if recurrent else None
        )
        rows = -(-spec.n_mels // 2 ** (1 + len(stages)))  # of frequency that the stages leave
        self.embed = nn.Linear((3 + rows) * last, spec.dimension)
        self.embed_norm = nn.BatchNorm1d(spec.dimension, affine=False)
        self.dropout = nn.Dropout(spec.dropout)
        self.genre_head = nn.Linear(spec.dimension, spec.genres)
        self.tag_head = nn.Linear(spec.dimension, spec.tags) if spec.tags else None
        # What all music has in common leaves the vector; fitted after training, by
        # mir.training.export, and nothing until then.
        self.center: Tensor
        self.register_buffer("center", torch.zeros(spec.vector))

    def start_from_priors(self, genres: Tensor, tags: Tensor | None = None) -> None:
        """Set the heads' biases so that training starts from the labels' mean probabilities.

        genres: (G,), tags: (tags,), both in (0, 1). Spares the first epoch learning what is rare.
        """
        with torch.no_grad():
            self.genre_head.bias.copy_(genres.clamp(min=1e-4).log())
            if self.tag_head is not None and tags is not None:
                self.tag_head.bias.copy_(torch.logit(tags, eps=1e-4))

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, T, n_mels) -> vector (B, V), genre logits (B, G), tag logits (B, tags).

        V is `spec.vector`. A recording's vector is the mean over its patches.
        """
        return self.read(self.embedding(patches))

    def embedding(self, patches: Tensor) -> Tensor:
        """(B, T, n_mels) -> (B, D): each dimension has mean 0 and deviation 1 over music."""
        x = self.input_norm(patches.transpose(1, 2)).transpose(1, 2)  # (B, T, F)
        x = self.stem(x.unsqueeze(1))  # (B, stem, T/2, F/2)
        x = self.stages(x)  # (B, C, T/32, F/32); crnn: (B, C, T/8, F/32)
        x = self.second_look(x)
        rows = x.mean(2).flatten(1)  # (B, C * F/32): what sounds where in frequency
        x = x.mean(3)  # (B, C, T'): when
        if self.gru is not None:
            start = x.new_zeros(2, x.shape[0], self.gru.hidden_size)  # (2 directions, B, C/2)
            x = self.gru(x.transpose(1, 2), start)[0].transpose(1, 2)  # (B, C, T')
        mean = x.mean(2)
        spread = ((x - mean.unsqueeze(2)).square().mean(2) + 1e-4).sqrt()
        pooled = torch.cat([mean, x.amax(2), spread, rows], 1)  # (B, (3 + F/32) * C)
        return self.embed_norm(self.embed(pooled))

    def read(self, embedding: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(B, D) -> vector (B, V), genre logits (B, G), tag logits (B, tags)."""
        seen = self.dropout(embedding)
        genres = self.genre_head(seen)
        tags = embedding[:, :0] if self.tag_head is None else self.tag_head(seen)
        vector = embedding
        if self.spec.genre_part:
            # An embedding is about sqrt(D) long; the roots of probabilities are 1 long.
            length = self.spec.genre_part * self.spec.dimension**0.5
            vector = torch.cat([embedding, length * genres.softmax(1).sqrt()], 1)
        return vector - self.center, genres, tags


def with_more_tags(
    network: MusicNetwork, weight: NDArray[np.float32], bias: NDArray[np.float32]
) -> MusicNetwork:
    """A copy of the network whose tag head has further rows, weight (tags, D) and bias (tags,)."""
    spec = replace(network.spec, tags=network.spec.tags + len(bias))
    more = {"tag_head.weight": torch.from_numpy(weight), "tag_head.bias": torch.from_numpy(bias)}
    state = network.state_dict()
    for name, rows in more.items():
        state[name] = torch.cat([state[name], rows.to(state[name])]) if name in state else rows
    copy = MusicNetwork(spec).to(network.embed.weight.device)
    copy.load_state_dict(state)
    return copy.train(network.training)
