"""A whole index run: folders are read and heard, new tracks get a fingerprint and are compared.

At the end the map is made, where there is none or the library has outgrown it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from indexer.charting import chart
from indexer.comparing import ComparisonReport, compare_all
from indexer.fingerprinting import FingerprintReport, fingerprint_all
from indexer.ingest import ingest
from indexer.run_report import IngestReport, Progress
from mir.engine import Engine
from mir.run_note import RunNote, noted

_NAMED = 3  # files in a message


def index_whole(
    engine: Engine,
    roots: Sequence[Path],
    *,
    again: bool = False,
    prune: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
) -> IngestReport:
    """Run `indexer.ingest.ingest`, `fingerprinting.fingerprint_all`,
    `comparing.compare_all` and `charting.chart`.

    What comes after a part that was stopped is left to the next run. Whoever serves the same home
    is told how far it is (`mir.run_note`). Raises as each part does.
    """
    with noted(engine.settings.home) as note:

        def told(now: Progress) -> None:
            note(RunNote(now.part, now.done, now.total, now.failures))
            progress(now)

        report = ingest(engine, roots, again=again, prune=prune, progress=told, stop=stop)
        if report.stopped:
            return report
        printed = fingerprint_all(engine, progress=told, stop=stop)
        compared = None if printed.stopped else compare_all(engine, progress=told, stop=stop)
        if compared is not None and not compared.stopped and not stop():
            chart(engine, progress=told)
    return replace(
        report,
        fingerprinted=printed.made,
        compared=compared.compared if compared else 0,
        messages=(*report.messages, *_messages(printed, compared)),
        stopped=printed.stopped or (compared is not None and compared.stopped),
    )


def _messages(printed: FingerprintReport, compared: ComparisonReport | None) -> list[str]:
    told = []
    if printed.silent:
        told.append(f"Tracks without sound to be known again by: {printed.silent}.")
    if printed.failed:
        named = ", ".join(map(str, printed.failed[:_NAMED]))
        more = ", …" if len(printed.failed) > _NAMED else ""
        told.append(
            f"Files that could not be read for fingerprints, and are tried again by the next run: "
            f"{len(printed.failed)} ({named}{more})."
        )
    if printed.stopped:
        told.append("Stopped as asked; index again for the fingerprints that are lacking.")
    if compared and compared.stopped:
        told.append("Stopped as asked; index again to compare the tracks that were not yet.")
    return told
