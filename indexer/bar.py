"""A bar on standard error that is wiped at the end; on no terminal nothing is drawn."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

from indexer.printing import bar_console
from mir.durations import clock


def bar_of(*columns: ProgressColumn) -> Progress:
    """A bar over the whole width: what is under way, how far it is, and `columns` behind that."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        *columns,
        console=bar_console(),
        expand=True,
        transient=True,
        disable=not sys.stderr.isatty(),
    )


@contextmanager
def recording_bar() -> Iterator[Callable[[str, float, float | None], None]]:
    """Yield a callback that draws how far a recording is looked through.

    It takes the part that is under way, the seconds it is past, and of how many, if known.
    """
    with bar_of(TextColumn("{task.fields[at]}"), TimeRemainingColumn(compact=True)) as bar:
        task = bar.add_task("Listening", total=None, at="")
        under_way = "Listening"

        def show(part: str, seconds: float, of: float | None) -> None:
            nonlocal under_way
            if part != under_way:
                bar.reset(task)
                under_way = part
            at = clock(seconds) if of is None else f"{clock(seconds)} of {clock(of)}"
            bar.update(task, description=part, completed=seconds, total=of, at=at)

        yield show
