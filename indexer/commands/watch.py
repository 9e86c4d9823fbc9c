"""`mir watch`: the catalogue kept up to date with folders of music, as they change."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.interrupt import stop_on_signal
from indexer.opening import opened
from indexer.options import FOLDER, home_option, json_option, worker_options
from indexer.printing import print_json, say, warn
from mir.errors import Busy

if TYPE_CHECKING:
    from mir.engine import Engine


@click.command()
@click.argument("folders", nargs=-1, type=FOLDER, metavar="[FOLDER]…")
@click.option(
    "--poll",
    type=click.FloatRange(1, 86_400),
    metavar="SECONDS",
    help="Look for changes so often, where the system notes none (on network shares).",
)
@worker_options
@json_option
@home_option
def watch(
    folders: tuple[Path, ...],
    poll: float | None,
    workers: dict[str, int | None],
    as_json: bool,
    home: Path | None,
) -> None:
    """Index FOLDERs, or those indexed before, and follow their changes until Ctrl-C.

    Once nothing has changed for five seconds, the FOLDERs in which something did are indexed, as by
    `mir index`; each run prints a line. A FOLDER that goes away (a disk is unmounted) loses
    nothing and is followed again when it is back. Between runs others may index.
    """
    from indexer.folders import absolute, known_folders
    from indexer.watch import file_changes, follow

    with opened(home, **workers) as engine, stop_on_signal() as asked:
        wanted = folders or known_folders(engine)
        if not wanted:
            raise click.UsageError("No folder was indexed before; name one: mir watch FOLDER.")
        roots = list(dict.fromkeys(absolute(folder) for folder in wanted))
        run = _runner(engine, asked, as_json)
        follow(roots, file_changes(engine.settings.home, poll=poll), run, stop=asked)
    if not as_json:
        say("Watching no longer.")


def _runner(
    engine: "Engine", asked: Callable[[], bool], as_json: bool
) -> Callable[[Sequence[Path]], bool]:
    """Return what indexes folders and prints a line, or returns False while another run does."""
    from indexer.progress_bar import progress_bar, report_line
    from indexer.whole_run import index_whole

    waits = False

    def run(roots: Sequence[Path]) -> bool:
        nonlocal waits
        try:
            with progress_bar() as show:
                report = index_whole(engine, roots, progress=show, stop=asked)
        except Busy as error:
            if not waits:
                warn(str(error))
            waits = True
            return False
        waits = False
        if as_json:
            print_json(report, one_line=True)
        else:
            say(report_line(report))
            for message in report.messages:
                warn(message)
        return True

    return run
