"""What the network is asked to predict: a list of weighted terms, each a small pure function.

Everything is read off the embedding by one linear layer, so that predicting well shapes the
embedding itself. The heads for sublabels and teachers' features serve training alone and
are dropped. To add a term, write its function of (Prediction, Target) and list it in TERMS.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from mir.model.network import MusicNetwork
from mir.training.augment import mix, mixup
from mir.training.dataset import Batch, Dataset
from mir.training.spec import TrainingSpec

_HUMAN_TRUST = 0.85  # of a person's genre label against the teachers' opinion of the same patch
_RAREST = 4.0  # a genre's weight lies between 1 / _RAREST and _RAREST


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the network and its training heads say of a batch."""

    embedding: Tensor  # (B, D)
    genres: Tensor  # (B, G) logits
    tags: Tensor  # (B, tags) logits
    sublabels: Tensor  # (B, S) logits
    features: Tensor  # (B, features)


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What it should have said. Rows of zeros mean that nothing is known, and cost nothing."""

    genres: Tensor  # (B, G); a row sums to the weight of its genre
    tags: Tensor  # (B, tags) probabilities
    sublabels: Tensor  # (B, S)
    features: Tensor  # (B, features)
    taught: Tensor  # (B, 1) how much of the example a teacher heard, 0 to 1

    def mixed(self, partner: Tensor, weight: Tensor) -> "Target":
        """The target of examples that were mixed with their partners.

        Where a teacher heard only one of the two, its opinion stands for both, but counts less.
        """
        mixed = {each.name: mix(getattr(self, each.name), partner, weight) for each in fields(self)}
        heard = mixed["taught"].clamp(min=1e-6)
        return Target(
            **{**mixed, "tags": mixed["tags"] / heard, "features": mixed["features"] / heard}
        )


def genre_term(said: Prediction, target: Target) -> Tensor:
    """Cross-entropy of the genres."""
    return cross_entropy(said.genres, target.genres).mean()


def tag_term(said: Prediction, target: Target) -> Tensor:
    """Binary cross-entropy of each of the teachers' tags."""
    losses = F.binary_cross_entropy_with_logits(said.tags, target.tags, reduction="none")
    return _mean_over_taught(losses, target)


def sublabel_term(said: Prediction, target: Target) -> Tensor:
    """Cross-entropy of the finer names that people gave."""
    return cross_entropy(said.sublabels, target.sublabels).mean()


def feature_term(said: Prediction, target: Target) -> Tensor:
    """Squared distance from the teachers' own features (Romero et al. 2015, "FitNets")."""
    return _mean_over_taught((said.features - target.features) ** 2, target)


@dataclass(frozen=True, slots=True)
class Term:
    """One part of the loss; the weight brings it to the order of the others at the start."""

    name: str
    weight: float
    loss: Callable[[Prediction, Target], Tensor]


TERMS = (
    Term("genres", 1.0, genre_term),
    Term("tags", 20.0, tag_term),
    Term("sublabels", 0.5, sublabel_term),
    Term("features", 1.0, feature_term),
)


class Objective(nn.Module):
    """The network with its training heads; `forward` gives the loss of a batch."""

    def __init__(self, network: MusicNetwork, dataset: Dataset, spec: TrainingSpec) -> None:
        """Heads for what the dataset has beside the network's own genres and tags."""
        super().__init__()
        self.network, self.spec = network, spec
        columns = {
            "genres": len(dataset.material.genres),
            "tags": len(dataset.tags),
            "sublabels": len(dataset.sublabels),
            "features": dataset.features,
        }
        self.terms = tuple(term for term in TERMS if columns.get(term.name, 1))
        # At least one output each: torch warns of layers without any.
        self.sublabel_head = nn.Linear(network.spec.dimension, max(columns["sublabels"], 1))
        self.feature_head = nn.Linear(network.spec.dimension, max(columns["features"], 1))
        self.genre_weights: Tensor
        counts = torch.from_numpy(dataset.genre_counts())
        weights = genre_weights(counts) if spec.class_weights else torch.ones(len(counts))
        self.register_buffer("genre_weights", weights)

    def forward(self, batch: Batch, frames: Tensor, mixing: float = 0.0) -> dict[str, Tensor]:
        """Losses by name; "total" is their weighted sum.

        frames: (B, T, F), the batch's frames as they are or augmented; mixing: strength of mixup.
        """
        target = self.target(batch)
        drawn = mixup(len(frames), mixing)
        if drawn is not None:
            partner, weight = (each.to(frames.device) for each in drawn)
            frames, target = mix(frames, partner, weight), target.mixed(partner, weight)
        said = self.predict(frames)
        losses = {term.name: term.loss(said, target) for term in self.terms}
        total = sum(term.weight * losses[term.name] for term in self.terms)
        return {**losses, "total": torch.as_tensor(total)}

    def predict(self, frames: Tensor) -> Prediction:
        """(B, T, F) -> what network and heads say, in float32 whatever they computed in."""
        embedding, genres, tags = self.network(frames)
        seen = self.network.dropout(embedding)
        said = (embedding, genres, tags, self.sublabel_head(seen), self.feature_head(embedding))
        return Prediction(*(each.float() for each in said))

    def target(self, batch: Batch) -> Target:
        """The labels of a batch as the terms want them."""
        genres = batch.genres.clone()  # (B, G) the teachers' opinion; zeros where there is none
        spoken = batch.genre >= 0  # (B,) a person's label
        smooth = self.spec.label_smoothing
        certain = F.one_hot(batch.genre[spoken], genres.shape[1]).float()
        certain = (1 - smooth) * certain + smooth / genres.shape[1]
        opinion = genres[spoken]
        trust = torch.where(opinion.sum(1, keepdim=True) > 0, _HUMAN_TRUST, 1.0)
        genres[spoken] = trust * certain + (1 - trust) * opinion
        weights = genres @ self.genre_weights  # (B,)
        named = (batch.sublabel >= 0).float().unsqueeze(1)  # (B, 1)
        count = self.sublabel_head.out_features
        sublabels = F.one_hot(batch.sublabel.clamp(min=0), count).float() * named
        return Target(
            genres=genres * weights.unsqueeze(1),
            tags=batch.tags,
            sublabels=sublabels,
            features=batch.features,
            taught=batch.taught,
        )


def genre_weights(counts: Tensor) -> Tensor:
    """Weight (G,) of each genre from its number of patches (G,): rare ones count more.

    Inverse to frequency, between 1/4 and 4; the mean over the patches is 1.
    """
    seen = counts.clamp(min=1).float()
    weights = (seen.sum() / (len(seen) * seen)).clamp(1 / _RAREST, _RAREST)
    return weights * seen.sum() / (weights * seen).sum()


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """(B, C) logits against (B, C) soft targets -> (B,); rows of zeros cost nothing."""
    return -(target * F.log_softmax(logits, 1)).sum(1)


def _mean_over_taught(losses: Tensor, target: Target) -> Tensor:
    """Mean of (B, columns) over what a teacher heard; 0 where it heard nothing."""
    return (losses.mean(1) * target.taught[:, 0]).sum() / target.taught.sum().clamp(min=1e-6)
