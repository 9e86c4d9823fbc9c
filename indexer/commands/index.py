"""`mir index`: the catalogue brought up to date with folders of music."""

from pathlib import Path

import click

from indexer.interrupt import stop_on_signal
from indexer.opening import opened
from indexer.options import FOLDER, home_option, json_option, worker_options
from indexer.printing import print_json


@click.command()
@click.argument("folders", nargs=-1, type=FOLDER, metavar="[FOLDER]…")
@click.option(
    "--again", is_flag=True, help="Read and hear every file there, even if it looks unchanged."
)
@click.option(
    "--prune",
    is_flag=True,
    help="Take out what is gone even where a whole FOLDER is missing or empty.",
)
@worker_options
@json_option
@home_option
@click.pass_context
def index(
    ctx: click.Context,
    folders: tuple[Path, ...],
    again: bool,
    prune: bool,
    workers: dict[str, int | None],
    as_json: bool,
    home: Path | None,
) -> None:
    """Bring the catalogue up to date with FOLDERs; without any, with those indexed before.

    Only new and changed files are read; moved ones keep their tracks. Files that are gone are
    taken out, unless their whole FOLDER is missing or empty: then a disk may not be mounted, and
    nothing is removed without --prune. What `mir exclude` names stays out. With --thorough,
    tracks that were heard at three places only are heard again, from end to end; what was heard
    thoroughly stays so. At the end, all of every track that has no fingerprint is decoded
    for one, by which `mir identify` knows it again.

    The exit status is 1 if a FOLDER was missing, and 130 after Ctrl-C.
    """
    from indexer.folders import known_folders
    from indexer.progress_bar import progress_bar, say_report
    from indexer.whole_run import index_whole

    with opened(home, **workers) as engine, stop_on_signal() as asked:
        wanted = folders or known_folders(engine)
        if not wanted:
            raise click.UsageError("No folder was indexed before; name one: mir index FOLDER.")
        with progress_bar() as show:
            report = index_whole(
                engine, wanted, again=again, prune=prune, progress=show, stop=asked
            )
    if as_json:
        print_json(report)
    else:
        say_report(report)
    if report.stopped:
        ctx.exit(130)
    if report.missing_roots:
        ctx.exit(1)
