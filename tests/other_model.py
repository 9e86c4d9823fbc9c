"""Further model files, made from the shipped one: the same network that speaks other names."""

from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from mir.model.card import METADATA_KEY, ModelCard
from mir.model.embedder import SHIPPED


def other_model(path: Path, *, moved: float = 0.0, **card: Any) -> Path:
    """Write the shipped model to `path` with other fields in its card.

    `moved` shifts all embeddings by so much along every axis, so that the vectors differ.
    """
    shipped = resources.files("mir.model") / "shipped" / SHIPPED
    model = onnx.load_from_string(shipped.read_bytes())
    (told,) = (each.value for each in model.metadata_props if each.key == METADATA_KEY)
    onnx.helper.set_model_props(
        model, {METADATA_KEY: replace(ModelCard.from_json(told), **card).to_json()}
    )
    if moved:
        center = next(each for each in model.graph.initializer if each.name == "center")
        values = numpy_helper.to_array(center) + np.float32(moved)
        center.CopyFrom(numpy_helper.from_array(values, "center"))
    path.write_bytes(model.SerializeToString())
    return path
