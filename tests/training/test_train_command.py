import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from indexer.cli import cli
from mir.model.embedder import Embedder

SMALL = (
    *("--width", "0.2", "--epochs", "2", "--batch-size", "8"),
    *("--device", "cpu", "--threads", "1", "--jobs", "1"),
)


def train(data: Path, *arguments: object) -> Any:
    return CliRunner().invoke(cli, ["train", str(data), *map(str, arguments)])


def test_a_model_is_made_told_of_and_its_curves_are_kept(
    genre_folders: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    result = train(genre_folders, "--labels", "folders", "--run", run, "--arch", "crnn", *SMALL)
    assert result.exit_code == 0, result.output
    assert "epoch 2/2: loss" in result.stderr
    assert "P@10" in result.stderr
    assert "test tracks, of other artists: accuracy" in result.stdout
    assert f"mir model use {run / 'model.onnx'}" in result.stdout
    assert Embedder.load(run / "model.onnx").info.name == "mir-crnn"
    assert list((run / "tensorboard").glob("events.out.tfevents.*"))
    assert json.loads((run / "skipped.json").read_text()) == {}

    again = train(
        *(genre_folders, "--labels", "folders", "--run", run, "--arch", "crnn", "--json"), *SMALL
    )
    report = json.loads(again.stdout)
    assert "epoch" not in again.stderr  # it was done before
    assert len(report["epochs"]) == 2
    assert report["test"]["accuracy"]["n"] == report["tracks"]["test"]


def test_folds_print_a_row_each_and_their_mean(genre_folders: Path, tmp_path: Path) -> None:
    result = train(
        *(genre_folders, "--labels", "folders", "--run", tmp_path, "--folds", 3),
        *("--no-tensorboard", *SMALL),
    )
    assert result.exit_code == 0, result.output
    assert "fold 1/3, epoch 1/2" in result.stderr
    assert [line.split()[0] for line in result.stdout.splitlines()[1:5]] == ["1", "2", "3", "mean"]
    assert not list(tmp_path.glob("**/model.onnx"))
    assert not list(tmp_path.glob("**/events.out*"))


def test_a_search_ends_with_the_command_that_trains_the_best(
    genre_folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mir.training.search import Space

    monkeypatch.setattr(
        Space.__init__,
        "__defaults__",
        ((3e-4, 1e-2), (8, 16), (1, 2), (0.25, 0.25), (0.0, 0.2)),
    )
    result = train(
        *(genre_folders, "--labels", "folders", "--run", tmp_path, "--search", 2),
        *("--device", "cpu", "--threads", "1", "--jobs", "1"),
    )
    assert result.exit_code == 0, result.output
    assert "trial 1 (" in result.stderr
    assert "--learning-rate" in result.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--folds", 3, "--out", "x.onnx"), "--folds leaves no model; leave out --out, or --folds"),
        (("--folds", 2), "2 is not in the range x>=3"),
        (("--search", 2, "--epochs", 3), "--search tries settings itself"),
        (("--head", "--arch", "cnn"), "--head trains no network; leave out --arch"),
        (("--init", "a.onnx", "--width", 2), "--init brings its own architecture"),
        (("--wandb-offline",), "name it by --wandb"),
        (("--width", 90), "--width is 90; choose a factor from 0.1 to 8"),
        (("--dropout", 1), "--dropout is 1; choose a share"),
        (("--augment", "some"), "'some' is not one of"),
    ],
)
def test_options_that_make_no_sense_are_wrong_usage(
    genre_folders: Path, arguments: tuple[object, ...], message: str
) -> None:
    result = train(genre_folders, "--labels", "folders", *arguments)
    assert result.exit_code == 2, result.output
    assert message in " ".join(result.stderr.split())


def test_a_head_needs_labels_of_people(genre_folders: Path) -> None:
    result = train(genre_folders, "--head")
    assert result.exit_code == 2
    assert "--head learns from labels of people" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "there is nothing to learn: give labels of people"),
        (("--labels", "gone.csv"), "gone.csv"),
        (("--labels", "folders", "--mixup", -1), "mixup is -1.0; it must be 0 or more"),
        (("--labels", "folders", "--taxonomy", "mir"), "are among mir's genres"),
        (("--labels", "folders", "--init", "gone.pt"), "gone.pt cannot be read"),
    ],
)
def test_what_cannot_be_trained_is_one_line_with_the_remedy(
    genre_folders: Path, tmp_path: Path, arguments: tuple[object, ...], message: str
) -> None:
    result = train(genre_folders, "--run", tmp_path, "--device", "cpu", "--jobs", 1, *arguments)
    assert result.exit_code == 1, result.output
    assert message in result.stderr
    assert result.stderr.startswith("mir: ")
    assert result.stderr.count("\n") == 1


def test_the_help_page_has_a_heading_for_each_kind_of_option() -> None:
    result = CliRunner().invoke(cli, ["train", "--help"], terminal_width=80)
    for heading in ("What to learn from:", "The network:", "How it learns:", "The machine:"):
        assert heading in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
