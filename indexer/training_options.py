"""From the options of `mir train` to the values that training takes."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mir.model.network import NetworkSpec
    from mir.training.pipeline import OpenLog
    from mir.training.spec import Machine, TrainingSpec

_SETTINGS = (
    *("epochs", "batch_size", "optimizer", "learning_rate", "schedule", "weight_decay"),
    *("label_smoothing", "class_weights", "mixup", "patience", "seed"),
)


def network_of(options: dict[str, Any]) -> "NetworkSpec":
    """The network that --arch, --width and --dropout describe."""
    from mir.model.network import NetworkSpec, scaled

    width, dropout = options["width"], options["dropout"]
    if not 0.1 <= width <= 8:
        raise click.UsageError(f"--width is {width:g}; choose a factor from 0.1 to 8.")
    if not 0 <= dropout < 1:
        raise click.UsageError(f"--dropout is {dropout:g}; choose a share from 0 to below 1.")
    widths = scaled(NetworkSpec().widths, width)
    return NetworkSpec(arch=options["arch"], widths=widths, dropout=dropout)


def training_of(options: dict[str, Any]) -> "TrainingSpec":
    """How it shall learn; TrainingError for a setting out of range."""
    from mir.training.spec import AUGMENTATIONS, TrainingSpec

    settings = {name: options[name] for name in _SETTINGS}
    return TrainingSpec(augmentation=AUGMENTATIONS[options["augment"]], **settings)


def machine_of(options: dict[str, Any], cores: int) -> "Machine":
    """What it may use; `cores` threads and processes unless told otherwise."""
    from mir.training.spec import Machine

    return Machine(
        device=options["device"],
        bf16=options["bf16"],
        threads=options["threads"] or cores,
        jobs=options["jobs"] or cores,
    )


def logs_of(options: dict[str, Any]) -> "OpenLog | None":
    """Where the curves go; None for nowhere."""
    from mir.training.logs import RunLog, open_tensorboard, open_wandb, together

    project, offline = options["wandb"], options["wandb_offline"]
    if options["no_tensorboard"] and not project:
        return None

    def open_log(run: Path, step: int) -> RunLog:
        logs = []
        if not options["no_tensorboard"]:
            logs.append(open_tensorboard(run / "tensorboard", step))
        if project:
            logs.append(open_wandb(run, project, offline))
        return together(*logs)

    return open_log
