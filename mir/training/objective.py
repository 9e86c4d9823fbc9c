"""What the network is asked to predict: tags, genres, sublabels, and its teachers' features.

Everything is read off the embedding by one linear layer, so that predicting well shapes the
embedding itself. The heads for sublabels and features serve training alone and are dropped.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mir.model.network import MusicCNN
from mir.training.augment import mixup
from mir.training.dataset import Batch

# Weights that bring the terms to one order of magnitude at the start of training.
_TAGS, _GENRES, _SUBLABELS, _FEATURES = 20.0, 1.0, 0.5, 1.0
_HUMAN_TRUST = 0.85  # of a human genre label against the teachers' opinion of the same patch


class Objective(nn.Module):
    """The network with its training heads; `forward` gives the loss of a batch."""

    def __init__(self, network: MusicCNN, features: int, sublabels: int) -> None:
        """Heads for `features` teacher features and `sublabels` names beside the network's own."""
        super().__init__()
        self.network = network
        dimension = network.spec.dimension
        self.feature_head = nn.Linear(dimension, features)
        self.sublabel_head = nn.Linear(dimension, max(sublabels, 1))
        self.dropout = nn.Dropout(0.1)

    def forward(self, batch: Batch, frames: Tensor, mix: float = 0.0) -> dict[str, Tensor]:
        """Losses by name; "total" is their weighted sum.

        frames: (B, T, n_mels), the batch's frames after augmentation; mix: strength of mixup.
        """
        genres = torch.from_numpy(batch.genres)  # (B, G)
        genre = torch.from_numpy(batch.genre)  # (B,)
        spoken = genre >= 0
        if spoken.any():
            certain = F.one_hot(genre[spoken], genres.shape[1])
            genres[spoken] = _HUMAN_TRUST * certain + (1 - _HUMAN_TRUST) * genres[spoken]
        sublabel = torch.from_numpy(batch.sublabel)
        named = (sublabel >= 0).float().unsqueeze(1)  # (B, 1)
        classes = self.sublabel_head.out_features
        sublabels = F.one_hot(sublabel.clamp(min=0), classes).float() * named  # (B, S)
        tags, features = torch.from_numpy(batch.tags), torch.from_numpy(batch.features)
        frames, (tags, genres, sublabels, features) = mixup(
            frames, [tags, genres, sublabels, features], mix
        )
        embedding, genre_logits, tag_logits = self.network(frames)
        losses = {
            "tags": F.binary_cross_entropy_with_logits(tag_logits, tags),
            "genres": _cross_entropy(genre_logits, genres).mean(),
            "sublabels": _cross_entropy(
                self.sublabel_head(self.dropout(embedding)), sublabels
            ).mean(),
            "features": F.mse_loss(self.feature_head(embedding), features),
        }
        losses["total"] = (
            _TAGS * losses["tags"]
            + _GENRES * losses["genres"]
            + _SUBLABELS * losses["sublabels"]
            + _FEATURES * losses["features"]
        )
        return losses


def _cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """(B, C) logits against (B, C) soft targets; rows of zeros cost nothing."""
    return -(target * F.log_softmax(logits, 1)).sum(1)
