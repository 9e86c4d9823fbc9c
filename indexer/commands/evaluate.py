"""`mir evaluate`: how well the model hears, measured on labelled music."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.opening import settings_for
from indexer.options import jobs_option, json_option
from indexer.printing import print_json, say, shown
from mir.errors import NotFound

if TYPE_CHECKING:
    from mir.evaluation.hearing import HeardSet
    from mir.evaluation.labelled import LabelledSet
    from mir.evaluation.report import Report, Table
    from mir.model.card import ModelInfo

_SEED = 0  # of the random vectors that the model is compared with

_labels_argument = click.argument(
    "labels", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="LABELS.csv…"
)
_output_option = click.option(
    "--output", type=click.Path(path_type=Path), help="Write the report to this Markdown file, too."
)


@click.group()
def evaluate() -> None:
    """Measure how well the model hears.

    LABELS.csv lies beside the audio and has the columns file, split (train, valid or test),
    label, sublabel and artist. MIR_MODEL names another model than the shipped one.
    """


@evaluate.command()
@_labels_argument
@_output_option
@jobs_option
@json_option
def similarity(
    labels: tuple[Path, ...], output: Path | None, jobs: int | None, as_json: bool
) -> None:
    """Measure whether tracks of a kind lie near each other.

    Precision at 10, MAP and a probe's accuracy, the same artist excluded, beside random
    vectors and MFCC statistics.
    """
    import numpy as np

    from mir.evaluation.labelled import read_labels
    from mir.evaluation.similarity import similarity_table

    sets = [read_labels(path) for path in labels]
    ear = _Ear(jobs)

    def tables(heard_set: "HeardSet") -> "tuple[Table, ...]":
        return (similarity_table(heard_set, np.random.default_rng(_SEED)),)

    _print(_report("How well similar tracks are found", sets, tables, ear), output, as_json)


@evaluate.command()
@_labels_argument
@_output_option
@jobs_option
@json_option
def genre(labels: tuple[Path, ...], output: Path | None, jobs: int | None, as_json: bool) -> None:
    """Measure how often the genre is right.

    Only test tracks whose label is one of the model's genres count.
    """
    from mir.evaluation.genre import genre_tables, judgeable, predictions
    from mir.evaluation.labelled import read_labels

    ear = _Ear(jobs)
    sets = [judgeable(read_labels(path), ear.info.genres) for path in labels]

    def tables(heard_set: "HeardSet") -> "tuple[Table, ...]":
        return genre_tables(heard_set.name, predictions(heard_set))

    _print(_report("How often the genre is right", sets, tables, ear), output, as_json)


class _Ear:
    """The model that the settings name: what it says of itself, and how a worker loads it."""

    def __init__(self, jobs: int | None) -> None:
        from mir.model.embedder import Embedder

        settings = settings_for(None, jobs=jobs)
        self.jobs: int = settings.jobs
        self.load: Callable[[], Embedder] = partial(Embedder.load, settings.model)
        self.info: ModelInfo = self.load().info


def _report(
    title: str,
    sets: "Sequence[LabelledSet]",
    tables: "Callable[[HeardSet], tuple[Table, ...]]",
    ear: _Ear,
) -> "Report":
    """Hear every set, with a progress bar on standard error, and make its tables."""
    from mir.evaluation.hearing import hear_set
    from mir.evaluation.report import Report

    made: list[Table] = []
    left_out: list[tuple[str, str]] = []
    for labelled in sets:
        with click.progressbar(
            length=len(labelled.items), label=shown(labelled.name), file=sys.stderr
        ) as bar:
            show = partial(_advance, bar)
            heard = hear_set(labelled, ear.load, ear.jobs, show)
        made += tables(heard)
        left_out += heard.left_out
    model: dict[str, str | int] = {
        "name": ear.info.name,
        "id": ear.info.model_id,
        "size": ear.info.dimension,
    }
    return Report(title, model, tuple(made), tuple(left_out))


def _advance(bar: Any, done: int, total: int) -> None:
    bar.update(1)


def _print(report: "Report", output: Path | None, as_json: bool) -> None:
    text = report.as_markdown()
    if as_json:
        print_json(report.as_json())
    else:
        for line in text.splitlines():
            say(line)
    if output is not None:
        try:
            output.write_text(text, encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            raise NotFound(
                f"the report cannot be written to {output}: {error.strerror}; name another file."
            ) from error
