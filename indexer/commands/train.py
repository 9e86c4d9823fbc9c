"""`mir train`: a model file from a folder of music and its labels."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.opening import settings_for
from indexer.options import json_option
from indexer.printing import bar_console, clock, print_json, say

if TYPE_CHECKING:
    from mir.training.loop import Epoch
    from mir.training.pipeline import Decoding

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("data", type=_PATH, metavar="DATA")
@click.option(
    "--teacher", required=True, type=_PATH, help="Soft labels: an .npz beside its names.json."
)
@click.option(
    "--labels",
    multiple=True,
    type=_PATH,
    help="Human labels: a CSV inside DATA (file, split, label, sublabel, artist); repeatable.",
)
@click.option("--out", type=_PATH, help="The model file to write; default RUN/model.onnx.")
@click.option(
    "--run",
    type=_PATH,
    help="Folder of the decoded music and the checkpoint; default HOME/training. "
    "The same command goes on after an interruption.",
)
@click.option("--name", default="mir-cnn", show_default=True, help="What the model calls itself.")
@click.option(
    "--epochs",
    type=click.IntRange(1, 1000),
    default=18,
    show_default=True,
    help="Passes over the music.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Start of everything that is drawn."
)
@json_option
def train(
    data: Path,
    teacher: Path,
    labels: tuple[Path, ...],
    out: Path | None,
    run: Path | None,
    name: str,
    epochs: int,
    seed: int,
    as_json: bool,
) -> None:
    """Train a network on the music under DATA.

    Paths in the label files are relative to DATA (soft labels) or to the CSV's own folder. Needs
    `pip install 'mir[train]'`. Use the result with MIR_MODEL=FILE, then `mir index`.
    """
    from mir.training.pipeline import TrainingSpec, train_model

    run = run or settings_for(None).home / "training"
    with _shown_progress() as progress:
        report = train_model(
            data,
            teacher,
            labels,
            name=name,
            run=run,
            out=out or run / "model.onnx",
            spec=TrainingSpec(epochs=epochs, seed=seed),
            progress=progress,
        )
    if as_json:
        print_json(report)
        return
    say(f"The model is in {report.model}. Use it with MIR_MODEL={report.model}.")
    if report.skipped:
        say(f"{report.skipped} files could not be heard; see {run / 'cache'}/*.skipped.json.")


@contextmanager
def _shown_progress() -> "Iterator[Callable[[Decoding | Epoch], None]]":
    """Yield a callback that draws a bar on a terminal and prints a line for each epoch."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from mir.training.pipeline import Decoding

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(compact=True),
        console=bar_console(),
        expand=True,
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task("Decoding", total=None)

        def show(state: "Decoding | Epoch") -> None:
            if isinstance(state, Decoding):
                bar.update(task, completed=state.done, total=state.total)
                return
            done = (state.number - 1) * state.steps + state.step
            bar.update(
                task,
                description=f"Epoch {state.number}/{state.of}",
                completed=done,
                total=state.of * state.steps,
            )
            if state.validation:
                precision = ", ".join(
                    f"{name} P@10 {value:.3f}" for name, value in state.validation.precision.items()
                )
                click.echo(
                    f"epoch {state.number}: loss {state.losses['total']:.3f}, "
                    f"valid {state.validation.loss:.3f}"
                    f"{', ' + precision if precision else ''} ({clock(state.seconds)})",
                    err=True,
                )

        yield show
