"""`mir export` and `mir import`: a whole library in one file, from one machine to another."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.lock import only_run
from indexer.mapping import map_option
from indexer.opening import opened
from indexer.options import FOLDER, home_option, json_option
from indexer.printing import bar_console, bytes_shown, print_json, say, warn

if TYPE_CHECKING:
    from mir.portable import ImportReport


@click.command()
@click.argument("file", type=FOLDER, metavar="FILE")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--no-models", is_flag=True, help="Leave the model files out (12 MB each).")
@json_option
@home_option
def export(file: Path, force: bool, no_models: bool, as_json: bool, home: Path | None) -> None:
    """Write the whole analysis to FILE: vectors, names, tags, failures, folders and models.

    FILE is an SQLite database that `mir import` reads on any machine and into SQLite and Postgres
    alike; docs/portable.md tells what is in it. It shows the library at one moment, also while
    `mir index` runs. The music itself is not in it.
    """
    from mir.portable import export_library

    with opened(home) as engine, carry_bar("Exporting") as show:
        header = export_library(
            engine,
            file,
            with_models=not no_models,
            program=_program(),
            now=datetime.now(UTC),
            overwrite=force,
            progress=show,
        )
    size = file.stat().st_size
    counts = header.row_counts
    if as_json:
        print_json({"file": file, "bytes": size, "rows": dict(counts)})
    else:
        say(f"{counts['tracks']} tracks are in {file} ({bytes_shown(size)}).")


@click.command("import")
@click.argument("file", type=FOLDER, metavar="FILE")
@map_option("The music that lay in the folder OLD there lies in NEW here (repeatable).")
@json_option
@home_option
def import_(
    file: Path, mappings: tuple[tuple[Path, Path], ...], as_json: bool, home: Path | None
) -> None:
    """Merge FILE, which `mir export` wrote, into the library.

    Sounds that are known keep their ids and tags, and get what is missing: vectors, files, names.
    Nothing is decoded, then or by the next `mir index`, where files have the size and time that
    they had there (copy them with their times: cp -p, rsync -a). Files need not be there yet.
    """
    from mir.catalogue.portable.moves import Move
    from mir.portable import import_library

    moves = [Move(old, new) for old, new in mappings]
    with opened(home) as engine:
        engine.settings.home.mkdir(parents=True, exist_ok=True)
        with (
            only_run(engine.settings.home, engine.catalogue),
            carry_bar("Importing") as show,
        ):
            report = import_library(engine, file, moves, show)
    if as_json:
        print_json(report)
    else:
        _say_report(report)


def _say_report(report: "ImportReport") -> None:
    parts = ((report.added, "added"), (report.known, "known already"))
    said = [f"{count} {name}" for count, name in parts if count]
    say("Tracks: " + (", ".join(said) or "none") + ".")
    brought = [
        f"{count} {name}" + ("s" if count > 1 else "")
        for count, name in (
            (report.heard, "vector"),
            (report.files, "file"),
            (report.failures, "failure"),
            (report.folders, "folder"),
        )
        if count
    ]
    named = [f"the model {name}" for name in report.models]
    say("New here: " + (", ".join([*brought, *named]) or "nothing") + ".")
    for message in report.messages:
        warn(message)


@contextmanager
def carry_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a callback (rows done, in all) that draws a bar on a terminal's standard error."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn(what), BarColumn(bar_width=None), TaskProgressColumn())
    with Progress(*columns, console=bar_console(), expand=True, transient=True) as bar:
        task = bar.add_task("carry", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _program() -> str:
    """The version of mir, as it is installed."""
    try:
        return version("mir")
    except PackageNotFoundError:  # run from a source tree
        return "unknown"
