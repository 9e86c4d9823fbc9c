"""From a trained network to a model file: centred, calibrated, described, written as ONNX.

What is fitted here is fitted on the train side (centre, remarkable probabilities) and on the
valid side (temperature); the test side is never seen.
"""

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from mir.errors import TrainingError
from mir.features.mel import FeatureSpec
from mir.features.patches import PATCH_FRAMES
from mir.model.card import METADATA_KEY, ModelCard, TagGroup
from mir.model.embedder import group_probability
from mir.model.labels import GENRES, INSTRUMENTS, MOODS, Members
from mir.model.network import MusicCNN
from mir.training.dataset import Dataset

_REMARKABLE = 90  # percentile of the training tracks
_CERTAIN = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """The network's outputs for whole files: the means over their patches."""

    files: tuple[str, ...]
    embeddings: NDArray[np.float32]  # (files, D)
    genre_logits: NDArray[np.float32]  # (files, G)
    tags: NDArray[np.float32]  # (files, tags) probabilities


def outputs(network: MusicCNN, dataset: Dataset, side: str) -> Outputs:
    """Run the network over every file on one side of the split."""
    by_file: dict[str, list[NDArray[np.float32]]] = {}
    for stretch in dataset.on(side):
        by_file.setdefault(stretch.file, []).append(dataset.patches(stretch))
    rows = []
    with torch.inference_mode():
        for patches in by_file.values():
            embedding, genres, tags = network(torch.from_numpy(np.concatenate(patches)))
            rows.append((embedding.mean(0), genres.mean(0), tags.sigmoid().mean(0)))
    stacked = [torch.stack(column).numpy() for column in zip(*rows, strict=True)]
    return Outputs(tuple(by_file), *stacked)


def fit_temperature(logits: NDArray[np.float32], genre: NDArray[np.int64]) -> float:
    """The temperature that makes the softmax of (n, G) logits likeliest to give the labels.

    Guo et al. (2017), "On calibration of modern neural networks".
    """
    if len(genre) == 0:
        return 1.0

    def cost(temperature: float) -> float:
        scaled = logits / temperature
        scaled = scaled - scaled.max(1, keepdims=True)
        log_sum = np.log(np.exp(scaled).sum(1))
        return float((log_sum - scaled[np.arange(len(genre)), genre]).mean())

    candidates = np.geomspace(0.25, 4.0, 81)
    return float(min(candidates, key=cost))


def export(network: MusicCNN, dataset: Dataset, name: str, trained_on: str, path: Path) -> None:
    """Write `network` as a model file that `mir.model.embedder` runs.

    Raises TrainingError when the file cannot be written.
    """
    network.eval()
    network.center.zero_()
    on_train, on_valid = outputs(network, dataset, "train"), outputs(network, dataset, "valid")
    network.center.copy_(torch.from_numpy(on_train.embeddings.mean(0)))
    genre = np.array([dataset.human_targets(file)[0] for file in on_valid.files])
    spoken = genre >= 0
    card = ModelCard(
        name=name,
        dimension=network.spec.dimension,
        genres=tuple(GENRES),
        moods=_groups(MOODS, dataset.tags, on_train.tags),
        instruments=_groups(INSTRUMENTS, dataset.tags, on_train.tags),
        temperature=fit_temperature(on_valid.genre_logits[spoken], genre[spoken]),
        certain=_CERTAIN,
        spec=FeatureSpec(n_mels=network.spec.n_mels),
        trained_on=trained_on,
    )
    model = _to_onnx(network)
    onnx.helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    temporary = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(model.SerializeToString())
        temporary.replace(path)
    except OSError as error:
        raise TrainingError(
            f"the model cannot be written to {path}: {error.strerror}; name another file"
        ) from error


def _to_onnx(network: MusicCNN) -> onnx.ModelProto:
    example = torch.zeros(2, PATCH_FRAMES, network.spec.n_mels)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The newer exporter needs a further package and gives the same graph for a plain CNN.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            (example,),
            buffer,  # type: ignore[arg-type]  # the stubs know paths only
            dynamo=False,
            opset_version=17,
            input_names=["patches"],
            output_names=["embedding", "genre_logits", "tag_logits"],
            dynamic_axes={
                name: {0: "batch"}
                for name in ("patches", "embedding", "genre_logits", "tag_logits")
            },
        )
    return onnx.load_from_string(buffer.getvalue())


def _groups(
    names: Mapping[str, Members], tags: tuple[str, ...], probabilities: NDArray[np.float32]
) -> tuple[TagGroup, ...]:
    groups = []
    for name, members in names.items():
        columns = tuple(tags.index(tag) for tag in (*members.msd, *members.audioset))
        reached = group_probability(columns, probabilities)
        groups.append(TagGroup(name, columns, float(np.percentile(reached, _REMARKABLE))))
    return tuple(groups)
