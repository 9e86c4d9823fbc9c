import dataclasses
from pathlib import Path

import pytest
import torch

from mir.errors import TrainingError
from mir.model.network import ARCHITECTURES, MusicNetwork
from mir.training.dataset import Dataset
from mir.training.export import export
from mir.training.initial import body_of, read_weights, start_from
from mir.training.material import Material
from mir.training.pipeline import train_model
from tests.small_network import CPU, ONE_THREAD, SHAPE, SPEC

ONE_EPOCH = dataclasses.replace(SPEC, epochs=1)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_a_model_file_holds_the_very_weights_of_its_run(
    by_people: Material, tmp_path: Path, arch: str
) -> None:
    shape = dataclasses.replace(SHAPE, arch=arch)
    train_model(
        by_people,
        tmp_path,
        network=shape,
        training=ONE_EPOCH,
        machine=ONE_THREAD,
        out=tmp_path / "model.onnx",
    )
    kept = read_weights(tmp_path / "best.pt")
    assert read_weights(tmp_path).digest == kept.digest
    assert read_weights(tmp_path / "checkpoint.pt").digest == kept.digest  # the only epoch
    model = read_weights(tmp_path / "model.onnx")
    assert model.spec == kept.spec == dataclasses.replace(shape, genres=2, tags=0)
    for name, tensor in kept.tensors.items():
        if name != "center" and not name.endswith("num_batches_tracked"):
            assert torch.equal(model.tensors[name], tensor), name


def test_training_goes_on_from_them_with_other_genres(
    by_people: Material, by_both: Material, tmp_path: Path
) -> None:
    train_model(
        by_people,
        tmp_path / "first",
        network=SHAPE,
        training=ONE_EPOCH,
        machine=ONE_THREAD,
        out=tmp_path / "first.onnx",
    )
    report = train_model(
        by_both,
        tmp_path / "second",
        training=ONE_EPOCH,
        machine=ONE_THREAD,
        init=tmp_path / "first.onnx",
        out=tmp_path / "second.onnx",
    )
    assert report.model is not None
    second = read_weights(report.model).spec
    assert (second.widths, second.dimension) == (SHAPE.widths, SHAPE.dimension)
    assert second.genres == 29
    bare = train_model(
        by_both, tmp_path / "bare", network=SHAPE, training=ONE_EPOCH, machine=ONE_THREAD
    )
    assert bare.best.losses != report.best.losses
    with pytest.raises(TrainingError, match=r"other settings .*init"):
        train_model(
            by_both, tmp_path / "second", network=SHAPE, training=ONE_EPOCH, machine=ONE_THREAD
        )


def test_weights_are_copied_but_for_heads_of_other_names(
    tmp_path: Path, by_people: Material
) -> None:
    train_model(by_people, tmp_path, network=SHAPE, training=ONE_EPOCH, machine=ONE_THREAD)
    weights = read_weights(tmp_path)
    torch.manual_seed(5)
    network = MusicNetwork(dataclasses.replace(SHAPE, genres=9, tags=4))
    head = network.genre_head.weight.clone()
    start_from(network, weights)
    assert torch.equal(network.embed.weight, weights.tensors["embed.weight"])
    assert torch.equal(network.genre_head.weight, head)
    same = MusicNetwork(weights.spec)
    start_from(same, weights)
    assert torch.equal(same.genre_head.weight, weights.tensors["genre_head.weight"])
    wider = dataclasses.replace(SHAPE, widths=(16, 16, 16, 16, 48))
    with pytest.raises(TrainingError, match=r"do not fit: stages\.3\."):
        start_from(MusicNetwork(wider), weights)
    assert body_of(wider, weights).widths == SHAPE.widths


def test_what_holds_no_weights_is_refused(by_people: Material, tmp_path: Path) -> None:
    (tmp_path / "text.onnx").write_text("no model")
    for name, message in (
        ("text.onnx", r"text\.onnx is not a model file"),
        ("gone.onnx", r"gone\.onnx cannot be read"),
        ("gone.pt", r"gone\.pt cannot be read"),
    ):
        with pytest.raises(TrainingError, match=message):
            read_weights(tmp_path / name)


def test_a_model_whose_card_does_not_tell_its_shape_is_refused(
    by_people: Material, tmp_path: Path
) -> None:
    shape = dataclasses.replace(SHAPE, genres=2, tags=0)
    path = tmp_path / "older.onnx"
    export(MusicNetwork(shape), Dataset(by_people), CPU, "older", {}, path)
    with pytest.raises(TrainingError, match=r"older.onnx .older. does not keep its weights"):
        read_weights(path)
