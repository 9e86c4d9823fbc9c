"""The last part of an index run: the map, where there is none or the library has outgrown it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from indexer.lock import only_run
from indexer.run_report import Progress
from mir.engine import Engine
from mir.map.library import Need, make, need


@dataclass(frozen=True, slots=True)
class MapReport:
    """What was done about the map."""

    tracks: int  # that have been heard
    laid_out: int  # of them, in this run; the others lie between these
    why: Need | None  # why it was made; None: it was good as it was, or it was asked for
    wall_seconds: float


def chart(
    engine: Engine,
    *,
    again: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
) -> MapReport:
    """Make the map where that is needed, or `again`. Busy if another run holds the home."""
    with only_run(engine.settings.home, engine.catalogue):
        started = clock()
        why = need(engine)
        tracks = len(engine.index())
        laid = 0
        if why is not None or again:
            _tell(progress, 0, tracks, clock() - started)
            laid = make(engine)
            _tell(progress, tracks, tracks, clock() - started)
        return MapReport(tracks, laid, why, clock() - started)


def _tell(progress: Callable[[Progress], None], done: int, total: int, elapsed: float) -> None:
    progress(
        Progress(
            done=done,
            total=total,
            failures=0,
            music_seconds=0.0,
            elapsed=elapsed,
            current=None,
            part="Mapping",
        )
    )
