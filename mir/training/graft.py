"""Gives a model file another genre head; its vectors stay what they are, to the bit."""

from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from mir.model.card import METADATA_KEY, ModelCard

_EMBEDDING, _GENRES = "embedding", "genre_logits"
_WEIGHT, _BIAS = "grafted_head.weight", "grafted_head.bias"


@dataclass(frozen=True, slots=True, eq=False)
class _Stem:
    """The value that heads read: the embedding before `center` is taken off it."""

    name: str
    center: NDArray[np.float64]  # (dimension,)


def graft_genre_head(
    content: bytes, weight: NDArray[np.float64], bias: NDArray[np.float64], card: ModelCard
) -> bytes:
    """The model file `content` with other genre logits and another card.

    weight (genres, dimension) and bias (genres,) apply to the vector as the file puts it out. In
    the file they apply to it before it is centred. The head that the network was trained with
    stays where the vector is made of its genres, too.
    """
    model = onnx.load_from_string(content)
    graph = model.graph
    stem = _stem(graph, weight.shape[1])
    _prune(graph, [each.name for each in graph.output if each.name != _GENRES] + [stem.name])
    _rename(graph, _GENRES, "own_genre_logits")
    parameters = {_WEIGHT: weight, _BIAS: bias - weight @ stem.center}
    for name, values in parameters.items():
        graph.initializer.append(numpy_helper.from_array(values.astype(np.float32), name))
    graph.node.append(
        onnx.helper.make_node("Gemm", [stem.name, _WEIGHT, _BIAS], [_GENRES], transB=1)
    )
    (output,) = (each for each in graph.output if each.name == _GENRES)
    output.type.tensor_type.shape.dim[1].dim_value = len(weight)
    properties = {each.key: each.value for each in model.metadata_props}
    onnx.helper.set_model_props(model, {**properties, METADATA_KEY: card.to_json()})
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _stem(graph: onnx.GraphProto, dimension: int) -> _Stem:
    constants = {each.name: each for each in graph.initializer}
    (producer,) = (node for node in graph.node if _EMBEDDING in node.output)
    if producer.op_type == "Sub" and producer.input[1] in constants:
        center = numpy_helper.to_array(constants[producer.input[1]])
        return _Stem(producer.input[0], center.astype(np.float64))
    return _Stem(_EMBEDDING, np.zeros(dimension))


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Call a value inside the graph by another name."""
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [new if name == old else name for name in names]


def _prune(graph: onnx.GraphProto, wanted: list[str]) -> None:
    """Take out the nodes and constants that none of the `wanted` values needs."""
    needed = set(wanted)
    kept = []
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            needed.update(node.input)
            kept.append(node)
    constants = [each for each in graph.initializer if each.name in needed]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(constants)
