"""The third part of an index run: what each new track shares with the rest of the library.

A track is compared with all that have a fingerprint by then, so that every pair is met at least
once, whichever came first. Each is stored by itself; whatever ends the run early, the next one
does the rest.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from indexer.lock import only_run
from indexer.run_report import Progress
from mir.catalogue import chromas, matches
from mir.comparison import METHOD, compared
from mir.engine import Engine
from mir.fingerprint.packing import METHOD as PRINT_METHOD
from mir.versions.packing import METHOD as CHROMA_METHOD
from mir.versions.shortlist import Shortlist

_TELL_EVERY = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """What a run did."""

    compared: int  # tracks
    matches: int  # pairs that were found, each once for either track and kind
    wall_seconds: float
    stopped: bool = False


def compare_all(
    engine: Engine,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> ComparisonReport:
    """Compare the tracks that were not yet, in this process.

    `stop` is asked between two tracks. Raises Busy if another run holds the home.
    """
    with only_run(engine.settings.home, engine.catalogue):
        started = clock()
        with engine.catalogue.session() as session:
            matches.forget_others(session, METHOD)
            waiting = matches.lacking(session, PRINT_METHOD).tolist()
            if not waiting:
                return ComparisonReport(0, 0, clock() - started)
            shortlist = Shortlist(*chromas.summaries(session, CHROMA_METHOD))
        index = engine.fingerprints.index()
        found = done = 0
        told = started - _TELL_EVERY
        for track in waiting:
            if stop():
                break
            with engine.catalogue.session() as session:
                new = compared(
                    index,
                    shortlist,
                    lambda ids: chromas.contents(session, ids, CHROMA_METHOD),
                    track,
                )
                matches.put(session, track, METHOD, new)
            found += len(new)
            done += 1
            if clock() - told >= _TELL_EVERY or done == len(waiting):
                told = clock()
                progress(
                    Progress(
                        done=done,
                        total=len(waiting),
                        failures=0,
                        music_seconds=0.0,
                        elapsed=clock() - started,
                        current=None,
                        part="Comparing",
                    )
                )
        return ComparisonReport(done, found, clock() - started, stopped=done < len(waiting))
