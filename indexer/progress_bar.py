"""The bar that shows how an index run gets on: rate, time left, failures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from indexer.bar import bar_of
from indexer.ingest import IngestReport, Progress
from indexer.printing import say, warn
from mir.durations import clock


@contextmanager
def progress_bar() -> Iterator[Callable[[Progress], None]]:
    """Yield a callback that draws a bar on standard error; on no terminal it draws nothing."""
    from rich.progress import MofNCompleteColumn, TextColumn, TimeRemainingColumn

    with bar_of(
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        TextColumn("{task.fields[failed]}", style="red"),
    ) as bar:
        task = bar.add_task("Indexing", total=None, rate="", failed="")

        def show(progress: Progress) -> None:
            rate = progress.music_seconds / progress.elapsed if progress.elapsed > 0 else 0.0
            bar.update(
                task,
                description=progress.part,
                completed=progress.done,
                total=progress.total,
                rate=f"{rate:,.0f}x real time" if rate else "",
                failed=f"{progress.failures} failed" if progress.failures else "",
            )

        yield show


def report_line(report: IngestReport) -> str:
    """Return in one line what became of the files of a run."""
    parts = [
        f"{count} {name}"
        for count, name in (
            (report.added, "added"),
            (report.updated, "read again"),
            (report.moved, "moved or copied"),
            (report.caught_up, "heard by another model"),
            (report.removed, "gone"),
            (report.excluded, "excluded by a rule"),
            (report.failed, "failed (see `mir failures`)"),
            (report.unchanged, "unchanged"),
        )
        if count
    ]
    line = "Files: " + (", ".join(parts) or "none") + "."
    if report.fingerprinted:
        line += f" Fingerprints: {report.fingerprinted} made."
    if report.compared:
        line += f" Compared: {report.compared}."
    return line


def say_report(report: IngestReport) -> None:
    """Print what a run did, in a few lines."""
    say(report_line(report))
    if report.seconds_of_music:
        rate = report.seconds_of_music / max(report.wall_seconds, 1e-3)
        say(
            f"{clock(report.seconds_of_music)} of music in {clock(report.wall_seconds)} "
            f"({rate:,.0f}x real time)."
        )
    for message in report.messages:
        warn(message)
