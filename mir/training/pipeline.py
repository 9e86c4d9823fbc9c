"""The whole of `mir train`: from labelled music to one model file, judged once on its test side."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mir.model.network import NetworkSpec
from mir.training.cache import Decoding
from mir.training.dataset import Dataset
from mir.training.export import export
from mir.training.labels import LabelledFile
from mir.training.logs import RunLog
from mir.training.loop import Epoch, Step, train
from mir.training.material import Material
from mir.training.spec import Machine, TrainingSpec
from mir.training.split import Sides
from mir.training.validate import Judgement, judge

Progress = Callable[[Decoding | Step | Epoch], None]
OpenLog = Callable[[Path], RunLog]
"""Opens the log of the run in a folder."""


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What came out of a run."""

    model: Path | None  # the file that was written, if one was asked for
    tracks: Mapping[str, int]  # by side of the split
    skipped: Mapping[str, str]  # files that could not be heard, and why
    epochs: tuple[Epoch, ...]
    best: Epoch  # the epoch whose weights were kept; best.valid.figure is what it was chosen by
    test: Judgement | None  # None where no track is on the test side


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
    genres, tags and n_mels are taken from the material. `run` keeps checkpoints: called again
    with the same arguments after a kill, training goes on to the same weights. Raises
    TrainingError where a side is empty, or `run` or `init` holds something else.
    """
