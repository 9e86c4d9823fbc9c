"""What a network says of whole tracks: the means over their patches, as in use."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from mir.model.network import MusicNetwork
from mir.training.dataset import Dataset
from mir.training.device import Device


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """One row a track."""

    files: tuple[str, ...]
    vectors: NDArray[np.float32]  # (files, V), not yet brought to unit length
    genre_logits: NDArray[np.float32]  # (files, G)
    tags: NDArray[np.float32]  # (files, tags) probabilities


def outputs(
    network: MusicNetwork,
    dataset: Dataset,
    sides: Sequence[str],
    device: Device,
    most: int | None = None,
) -> Outputs:
    """Run the network over every track on some sides of the split.

    most: patches heard of a track, spread over it; None: all.
    """
    by_file: dict[str, list[NDArray[np.float32]]] = {}
    for side in sides:
        for stretch in dataset.on(side):
            by_file.setdefault(stretch.file, []).append(dataset.patches(stretch))
    rows = []
    network.eval()
    with torch.inference_mode(), device.autocast():
        for parts in by_file.values():
            patches = np.concatenate(parts)  # (P, T, F)
            if most is not None and len(patches) > most:
                patches = patches[np.linspace(0, len(patches) - 1, most).round().astype(int)]
            said = network(torch.from_numpy(patches).to(device.place))
            embedding, genres, tags = (each.float().cpu() for each in said)
            rows.append((embedding.mean(0), genres.mean(0), tags.sigmoid().mean(0)))
    if not rows:
        spec = network.spec
        empty = [np.zeros((0, n), np.float32) for n in (spec.vector, spec.genres, spec.tags)]
        return Outputs((), *empty)
    return Outputs(
        tuple(by_file), *(torch.stack(column).numpy() for column in zip(*rows, strict=True))
    )
