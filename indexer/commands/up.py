"""`mir up`: index and serve at once; the way to begin."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.commands.serve import served, wait_for
from indexer.interrupt import stop_on_signal
from indexer.opening import opened
from indexer.options import FOLDER, home_option, json_option, port_options, worker_options
from indexer.printing import print_json, say, warn
from mir.errors import Busy

if TYPE_CHECKING:
    from mir.engine import Engine


@click.command()
@click.argument("folders", nargs=-1, type=FOLDER, metavar="[FOLDER]…")
@port_options
@worker_options
@json_option
@home_option
def up(
    folders: tuple[Path, ...],
    host: str | None,
    port: int | None,
    workers: dict[str, int | None],
    as_json: bool,
    home: Path | None,
) -> None:
    """Index FOLDERs and serve them at once, until Ctrl-C.

    Without a FOLDER: those indexed before, or the small demo library that comes with mir.
    With --json, one line has the address and, when indexing is done, another the report.
    """
    with (
        opened(home, host=host, port=port, **workers) as engine,
        stop_on_signal() as asked,
        served(engine) as server,
    ):
        wanted, name = _wanted(engine, folders)
        if as_json:
            print_json({"url": server.url}, one_line=True)
        else:
            say(f"Serving on {server.url} while {name} is indexed (Ctrl-C ends it).")
        _index(engine, wanted, asked, as_json)
        if not asked():
            if not as_json:
                say(f"Still serving on {server.url} (Ctrl-C ends it).")
            wait_for(asked)


def _index(
    engine: "Engine", folders: tuple[Path, ...], asked: Callable[[], bool], as_json: bool
) -> None:
    """Run the index beside the server; another run at it is no reason not to serve."""
    from indexer.progress_bar import progress_bar, say_report
    from indexer.whole_run import index_whole

    try:
        with progress_bar() as show:
            report = index_whole(engine, folders, progress=show, stop=asked)
    except Busy as error:
        warn(str(error))
        return
    if as_json:
        print_json(report, one_line=True)
    else:
        say_report(report)


def _wanted(engine: "Engine", folders: tuple[Path, ...]) -> tuple[tuple[Path, ...], str]:
    if folders:
        return folders, ", ".join(map(str, folders))
    from indexer.folders import known_folders

    before = known_folders(engine)
    if before:
        return before, ", ".join(map(str, before))
    from mir.demo import demo_folder

    return (demo_folder(),), "the demo library"
