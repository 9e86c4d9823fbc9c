"""From a trained network to a model file: centred, calibrated, described, written as ONNX.

What is fitted here is fitted on the train side (centre, remarkable probabilities) and on the
valid side (temperature); the test side is never seen.

The file keeps every parameter under the name it has in the network, norms unfolded, so that
`mir.training.initial` can train it further; ONNX Runtime folds them when it loads the file.
"""

import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from mir.errors import TrainingError
from mir.features.mel import FeatureSpec
from mir.features.patches import PATCH_FRAMES
from mir.model.card import METADATA_KEY, ModelCard, TagAxis, TagGroup
from mir.model.embedder import group_probability
from mir.model.labels import INSTRUMENTS, MOODS, Members
from mir.model.network import MusicNetwork, with_more_tags
from mir.training.dataset import Dataset
from mir.training.device import Device
from mir.training.outputs import outputs
from mir.training.votes import MoodHead, fit_moods, mood_axes

_REMARKABLE = 90  # percentile of the training tracks
_CERTAIN = 0.35


def export(
    network: MusicNetwork,
    dataset: Dataset,
    device: Device,
    name: str,
    training: Mapping[str, str | int | float],
    path: Path,
) -> None:
    """Write `network` as a model file that `mir.model.embedder` runs.

    training: what the card shall say of the run. Raises TrainingError when the file cannot be
    written.
    """
    network.eval()
    network.center.zero_()
    on_train = outputs(network, dataset, ("train",), device)
    on_valid = outputs(network, dataset, ("valid",), device)
    tags = dataset.tags
    moods: MoodHead | None = None
    if dataset.material.votes is not None:
        files = (*on_train.files, *on_valid.files)
        vectors = np.concatenate([on_train.vectors, on_valid.vectors])
        embeddings = vectors[:, : network.spec.dimension]
        moods = fit_moods(dataset.material.votes, files, embeddings)
        network = with_more_tags(network, moods.weight, moods.bias)
        tags = (*tags, *(_vote(mood) for mood in moods.moods))
        on_train = outputs(network, dataset, ("train",), device)  # now with the moods' tags
    network.center.copy_(torch.from_numpy(on_train.vectors.mean(0)))
    genre = np.array([dataset.material.genre_of.get(file, -1) for file in on_valid.files])
    spoken = genre >= 0
    card = ModelCard(
        name=name,
        dimension=network.spec.vector,
        genres=dataset.material.genres,
        moods=_groups(_moods(moods), tags, on_train.tags),
        instruments=_groups(_names(INSTRUMENTS), tags, on_train.tags),
        axes=_axes(moods, len(dataset.tags), on_train.vectors[:, : network.spec.dimension]),
        temperature=fit_temperature(on_valid.genre_logits[spoken], genre[spoken]),
        certain=_CERTAIN,
        spec=FeatureSpec(n_mels=network.spec.n_mels),
        trained_on=dataset.material.described,
        training=training,
    )
    model = to_onnx(network)
    onnx.helper.set_model_props(model, {METADATA_KEY: card.to_json()})
    write_model(model.SerializeToString(), path)


def write_model(content: bytes, path: Path) -> None:
    """Write a model file, whole or not at all; TrainingError where it cannot be written."""
    temporary = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise TrainingError(
            f"the model cannot be written to {path}: {error.strerror}; name another file"
        ) from error


def fit_temperature(logits: NDArray[np.float32], genre: NDArray[np.int64]) -> float:
    """The temperature that makes the softmax of (n, G) logits likeliest to give the labels.

    Guo et al. (2017), "On calibration of modern neural networks". 1 where there are no labels.
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


def to_onnx(network: MusicNetwork) -> onnx.ModelProto:
    """The network as an ONNX graph: `patches` in; `embedding`, genre and tag logits out."""
    names = ("patches", "embedding", "genre_logits", "tag_logits")
    still = network.eval().cpu()
    example = torch.zeros(2, PATCH_FRAMES, network.spec.n_mels)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # The newer exporter needs a further package and gives the same graph. That a recurrent
        # layer must not have a first state of fixed size is warned of whether it has one or not.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        warnings.filterwarnings("ignore", "Exporting a model to ONNX with a batch_size")
        torch.onnx.export(
            still,
            (example,),
            buffer,  # type: ignore[arg-type]  # the stubs know paths only
            dynamo=False,
            opset_version=17,
            input_names=names[:1],
            output_names=names[1:],
            dynamic_axes={name: {0: "batch"} for name in names},
            training=torch.onnx.TrainingMode.PRESERVE,
            do_constant_folding=False,
        )
    model = onnx.load_from_string(buffer.getvalue())
    # Parameters of equal value were merged into one; here each gets its own again.
    weights = still.state_dict()
    for node in [each for each in model.graph.node if each.op_type == "Identity"]:
        if (name := node.output[0]) in weights:
            model.graph.node.remove(node)
            merged = onnx.numpy_helper.from_array(weights[name].numpy(), name)
            model.graph.initializer.append(merged)
    return _pooled_by_padding(model)


def _pooled_by_padding(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with pools that pad at the end where they rounded their size up.

    A padded place does not count in its mean, so the numbers stay the same to the last bit. But for
    these ONNX Runtime has a vectorised kernel, and for the others it leaves its blocked layout:
    the whole network takes an eighth less time.
    """
    known = onnx.shape_inference.infer_shapes(model).graph
    sizes = {
        each.name: [axis.dim_value for axis in each.type.tensor_type.shape.dim[2:]]
        for each in known.value_info
    }
    for node in [each for each in model.graph.node if each.op_type == "AveragePool"]:
        given = {each.name: onnx.helper.get_attribute_value(each) for each in node.attribute}
        kernel, strides = given["kernel_shape"], given["strides"]
        lacking = [
            -(size - width) % step
            for size, width, step in zip(sizes[node.input[0]], kernel, strides, strict=True)
        ]
        del node.attribute[:]
        for name, value in (
            ("kernel_shape", kernel),
            ("strides", strides),
            ("pads", [0, 0, *lacking]),
            ("count_include_pad", 0),
        ):
            node.attribute.append(onnx.helper.make_attribute(name, value))
    return model


def _vote(mood: str) -> str:
    return f"vote: {mood}"


def _names(members: Mapping[str, Members]) -> dict[str, tuple[str, ...]]:
    return {name: (*each.msd, *each.audioset) for name, each in members.items()}


def _moods(voted: MoodHead | None) -> dict[str, tuple[str, ...]]:
    """Tags that each mood gathers: people's votes where there are some, else the teachers'."""
    votes = {mood: (_vote(mood),) for mood in voted.moods} if voted else {}
    return {**_names(MOODS), **votes}


def _axes(
    voted: MoodHead | None, first: int, embeddings: NDArray[np.float32]
) -> tuple[TagAxis, ...]:
    return mood_axes(voted, first, embeddings) if voted else ()


def _groups(
    names: Mapping[str, tuple[str, ...]], tags: Sequence[str], probabilities: NDArray[np.float32]
) -> tuple[TagGroup, ...]:
    """Moods or instruments, as far as there are tags for them."""
    groups = []
    for name, members in names.items():
        if members and set(members) <= set(tags):
            columns = tuple(tags.index(tag) for tag in members)
            reached = group_probability(columns, probabilities)
            groups.append(TagGroup(name, columns, float(np.percentile(reached, _REMARKABLE))))
    return tuple(groups)
