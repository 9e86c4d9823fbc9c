"""From a folder of music and label files to a model file: the whole of `mir train`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mir.errors import TrainingError
from mir.training.dataset import open_dataset
from mir.training.export import export
from mir.training.labels import HumanLabel, read_human_labels, read_teacher_labels
from mir.training.loop import Epoch, TrainingSpec, train


@dataclass(frozen=True, slots=True)
class Decoding:
    """How far the decoding of the training music has come."""

    done: int
    total: int
    file: str


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What came out of a run."""

    model: Path
    stretches: dict[str, int]  # by side of the split
    skipped: int  # files that could not be heard; listed in skipped.json of the run's cache
    last: Epoch | None  # None where the run had been finished before


def train_model(
    data: Path,
    teacher: Path,
    labels: Sequence[Path],
    *,
    name: str,
    run: Path,
    out: Path,
    spec: TrainingSpec,
    progress: Callable[[Decoding | Epoch], None] = lambda state: None,
) -> TrainingReport:
    """Train a network on the music under `data` and write it to `out`.

    teacher: label file of soft labels (.npz); labels: human label files (.csv) inside `data`.
    `run` keeps the decoded music and a checkpoint after each epoch: called again with the same
    settings after a kill, training goes on from there. Raises TrainingError on bad labels,
    music that cannot be heard, or settings that do not fit the checkpoint.
    """
    if not data.is_dir():
        raise TrainingError(
            f"{data} is not a folder; name the folder that the label file's paths are relative to"
        )
    last: Epoch | None = None

    def on_epoch(epoch: Epoch) -> None:
        nonlocal last
        last = epoch if epoch.validation else last
        progress(epoch)

    human: dict[str, HumanLabel] = {}
    for path in labels:
        human |= read_human_labels(path, data)
    dataset = open_dataset(
        data,
        read_teacher_labels(teacher),
        human,
        run / "cache",
        lambda done, total, file: progress(Decoding(done, total, file)),
    )
    network = train(dataset, spec, run, on_epoch)
    counts = {side: len(dataset.on(side)) for side in ("train", "valid")}
    heard = len({stretch.file for stretch in dataset.stretches})
    trained_on = (
        f"{heard} files in {counts['train'] + counts['valid']} stretches with the soft labels of "
        f"{teacher.name} and the human labels of {len(human)} files"
    )
    export(network, dataset, name, trained_on, out)
    return TrainingReport(out, counts, dataset.skipped, last)
