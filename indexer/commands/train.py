"""`mir train`: a model file from a folder of music and its labels."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.opening import settings_for
from indexer.options import json_option
from indexer.printing import print_json
from indexer.sections import SectionedCommand, in_section
from indexer.training_modes import refuse_meaningless
from indexer.training_options import logs_of, machine_of, network_of, training_of
from indexer.training_progress import head_progress, training_progress
from indexer.training_report import say_folds, say_head, say_report, say_search

if TYPE_CHECKING:
    from mir.training.folds import FoldsReport
    from mir.training.head import HeadReport
    from mir.training.pipeline import TrainingReport
    from mir.training.search import SearchReport

_PATH = click.Path(path_type=Path)

_learn_from = in_section("What to learn from")
_keep = in_section("What is kept")
_shape = in_section("The network")
_how = in_section("How it learns")
_instead = in_section("Instead of one network")
_machine = in_section("The machine")


@click.command(cls=SectionedCommand)
@click.argument("data", type=_PATH, metavar="DATA")
@_learn_from(
    "--labels",
    multiple=True,
    metavar="SOURCE",
    help="People's genres: `folders` (DATA/genre/…), `tags` (of the files), or a CSV (file, label "
    "and more). Repeatable with CSVs.",
)
@_learn_from(
    "--teacher", type=_PATH, metavar="FILE", help="Soft labels: an .npz beside its names.json."
)
@_learn_from(
    "--votes",
    type=_PATH,
    metavar="FILE",
    help="People's moods: a CSV (file, split, a column each).",
)
@_learn_from(
    "--taxonomy",
    type=click.Choice(["mir", "labels"]),
    help="Genres to learn: mir's own 29, or the names in the labels (default: mir with a "
    "teacher, else labels).",
)
@_learn_from(
    "--init",
    type=_PATH,
    metavar="FILE",
    help="Start from the weights of a model file or of an earlier run's best.pt.",
)
@_keep(
    "--run",
    type=_PATH,
    metavar="FOLDER",
    help="Checkpoints, logs, decoded music (default: HOME/training/NAME). The same command "
    "goes on after an interruption.",
)
@_keep("--cache", type=_PATH, metavar="FOLDER", help="Decoded music (default: RUN/cache).")
@_keep("--out", type=_PATH, metavar="FILE", help="The model file (default: RUN/model.onnx).")
@_keep("--name", help="What the model calls itself (default: mir-ARCH).")
@_keep("--no-tensorboard", is_flag=True, help="Write no curves to RUN/tensorboard.")
@_keep("--wandb", metavar="PROJECT", help="Send the curves to Weights & Biases, too.")
@_keep("--wandb-offline", is_flag=True, help="Keep them in RUN, for `wandb sync`, instead.")
@_shape(
    "--arch",
    type=click.Choice(["cnn", "crnn"]),
    default="cnn",
    show_default=True,
    help="Convolutions, or these and a recurrent layer (GRU) over time.",
)
@_shape("--width", type=float, default=1.0, show_default=True, help="Factor on its channels.")
@_shape(
    "--dropout",
    type=float,
    default=0.1,
    show_default=True,
    help="Share of the vector that the heads do not see.",
)
@_how("--epochs", type=int, default=18, show_default=True, help="Passes over the music.")
@_how("--batch-size", type=int, default=64, show_default=True, help="Patches of 3 s in a step.")
@_how(
    "--optimizer",
    type=click.Choice(["adamw", "sgd"]),
    default="adamw",
    show_default=True,
    help="SGD is with Nesterov's momentum.",
)
@_how("--learning-rate", type=float, help="At its peak (default: 0.003; sgd 0.05).")
@_how(
    "--schedule",
    type=click.Choice(["one-cycle", "cosine"]),
    default="one-cycle",
    show_default=True,
    help="How the rate rises and falls.",
)
@_how("--weight-decay", type=float, default=0.02, show_default=True, help="L2.")
@_how(
    "--label-smoothing",
    type=float,
    default=0.0,
    show_default=True,
    help="Share of a label given to all genres.",
)
@_how("--class-weights", is_flag=True, help="Let rare genres count more, up to 4 times.")
@_how("--mixup", type=float, default=0.3, show_default=True, help="Mixing of two; 0: none.")
@_how(
    "--augment",
    type=click.Choice(["none", "light", "strong"]),
    default="strong",
    show_default=True,
    help="Changes of pitch, tempo, level, tone, noise, codec; masks.",
)
@_how("--patience", type=int, metavar="EPOCHS", help="Stop when none of so many was better.")
@_how("--seed", type=int, default=1, show_default=True, help="Of all that is drawn.")
@_instead(
    "--folds",
    type=click.IntRange(3),
    metavar="K",
    help="Cross-validate: K networks, each tested on artists that it has not heard.",
)
@_instead(
    "--search",
    type=click.IntRange(1),
    metavar="N",
    help="Try N settings: learning rate, batch size, epochs, width, dropout.",
)
@_instead(
    "--head",
    is_flag=True,
    help="Keep the network (the shipped one, or --init) and learn the genres alone; minutes.",
)
@_machine(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    default="auto",
    show_default=True,
    help="auto: CUDA where there is some.",
)
@_machine("--bf16/--no-bf16", default=None, help="bfloat16 arithmetic (default: on CUDA only).")
@_machine("--threads", type=click.IntRange(1), help="Of torch on a CPU (default: MIR_JOBS).")
@_machine("--jobs", type=click.IntRange(1), help="Files decoded at once (default: MIR_JOBS).")
@json_option
@click.pass_context
def train(
    context: click.Context,
    data: Path,
    labels: tuple[str, ...],
    run: Path | None,
    name: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Train a network on the music under DATA.

    Genres come from people (--labels), soft labels from teachers (--teacher), or both. Tracks of
    an artist stay on one side of the split into train, valid and test. At the end the model is
    judged once on the test side. Use it with `mir model use FILE`, then `mir index`.

    Needs `pip install 'mir[train]'`.
    """
    refuse_meaningless(context)
    settings = settings_for(None)
    name = name or ("mir-head" if options["head"] else f"mir-{options['arch']}")
    run = run or settings.home / "training" / name
    if options["head"]:
        report: Any = _train_head(data, labels, run, name, options, settings.jobs)
    else:
        report = _train(data, labels, run, name, options, settings.jobs)
    if as_json:
        print_json(report)
    elif options["head"]:
        say_head(report)
    elif options["folds"]:
        say_folds(report)
    elif options["search"]:
        say_search(report, f"mir train {data} …")
    else:
        say_report(report, run)


def _train_head(
    data: Path,
    labels: tuple[str, ...],
    run: Path,
    name: str,
    options: dict[str, Any],
    cores: int,
) -> "HeadReport":
    from mir.training.head import train_head

    with head_progress() as progress:
        return train_head(
            data,
            labels,
            base=options["init"],
            name=name,
            run=run,
            out=options["out"] or run / "model.onnx",
            seed=options["seed"],
            jobs=options["jobs"] or cores,
            balanced=options["class_weights"],
            progress=progress,
        )


def _train(
    data: Path,
    labels: tuple[str, ...],
    run: Path,
    name: str,
    options: dict[str, Any],
    cores: int,
) -> "TrainingReport | FoldsReport | SearchReport":
    from mir.training.folds import cross_validate
    from mir.training.material import gather
    from mir.training.pipeline import train_model
    from mir.training.trials import search_settings

    network, training = network_of(options), training_of(options)
    machine, open_log = machine_of(options, cores), logs_of(options)
    with training_progress() as progress:
        material = gather(
            data,
            labels,
            options["teacher"],
            cache=options["cache"] or run / "cache",
            taxonomy=options["taxonomy"],
            votes=options["votes"],
            seed=training.seed,
            jobs=machine.jobs,
            progress=progress,
        )
        if options["search"]:
            return search_settings(
                material,
                run,
                options["search"],
                network=network,
                training=training,
                machine=machine,
                progress=progress,
                on_trial=lambda done, total, trial: progress(trial),
            )
        if options["folds"]:
            return cross_validate(
                material,
                run,
                options["folds"],
                network=network,
                training=training,
                machine=machine,
                init=options["init"],
                open_log=open_log,
                progress=progress,
            )
        return train_model(
            material,
            run,
            network=network,
            training=training,
            machine=machine,
            init=options["init"],
            name=name,
            out=options["out"] or run / "model.onnx",
            open_log=open_log,
            progress=progress,
        )
