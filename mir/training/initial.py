"""Weights to start from: those of an earlier run's checkpoint, or of a model file.

A model file keeps every parameter under its name (`mir.training.export`), so it can be trained
further. What must fit is the body of the network; heads that name other things start anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError
from torch import Tensor

from mir.errors import ModelError, TrainingError
from mir.model.card import METADATA_KEY, ModelCard
from mir.model.network import MusicNetwork, NetworkSpec
from mir.training import checkpoint

_HEADS = ("genre_head.", "tag_head.", "center")


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Weights by name, and the network that they are of."""

    spec: NetworkSpec
    tensors: Mapping[str, Tensor]
    digest: str


def read_weights(path: Path) -> Weights:
    """Read `best.pt` or `checkpoint.pt` of a run, the run's folder, or a model file.

    Raises TrainingError where it is none of these, or a model file without named weights.
    """
    if path.is_dir():
        path = path / "best.pt"
    if path.suffix == ".onnx":
        spec, tensors = _of_model(path)
    else:
        state = checkpoint.load(path)
        settings = state["identity"]
        shape = {each.name: settings[each.name] for each in fields(NetworkSpec)}
        spec = NetworkSpec(**{**shape, "widths": tuple(shape["widths"])})
        tensors = state.get("network") or {
            name.removeprefix("network."): tensor
            for name, tensor in state["objective"].items()
            if name.startswith("network.")
        }
    digest = blake2b(digest_size=8)
    for name in sorted(tensors):
        digest.update(name.encode() + tensors[name].numpy().tobytes())
    return Weights(spec, tensors, digest.hexdigest())


def start_from(network: MusicNetwork, weights: Weights) -> None:
    """Copy weights into a network of the same body; heads of another shape stay as they are."""
    own = network.state_dict()
    chosen = {}
    for name, tensor in own.items():
        found = weights.tensors.get(name)
        if found is not None and found.shape == tensor.shape:
            chosen[name] = found
        elif not name.startswith(_HEADS) and not name.endswith("num_batches_tracked"):
            raise TrainingError(
                f"the weights to start from do not fit: {name} should be {tuple(tensor.shape)} and "
                f"is {tuple(found.shape) if found is not None else 'missing'}; leave out the "
                "architecture and the width, which then are those of the weights"
            )
    network.load_state_dict({**own, **chosen})
    network.center.zero_()  # fitted anew by export


def body_of(spec: NetworkSpec, weights: Weights) -> NetworkSpec:
    """`spec` with the body of the network that the weights are of."""
    body = weights.spec
    return replace(
        spec,
        arch=body.arch,
        n_mels=body.n_mels,
        widths=body.widths,
        dimension=body.dimension,
        genre_part=body.genre_part,
    )


def _of_model(path: Path) -> tuple[NetworkSpec, dict[str, Tensor]]:
    try:
        model = onnx.load_from_string(path.read_bytes())
        properties = {each.key: each.value for each in model.metadata_props}
        card = ModelCard.from_json(properties[METADATA_KEY])
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be read: {error.strerror}; name another file"
        ) from error
    except (KeyError, ModelError, DecodeError) as error:
        raise TrainingError(
            f"{path} is not a model file that `mir train` wrote: {error}"
        ) from error
    tensors = {
        each.name: torch.from_numpy(np.array(onnx.numpy_helper.to_array(each)))
        for each in model.graph.initializer
    }
    if "arch" not in card.training or "embed.weight" not in tensors:
        raise TrainingError(
            f"{path} ({card.name}) does not keep its weights by name, so it cannot be trained "
            "further; start from a model that this version of `mir train` wrote"
        )
    spec = NetworkSpec(
        arch=str(card.training["arch"]),
        n_mels=card.spec.n_mels,
        widths=tuple(int(width) for width in str(card.training["widths"]).split()),
        dimension=len(tensors["embed.bias"]),
        genre_part=float(card.training["genre_part"]),
        genres=len(card.genres),
        tags=len(tensors.get("tag_head.bias", ())),
        dropout=float(card.training["dropout"]),
    )
    return spec, tensors
