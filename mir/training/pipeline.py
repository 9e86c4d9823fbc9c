"""The whole of `mir train`: from labelled music to one model file, judged once on its test side."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mir.errors import TrainingError
from mir.model.network import ARCHITECTURES, NetworkSpec
from mir.training.dataset import Dataset
from mir.training.device import on_machine
from mir.training.export import export
from mir.training.initial import body_of, read_weights
from mir.training.logs import RunLog
from mir.training.loop import Trained, train
from mir.training.material import Material
from mir.training.spec import Machine, TrainingSpec
from mir.training.split import Sides
from mir.training.state import Epoch, Step
from mir.training.validate import Judgement, judge

Progress = Callable[[Step | Epoch], None]
OpenLog = Callable[[Path, int], RunLog]
"""Opens the log of the run in a folder, from a step on; what stands there of later ones is void."""

SIDES = ("train", "valid", "test")


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What came out of a run."""

    model: Path | None  # the file that was written, if one was asked for
    tracks: Mapping[str, int]  # by side of the split
    skipped: Mapping[str, str]  # files that were not learnt from, and why
    epochs: tuple[Epoch, ...]
    best: Epoch  # the epoch whose weights were kept; best.valid.figure is what it was chosen by
    test: Judgement | None  # None where no labelled track is on the test side


def train_model(
    material: Material,
    run: Path,
    *,
    sides: Sides | None = None,
    network: NetworkSpec = NetworkSpec(),  # noqa: B008 (frozen)
    training: TrainingSpec = TrainingSpec(),  # noqa: B008 (frozen)
    machine: Machine = Machine(),  # noqa: B008 (frozen)
    init: Path | None = None,
    name: str = "mir-cnn",
    out: Path | None = None,
    open_log: OpenLog | None = None,
    progress: Progress = lambda state: None,
) -> TrainingReport:
    """Train a network on `material` and judge it; write it to `out` if that is given.

    sides: which file trains, validates and tests, if not as `material.sides` says. network: its
    genres, tags and n_mels are taken from the material. init: weights to start from, as
    `read_weights` reads them; the network's body is then theirs. `run` keeps checkpoints: called
    again with the same arguments after a kill, training goes on to the same weights. Raises
    TrainingError where a side is empty, or `run` or `init` holds something else.
    """
    dataset = Dataset(material, sides)
    initial = read_weights(init) if init else None
    shape = body_of(network, initial) if initial else network
    if shape.arch not in ARCHITECTURES:
        raise TrainingError(f"arch is {shape.arch!r}; it must be {' or '.join(ARCHITECTURES)}")
    if (training.class_weights or training.label_smoothing) and not material.genre_of:
        raise TrainingError(
            "class weights and label smoothing are for labels of people; give --labels, or "
            "leave them out"
        )
    shape = replace(
        shape, n_mels=dataset.n_mels, genres=len(material.genres), tags=len(dataset.tags)
    )
    log: RunLog | None = None

    def report(state: Step | Epoch) -> None:
        nonlocal log
        if log is None and open_log is not None:  # only now is it known where the run goes on
            log = open_log(run, _step(state))
        if log is not None:
            _note(log, state)
        progress(state)

    try:
        with on_machine(machine) as device:
            trained = train(dataset, shape, training, device, run, initial=initial, progress=report)
            test = None
            if any(file in each for file in dataset.tracks("test") for each in material.sets):
                test = judge(trained.network, dataset, "test", SIDES, device)
            if out is not None:
                told = _told(shape, training, trained, test)
                export(trained.network, dataset, device, name, told, out)
    finally:
        if log is not None:
            log.close()
    (run / "skipped.json").write_text(json.dumps(material.skipped, indent=1), "utf-8")
    tracks = {side: len(dataset.tracks(side)) for side in SIDES}
    return TrainingReport(out, tracks, material.skipped, trained.epochs, trained.best, test)


def _step(state: Step | Epoch) -> int:
    return state.number if isinstance(state, Step) else state.steps


def _note(log: RunLog, state: Step | Epoch) -> None:
    """Losses at every step; what validation found at the end of each epoch."""
    if isinstance(state, Step):
        noted = {f"train/{name}": loss for name, loss in state.losses.items()}
        noted["train/learning rate"] = state.learning_rate
    else:
        noted = {f"valid/{name}": found for name, found in asdict(state.valid).items()}
    for name, value in noted.items():
        if value is not None:
            log.scalar(name, value, _step(state))


def _told(
    network: NetworkSpec, training: TrainingSpec, trained: Trained, test: Judgement | None
) -> dict[str, str | int | float]:
    """What a model's card says of the run: shape, settings, and how it was judged."""
    told: dict[str, str | int | float] = {}
    for name, value in {**asdict(network), **asdict(training)}.items():
        if name == "augmentation":
            told |= {f"augmentation {key}": amount for key, amount in value.items()}
        elif name == "learning_rate":
            told[name] = training.peak_rate
        elif isinstance(value, tuple):
            told[name] = " ".join(map(str, value))
        elif value is not None and name not in ("n_mels", "genres", "tags"):
            told[name] = value
    told |= {"epochs trained": len(trained.epochs), "best epoch": trained.best.number}
    if test is not None:
        told["test tracks"] = test.tracks
        for name, measured in (("accuracy", test.accuracy), ("P@10", test.precision)):
            if measured is not None:
                told[f"test {name}"] = round(measured.value, 4)
                told[f"test {name} from"] = round(measured.low, 4)
                told[f"test {name} to"] = round(measured.high, 4)
        if test.macro_f1 is not None:
            told["test macro F1"] = round(test.macro_f1, 4)
    return told
