import dataclasses
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from mir.errors import TrainingError
from mir.training import checkpoint, loop
from mir.training.dataset import Dataset
from mir.training.device import on_machine
from mir.training.loop import Trained
from mir.training.material import Material
from mir.training.spec import TrainingSpec
from mir.training.state import Epoch, RunState, Step
from mir.training.validate import Validation
from tests.small_network import ONE_THREAD, SHAPE, SPEC

ROOT = Path(__file__).parent.parent.parent


def train(
    material: Material,
    run: Path,
    spec: TrainingSpec = SPEC,
    arch: str = "cnn",
    seen: list[Step | Epoch] | None = None,
) -> Trained:
    dataset = Dataset(material)
    shape = dataclasses.replace(
        SHAPE, arch=arch, genres=len(material.genres), tags=len(dataset.tags)
    )
    ticks = itertools.count()
    with on_machine(ONE_THREAD) as device:
        return loop.train(
            dataset,
            shape,
            spec,
            device,
            run,
            progress=(seen if seen is not None else []).append,
            clock=lambda: float(next(ticks)),
        )


def same_weights(one: Path, other: Path) -> bool:
    ours, theirs = (checkpoint.load(run / "checkpoint.pt")["objective"] for run in (one, other))
    return ours.keys() == theirs.keys() and all(torch.equal(ours[n], theirs[n]) for n in ours)


@pytest.mark.parametrize("arch", ["cnn", "crnn"])
def test_both_architectures_learn_the_two_kinds(
    by_people: Material, tmp_path: Path, arch: str
) -> None:
    seen: list[Step | Epoch] = []
    trained = train(
        by_people, tmp_path, dataclasses.replace(SPEC, epochs=10, mixup=0.0), arch, seen
    )
    epochs = [state for state in seen if isinstance(state, Epoch)]
    assert tuple(epochs) == trained.epochs
    assert epochs[-1].losses["total"] < 0.8 * epochs[0].losses["total"]
    assert trained.best.valid.accuracy == 1.0
    assert trained.best.valid.macro_f1 == 1.0
    assert not trained.network.training


def test_every_step_is_told_with_where_the_run_stands(by_people: Material, tmp_path: Path) -> None:
    seen: list[Step | Epoch] = []
    train(by_people, tmp_path, seen=seen)
    steps = [state for state in seen if isinstance(state, Step)]
    assert [step.number for step in steps] == list(range(1, steps[-1].of + 1))
    assert {step.epoch for step in steps} == {1, 2}
    assert max(step.learning_rate for step in steps) <= SPEC.peak_rate
    assert [step.seconds for step in steps] == sorted(step.seconds for step in steps)
    assert isinstance(seen[-1], Epoch)
    assert seen[-1].steps == steps[-1].number


def test_a_seed_gives_the_same_weights_and_another_others(
    by_both: Material, tmp_path: Path
) -> None:
    train(by_both, tmp_path / "one")
    torch.rand(7)  # whatever else uses torch's generator
    train(by_both, tmp_path / "again")
    train(by_both, tmp_path / "other", dataclasses.replace(SPEC, seed=2))
    assert same_weights(tmp_path / "one", tmp_path / "again")
    assert not same_weights(tmp_path / "one", tmp_path / "other")


def test_training_leaves_torch_as_it_was(by_people: Material, tmp_path: Path) -> None:
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    train(by_people, tmp_path, dataclasses.replace(SPEC, epochs=1))
    assert torch.equal(torch.rand(3), expected)
    assert not torch.are_deterministic_algorithms_enabled()


def _trainer(data: Path, run: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.training.train_until_killed", str(data), str(run)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def _until(process: "subprocess.Popen[str]", last: str | None = None) -> list[str]:
    """What it prints until it ends, or until it prints `last` and is killed."""
    lines = []
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.strip())
            if lines[-1] == last:
                process.kill()  # SIGKILL
                break
    assert (process.returncode == 0) == (last is None)
    return lines


def test_a_process_that_is_killed_goes_on_to_the_same_bits(
    genre_folders: Path, tmp_path: Path
) -> None:
    unbroken, killed = tmp_path / "unbroken", tmp_path / "killed"
    whole = _until(_trainer(genre_folders, unbroken))
    steps = whole.index("Epoch 1")
    _until(_trainer(genre_folders, killed), f"Step {steps - 1}")  # within an epoch
    _until(_trainer(genre_folders, killed), "Epoch 1")  # between epochs
    rest = _until(_trainer(genre_folders, killed))
    assert 0 < len(rest) < len(whole) - steps + 1  # it went on, and did not begin anew
    assert rest == whole[-len(rest) :]
    assert same_weights(unbroken, killed)
    ours, theirs = (checkpoint.load(run / "best.pt")["network"] for run in (unbroken, killed))
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_finished_run_is_not_trained_again(by_people: Material, tmp_path: Path) -> None:
    first = train(by_people, tmp_path)
    seen: list[Step | Epoch] = []
    again = train(by_people, tmp_path, seen=seen)
    assert seen == []
    assert again.epochs == first.epochs
    for name, weights in first.network.state_dict().items():
        assert torch.equal(weights, again.network.state_dict()[name])


def test_the_weights_of_the_best_epoch_are_kept(
    by_people: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = iter([0.3, 0.9, 0.5, 0.4, 0.8])
    kept: list[dict[str, torch.Tensor]] = []

    def pretend(objective: loop.Objective, *_: object) -> Validation:
        kept.append({n: w.clone() for n, w in objective.network.state_dict().items()})
        return Validation(loss=1.0, accuracy=None, macro_f1=None, precision=next(figures))

    monkeypatch.setattr(loop, "validate", pretend)
    trained = train(by_people, tmp_path, dataclasses.replace(SPEC, epochs=10, patience=3))
    assert len(trained.epochs) == 5  # the second was best, and three more were not better
    assert trained.best.number == 2
    for name, weights in trained.network.state_dict().items():
        assert torch.equal(weights, kept[1][name]), name


def test_patience_counts_epochs_without_a_better_figure() -> None:
    state = RunState()
    assert not state.exhausted(1)
    for number, figure in enumerate((0.5, 0.6, 0.6, 0.55), 1):
        valid = Validation(loss=1.0, accuracy=None, macro_f1=None, precision=figure)
        state.close(Epoch(number, 9, number, {}, valid, 0.0))
    assert state.best.number == 3  # the later of equals
    assert state.exhausted(1)
    assert not state.exhausted(2)
    assert not state.exhausted(None)
    assert RunState.restored(state.plain()).epochs == state.epochs


def test_without_labels_of_people_the_loss_is_what_epochs_are_compared_by() -> None:
    better, worse = (Validation(loss, None, None, None).figure for loss in (1.0, 2.0))
    assert better > worse


@pytest.mark.parametrize(
    "change", [{"seed": 9}, {"mixup": 0.0}, {"epochs": 3}, {"optimizer": "sgd"}]
)
def test_a_checkpoint_of_other_settings_is_refused(
    by_people: Material, tmp_path: Path, change: dict[str, object]
) -> None:
    train(by_people, tmp_path, dataclasses.replace(SPEC, epochs=1))
    (name,) = change
    with pytest.raises(TrainingError, match=f"other settings .*{name} .*choose another run"):
        train(by_people, tmp_path, dataclasses.replace(SPEC, **{"epochs": 1, **change}))


def test_a_checkpoint_of_other_music_is_refused(
    by_people: Material, by_both: Material, tmp_path: Path
) -> None:
    one = dataclasses.replace(SPEC, epochs=1)
    train(by_people, tmp_path, one)
    with pytest.raises(TrainingError, match="labels and music"):
        train(dataclasses.replace(by_people, digest="other"), tmp_path, one)


def test_a_loss_that_is_no_number_ends_the_run_with_the_remedy(
    by_people: Material, tmp_path: Path
) -> None:
    wild = dataclasses.replace(SPEC, optimizer="sgd", learning_rate=1e30, weight_decay=0.0)
    with pytest.raises(TrainingError, match=r"the loss is (nan|inf).*learning rate below 1e\+30"):
        train(by_people, tmp_path, wild)


def test_too_little_music_is_refused(by_people: Material, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="fewer than a batch of 500"):
        train(by_people, tmp_path, dataclasses.replace(SPEC, batch_size=500))
    sides = dict.fromkeys(by_people.sides, "train")
    with pytest.raises(TrainingError, match="20 tracks to train on and 0 to validate on"):
        train(dataclasses.replace(by_people, sides=sides), tmp_path)
