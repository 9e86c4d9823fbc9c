"""What `mir train` can be asked for, and which of its options mean nothing then."""

from collections.abc import Mapping

import click
from click.core import ParameterSource

# Option that chooses a mode -> names of the options that it leaves no meaning to, and why.
_MEANINGLESS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "folds": ("leaves no model", ("out", "name", "search", "head")),
    "search": (
        "tries settings itself and leaves no model",
        (
            *("out", "name", "init", "head", "wandb", "wandb_offline"),
            *("learning_rate", "batch_size", "epochs", "width", "dropout"),
        ),
    ),
    "head": (
        "trains no network",
        (
            *("teacher", "taxonomy", "arch", "width", "dropout", "epochs", "batch_size"),
            *("optimizer", "learning_rate", "schedule", "weight_decay", "label_smoothing"),
            *("mixup", "augment", "patience", "device", "bf16", "threads", "cache"),
            *("wandb", "wandb_offline", "no_tensorboard"),
        ),
    ),
    "init": ("brings its own architecture", ("arch", "width")),
}


def refuse_meaningless(context: click.Context) -> None:
    """UsageError where an option was given that another one leaves no meaning to."""
    given = {
        name
        for name in context.params
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }
    names = {each.name: each.opts[0] for each in context.command.params}
    for chosen, (why, without) in _MEANINGLESS.items():
        idle = [names[name] for name in without if name in given]
        if chosen in given and idle:
            raise click.UsageError(
                f"{names[chosen]} {why}; leave out {', '.join(idle)}, or {names[chosen]}."
            )
    if "wandb_offline" in given and "wandb" not in given:
        raise click.UsageError("--wandb-offline keeps curves for a project; name it by --wandb.")
    if "head" in given and "labels" not in given:
        raise click.UsageError("--head learns from labels of people; give them by --labels.")
