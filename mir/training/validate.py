"""How well the network hears between epochs: losses and retrieval on held-out artists."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from mir.training.dataset import Dataset, Stretch
from mir.training.objective import Objective


@dataclass(frozen=True, slots=True)
class Validation:
    """Figures on the valid side; precision is None where no human label exists."""

    loss: float
    precision: dict[str, float]  # by set: share of same-label tracks among the ten nearest


def validate(objective: Objective, dataset: Dataset) -> Validation:
    """Loss on the valid side, and precision at 10 of each labelled set, same artist excluded."""
    objective.eval()
    total = seen = 0.0
    held_out = dataset.on("valid")
    with torch.inference_mode():
        for batch in dataset.batches(held_out, 128, None):
            loss = objective(batch, torch.from_numpy(batch.frames))["total"].item()
            total, seen = total + loss * len(batch.frames), seen + len(batch.frames)
    precision = {}
    labelled = [s for s in dataset.stretches if dataset.human(s.file)]
    for name in sorted({s.file.split("/")[0] for s in labelled}):
        members = [s for s in labelled if s.file.split("/")[0] == name]
        precision[name] = _precision(objective, dataset, members)
    return Validation(total / max(seen, 1), precision)


def _precision(objective: Objective, dataset: Dataset, members: list[Stretch]) -> float:
    files = sorted({s.file for s in members})
    vectors = np.zeros((len(files), objective.network.spec.dimension), np.float32)
    with torch.inference_mode():
        for s in members:
            embedding = objective.network(torch.from_numpy(dataset.patches(s)))[0]
            vectors[files.index(s.file)] += embedding.sum(0).numpy()
    known = [dataset.human(file) for file in files]
    labels = np.array([k.genre if k and k.genre else "" for k in known])
    artists = np.array([k.artist if k else "" for k in known])
    queries = np.array([k is not None and k.split == "valid" for k in known])
    return _precision_at_ten(standardised(vectors), labels, artists, queries)


def standardised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit vectors after each dimension is brought to mean 0 and deviation 1 over the set."""
    z = (vectors - vectors.mean(0)) / (vectors.std(0) + 1e-6)
    return z / np.linalg.norm(z, axis=1, keepdims=True)


def _precision_at_ten(
    vectors: NDArray[np.float32],
    labels: NDArray[np.str_],
    artists: NDArray[np.str_],
    queries: NDArray[np.bool_],
) -> float:
    scores = vectors[queries] @ vectors.T
    scores[artists[queries][:, None] == artists[None, :]] = -np.inf
    nearest = np.argsort(-scores, axis=1)[:, :10]
    return float((labels[nearest] == labels[queries][:, None]).mean())
