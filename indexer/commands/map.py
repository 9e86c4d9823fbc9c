"""`mir map`: lay the library out in two dimensions."""

from pathlib import Path

import click

from indexer.opening import opened
from indexer.options import home_option, json_option
from indexer.printing import print_json, say


@click.command("map")
@click.option("--again", is_flag=True, help="Make it anew, though it is good as it is.")
@json_option
@home_option
def map_(again: bool, as_json: bool, home: Path | None) -> None:
    """Make the map of the library, which the page Map shows, where that is needed.

    An index run does the same at its end. Tracks that come later get a place beside what is near
    to them, and nothing else moves, until the library has doubled or changed its model.
    """
    from indexer.charting import chart

    with opened(home) as engine:
        report = chart(engine, again=again)
    if as_json:
        print_json(report)
    elif report.laid_out:
        said = f"The map holds {report.tracks} tracks"
        others = report.tracks - report.laid_out
        said += f", {others} of them between {report.laid_out} others" if others else ""
        say(f"{said} ({report.wall_seconds:.1f} s).")
    elif report.tracks:
        say(f"The map of {report.tracks} tracks is good as it is; --again makes it anew.")
    else:
        say("There is nothing to map yet; index some music with `mir index FOLDER`.")
