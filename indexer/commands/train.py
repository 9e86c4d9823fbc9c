"""`mir train`: a model file from a folder of music and its labels."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.opening import settings_for
from indexer.options import json_option
from indexer.printing import Column, print_json, print_table, say, warn
from indexer.sections import SectionedCommand, in_section
from indexer.training_progress import training_progress

if TYPE_CHECKING:
    from mir.model.network import NetworkSpec
    from mir.training.folds import FoldsReport
    from mir.training.pipeline import OpenLog, TrainingReport
    from mir.training.spec import Machine, TrainingSpec
    from mir.training.validate import Judgement

_PATH = click.Path(path_type=Path)

_learn_from = in_section("What to learn from")
_keep = in_section("What is kept")
_shape = in_section("The network")
_how = in_section("How it learns")
_judge = in_section("Judging the recipe")
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
@_shape("--arch", type=click.Choice(["cnn", "crnn"]), help="Architecture (default: cnn).")
@_shape("--width", type=float, help="Factor on the numbers of channels (default: 1).")
@_shape("--dropout", type=float, help="Share of the vector that is dropped (default: 0.1).")
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
@_judge(
    "--folds",
    type=int,
    metavar="K",
    help="Cross-validate: K networks, each tested on artists it has not heard; no model.",
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
def train(
    data: Path,
    labels: tuple[str, ...],
    teacher: Path | None,
    taxonomy: str | None,
    init: Path | None,
    run: Path | None,
    cache: Path | None,
    out: Path | None,
    name: str | None,
    folds: int | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Train a network on the music under DATA.

    Genres come from people (--labels), soft labels from teachers (--teacher), or both. Tracks of
    an artist stay on one side of the split into train, valid and test. At the end the model is
    judged once on the test side. Use it with MIR_MODEL=FILE, then `mir index`.

    Needs `pip install 'mir[train]'`.
    """
    from mir.training.folds import cross_validate
    from mir.training.material import gather
    from mir.training.pipeline import train_model

    if folds is not None and out is not None:
        raise click.UsageError("--folds leaves no model; leave out --out or --folds.")
    settings = settings_for(None)
    name = name or f"mir-{options['arch'] or 'cnn'}"
    run = run or settings.home / "training" / name
    network, training = _network(options, init), _training(options)
    machine = _machine_of(options, settings.jobs)
    open_log = _logs(options)
    with training_progress() as progress:
        material = gather(
            data,
            labels,
            teacher,
            cache=cache or run / "cache",
            taxonomy=taxonomy,
            seed=training.seed,
            jobs=machine.jobs,
            progress=progress,
        )
        if folds is not None:
            validated = cross_validate(
                material,
                run,
                folds,
                network=network,
                training=training,
                machine=machine,
                init=init,
                open_log=open_log,
                progress=progress,
            )
        else:
            report = train_model(
                material,
                run,
                network=network,
                training=training,
                machine=machine,
                init=init,
                name=name,
                out=out or run / "model.onnx",
                open_log=open_log,
                progress=progress,
            )
    if as_json:
        print_json(validated if folds is not None else report)
    elif folds is not None:
        _say_folds(validated)
    else:
        _say_report(report, run)


def _network(options: dict[str, Any], init: Path | None) -> "NetworkSpec":
    from mir.model.network import NetworkSpec, scaled

    arch, width, dropout = options["arch"], options["width"], options["dropout"]
    if init is not None and (arch is not None or width is not None):
        raise click.UsageError(
            f"{init} brings its architecture and width; leave out --arch and --width, or --init."
        )
    if width is not None and not 0.1 <= width <= 8:
        raise click.UsageError(f"--width is {width:g}; choose a factor from 0.1 to 8.")
    if dropout is not None and not 0 <= dropout < 1:
        raise click.UsageError(f"--dropout is {dropout:g}; choose a share from 0 to below 1.")
    default = NetworkSpec()
    return NetworkSpec(
        arch=arch or default.arch,
        widths=scaled(default.widths, width or 1.0),
        dropout=default.dropout if dropout is None else dropout,
    )


def _training(options: dict[str, Any]) -> "TrainingSpec":
    from mir.training.spec import AUGMENTATIONS, TrainingSpec

    return TrainingSpec(
        augmentation=AUGMENTATIONS[options["augment"]],
        **{
            name: options[name]
            for name in (
                "epochs",
                "batch_size",
                "optimizer",
                "learning_rate",
                "schedule",
                "weight_decay",
                "label_smoothing",
                "class_weights",
                "mixup",
                "patience",
                "seed",
            )
        },
    )


def _machine_of(options: dict[str, Any], cores: int) -> "Machine":
    from mir.training.spec import Machine

    return Machine(
        device=options["device"],
        bf16=options["bf16"],
        threads=options["threads"] or cores,
        jobs=options["jobs"] or cores,
    )


def _logs(options: dict[str, Any]) -> "OpenLog | None":
    """Where the curves go; None for nowhere."""
    from mir.training.logs import RunLog, open_tensorboard, open_wandb, together

    project, offline = options["wandb"], options["wandb_offline"]
    if offline and not project:
        raise click.UsageError("--wandb-offline needs a project to keep the curves for: --wandb.")
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


def _say_report(report: "TrainingReport", run: Path) -> None:
    tracks = report.tracks
    say(
        f"Trained on {tracks['train']} tracks, chose epoch {report.best.number} of "
        f"{len(report.epochs)} by {tracks['valid']}."
    )
    if report.test is not None:
        _say_judgement(report.test)
    if report.skipped:
        warn(f"{len(report.skipped)} files were left out; {run / 'skipped.json'} says why.")
    say(f"The model is in {report.model}. Use it with MIR_MODEL={report.model}.")


def _say_judgement(test: "Judgement") -> None:
    figures = []
    if test.accuracy is not None:
        figures.append(f"accuracy {test.accuracy}, macro F1 {test.macro_f1:.3f}")
    if test.precision is not None:
        figures.append(f"P@10 {test.precision}")
    say(f"On {test.tracks} tracks of other artists: {', '.join(figures)}.")


def _say_folds(report: "FoldsReport") -> None:
    def row(title: str, tracks: str, *figures: object) -> list[str]:
        return [title, tracks, *("" if figure is None else str(figure) for figure in figures)]

    rows = []
    for fold in report.folds:
        test = fold.test
        if test is not None:
            f1 = None if test.macro_f1 is None else f"{test.macro_f1:.3f}"
            rows.append(row(str(fold.number), str(test.tracks), test.accuracy, f1, test.precision))
    tracks = sum(fold.test.tracks for fold in report.folds if fold.test)
    rows.append(row("mean", str(tracks), report.accuracy, report.macro_f1, report.precision))
    columns = [Column("fold"), *(Column(each, right=True) for each in _FOLD_COLUMNS)]
    print_table(columns, rows)
    say("± is a 95 % interval: over the tracks of a fold, and in the last row over the folds.")


_FOLD_COLUMNS = ("tracks", "accuracy", "macro F1", "P@10")
