"""`mir evaluate`: how well the model hears and recommends, measured on labels and on plays."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from indexer.opening import opened, settings_for
from indexer.options import home_option, jobs_option, json_option
from indexer.printing import print_json, say, warn
from mir.errors import NotFound, SettingsError

if TYPE_CHECKING:
    from mir.evaluation.report import Report, Table

R = TypeVar("R")

_SEED = 0  # of the guesses that the model is compared with, and of the bootstrap

_PATH = click.Path(path_type=Path)
_SUFFIXES = (".md", ".html")
_OUTPUT = "Write the report to this file, too: .md, or .html with pictures."


def _judging_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add what the commands that hear labelled music take."""

    @click.argument("labels", nargs=-1, required=True, type=_PATH, metavar="LABELS.csv…")
    @click.option(
        "--beside", multiple=True, type=_PATH, help="Judge this model file beside it (repeatable)."
    )
    @click.option(
        "--output",
        type=_PATH,
        callback=_check_suffix,
        help=_OUTPUT,
    )
    @jobs_option
    @json_option
    @home_option
    @wraps(command)
    def with_options(*args: Any, **kwargs: Any) -> R:
        return command(*args, **kwargs)

    return with_options


def _check_suffix(
    context: click.Context, parameter: click.Parameter, value: Path | None
) -> Path | None:
    """Refuse at once what could not be written after minutes of listening."""
    if value is None:
        return None
    if value.suffix.lower() not in _SUFFIXES:
        raise click.BadParameter(f"{value} ends neither in {' nor in '.join(_SUFFIXES)}.")
    if value.suffix.lower() == ".html":
        from mir.evaluation.plots import require_matplotlib

        require_matplotlib()
    return value


@click.group()
def evaluate() -> None:
    """Measure how well the model hears, and how well plays are foretold.

    LABELS.csv lies beside the audio and has the columns file, split (train, valid or test),
    label, sublabel and artist; album is optional. MIR_MODEL names another model than the shipped
    one. The last report of each kind is kept in the home; the web app shows it.
    """


@evaluate.command()
@_judging_options
def similarity(
    labels: tuple[Path, ...],
    beside: tuple[Path, ...],
    output: Path | None,
    jobs: int | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Measure whether tracks of a kind lie near each other.

    Precision, MAP and a probe's accuracy with the same artist (and album) excluded, hubness,
    and whether an excerpt finds its track; beside random vectors and MFCC statistics.
    """
    import numpy as np

    from indexer.judged_models import JudgedModels
    from mir.evaluation.labelled import read_labels
    from mir.evaluation.self_retrieval import self_retrieval_table
    from mir.evaluation.similarity import similarity_tables, sought_vectors, track_vectors

    sets = [read_labels(path) for path in labels]
    models = JudgedModels(beside, jobs)
    tables: list[Table] = []
    for labelled in sets:
        rng = np.random.default_rng(_SEED)
        heard = models.hear(labelled)
        items = heard[models.judged].items
        features = track_vectors(heard, rng)
        tables += similarity_tables(labelled.name, items, features, rng)
        asked, excerpts = models.hear_excerpts(heard)
        if asked:
            sought = sought_vectors(heard, excerpts, rng)
            tables.append(self_retrieval_table(labelled.name, items, asked, sought))
    _print(
        models.report("How well similar tracks are found", tables),
        "similarity",
        output,
        as_json,
        home,
    )


@evaluate.command()
@_judging_options
def genre(
    labels: tuple[Path, ...],
    beside: tuple[Path, ...],
    output: Path | None,
    jobs: int | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Measure how often the genre is right.

    Only test tracks whose label is one of the model's genres count. Beside it stand guessing, the
    commonest genre, and a classifier of MFCC statistics trained on the other splits.
    """
    import numpy as np

    from indexer.judged_models import JudgedModels
    from mir.evaluation.baselines import majority_genres, mfcc_genres, random_genres
    from mir.evaluation.genre import judgeable, predictions, summary_tables
    from mir.evaluation.genre_by_class import class_tables
    from mir.evaluation.labelled import read_labels

    models = JudgedModels(beside, jobs)
    sets = [judgeable(read_labels(path), models.info.genres) for path in labels]
    tables: list[Table] = []
    for labelled in sets:
        rng = np.random.default_rng(_SEED)
        heard = models.hear(labelled)
        judged = heard[models.judged]
        answers = {"random": random_genres(judged, rng), "majority": majority_genres(judged)}
        learnt = mfcc_genres(judged)
        answers |= {"MFCC": learnt} if learnt is not None else {}
        answers |= {name: predictions(each) for name, each in heard.items()}
        tables += summary_tables(labelled.name, answers, rng)
        tables += class_tables(labelled.name, answers[models.judged], rng)
    _print(models.report("How often the genre is right", tables), "genre", output, as_json, home)


@evaluate.command()
@_judging_options
@click.option(
    "--match",
    multiple=True,
    metavar="COLUMN=NAME",
    help="Hold a column against this mood, instrument, axis or genre (repeatable).",
)
def tags(
    labels: tuple[Path, ...],
    beside: tuple[Path, ...],
    output: Path | None,
    jobs: int | None,
    as_json: bool,
    home: Path | None,
    match: tuple[str, ...],
) -> None:
    """Measure whether moods and instruments agree with people.

    The CSV has the columns file, split and artist, then one for each mood, instrument or genre: 0
    and 1, or the more the more it applies. Columns belong to the names they bear; for others there
    is --match.
    """
    import numpy as np

    from indexer.judged_models import JudgedModels
    from mir.evaluation.tags import names_of, tag_tables
    from mir.evaluation.voted import read_votes

    models = JudgedModels(beside, jobs, every_name=True)
    pairs = dict(_pair(text) for text in match)
    sets = [read_votes(path, names_of(models.info), pairs) for path in labels]
    tables: list[Table] = []
    for voted in sets:
        heard = models.hear(voted.labelled)
        tables += tag_tables(voted, heard, np.random.default_rng(_SEED))
    _print(models.report("How well tags agree with people", tables), "tags", output, as_json, home)


@evaluate.command()
@click.option("--output", type=_PATH, callback=_check_suffix, help=_OUTPUT)
@json_option
@home_option
def recommend(output: Path | None, as_json: bool, home: Path | None) -> None:
    """Measure whether recommendations foretell what is played.

    Judged on the library's own plays, cut at five moments for each listener; beside chance,
    popularity, the mean of what was played, sound alone and other listeners alone. Needs no
    LABELS.csv.
    """
    import numpy as np

    from mir.evaluation.report import Report
    from mir.recommend.judging import judge

    with opened(home) as engine:
        tables = judge(engine, np.random.default_rng(_SEED))
        status = engine.status()
    model = {"name": status.model_name, "id": status.model_id}
    report = Report("How well recommendations foretell what is played", model, tables)
    _print(report, "recommend", output, as_json, home)


def _pair(text: str) -> tuple[str, str]:
    column, equals, name = text.partition("=")
    if not (column and equals and name):
        raise click.BadParameter(f"{text!r} is no COLUMN=NAME.", param_hint="--match")
    return column.strip(), name.strip()


def _print(
    report: "Report", kind: str, output: Path | None, as_json: bool, home: Path | None
) -> None:
    """Print the report, keep it as the last one of its kind, and write it where that is asked."""
    from datetime import UTC, datetime

    from mir.evaluation.kept import keep

    if as_json:
        print_json(report.as_json())
    else:
        for line in report.as_markdown().splitlines():
            say(line)
    if output is not None:
        _write(report, output)
    try:
        keep(settings_for(home).home, kind, report.as_json(), datetime.now(UTC))
    except SettingsError as error:  # no reason to fail: it was measured and told
        warn(str(error))


def _write(report: "Report", output: Path) -> None:
    if output.suffix.lower() == ".html":
        from mir.evaluation.page import as_html

        text = as_html(report)
    else:
        text = report.as_markdown()
    try:
        output.write_text(text, encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise NotFound(
            f"the report cannot be written to {output}: {error.strerror}; name another file."
        ) from error
