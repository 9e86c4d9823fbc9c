"""The second part of an index run: fingerprints and chroma of the tracks that have none yet.

The first part hears a track at three places, which is enough to say what it sounds like. To be
known again from any of its seconds, all of it must be decoded: that takes several times as long,
and so it comes when the library answers already. Whatever ends it early, the next run does the
rest.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from indexer import pool
from indexer.lock import only_run
from indexer.pool import Done, Lost, Tick
from indexer.print_file import MakePrinter, Printed, Unreadable
from indexer.run_report import Progress
from mir.catalogue import chromas, fingerprints
from mir.catalogue.fingerprints import Lacking
from mir.engine import Engine
from mir.fingerprint.packing import METHOD, seconds_of
from mir.fingerprinting import NO_PRINTS, Prints
from mir.versions.packing import METHOD as CHROMA_METHOD

BATCH_FILES = 32
BATCH_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class FingerprintReport:
    """What a run did."""

    made: int  # tracks that have a fingerprint now
    silent: int  # tracks that give no sound to be known by
    failed: tuple[Path, ...]  # files that could not be read now, and are tried again
    seconds_of_music: float
    wall_seconds: float
    stopped: bool = False


def fingerprint_all(
    engine: Engine,
    *,
    jobs: int | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> FingerprintReport:
    """Make the fingerprints that are lacking, with `jobs` workers (None: as the settings say).

    A file that ends its worker counts as without sound, so that it does not end one in every run.
    `stop` is asked often; once true, what is under way is stored. Raises Busy if another run
    holds the home.
    """
    settings = engine.settings
    with only_run(settings.home, engine.catalogue):
        started = clock()
        with engine.catalogue.session() as session:
            wanted = by_file(fingerprints.lacking(session, METHOD, CHROMA_METHOD))
        run = _Run(engine, wanted, progress, clock, started)
        answers = pool.run(
            wanted,
            MakePrinter({path: _places(each) for path, each in wanted.items() if each[0].part}),
            jobs=jobs or settings.jobs,
            seconds_each=settings.seconds_each,
            memory_each=settings.max_memory_bytes,
            nice=settings.nice,
            stop=stop,
            clock=clock,
        )
        with closing(answers):
            for answer in answers:
                run.take(answer)
        run.store()
        engine.fingerprints.refresh()
        return FingerprintReport(
            run.made,
            run.silent,
            tuple(run.failed),
            run.seconds,
            clock() - started,
            stopped=run.done < len(wanted),
        )


def by_file(lacking: Sequence[Lacking]) -> dict[Path, list[Lacking]]:
    """One file for each of the tracks, of those that are there, with what is wanted of it.

    `lacking` is in the order of paths, and so is the answer.
    """
    seen: set[int] = set()
    wanted: dict[Path, list[Lacking]] = {}
    for path, held in groupby(lacking, lambda each: each.path):
        new = [each for each in held if each.track_id not in seen]
        if new and os.path.isfile(path):  # noqa: PTH113 (raises nowhere)
            seen.update(each.track_id for each in new)
            wanted[path] = new
    return wanted


def _places(held: Sequence[Lacking]) -> tuple[tuple[float, float | None], ...]:
    return tuple((each.start, each.seconds) for each in held)


class _Run:
    """What is done, and what waits to be stored."""

    def __init__(
        self,
        engine: Engine,
        wanted: dict[Path, list[Lacking]],
        progress: Callable[[Progress], None],
        clock: Callable[[], float],
        started: float,
    ) -> None:
        self.made = self.silent = self.done = 0
        self.failed: list[Path] = []
        self.seconds = 0.0
        self._engine, self._wanted, self._progress = engine, wanted, progress
        self._clock, self._started = clock, started
        self._batch: dict[int, Prints] = {}
        self._files = 0
        self._since = clock()
        self._current: Path | None = None

    def take(self, answer: Done | Lost | Tick) -> None:
        """Note an answer, and store what is waiting now and then."""
        if not isinstance(answer, Tick):
            self.done += 1
            self._files += 1
            self._current = answer.path
            self._note(answer.path, answer.value if isinstance(answer, Done) else None)
        if self._files >= BATCH_FILES or self._clock() - self._since >= BATCH_SECONDS:
            self.store()

    def _note(self, path: Path, value: object) -> None:
        held = self._wanted[path]
        if value is None:  # it ended its worker
            prints: tuple[Prints, ...] = (NO_PRINTS,) * len(held)
        elif isinstance(value, Printed) and (value.size, value.modified_ns) == (
            held[0].size,
            held[0].modified_ns,
        ):
            prints = value.prints
        else:  # gone, or another sound than that of the track
            assert isinstance(value, Printed | Unreadable)
            self.failed.append(path)
            return
        for each, made in zip(held, prints, strict=True):
            self._batch[each.track_id] = made
            self.silent += not made.landmarks
            self.made += bool(made.landmarks)
            self.seconds += seconds_of(made.landmarks) if made.landmarks else 0.0

    def store(self) -> None:
        """Store a batch in one transaction and say how far the run is."""
        if self._batch:
            with self._engine.catalogue.session() as session:
                harmony = {i: (each.chroma, each.summary) for i, each in self._batch.items()}
                fingerprints.put(session, METHOD, {i: p.landmarks for i, p in self._batch.items()})
                chromas.put(session, CHROMA_METHOD, harmony)
        self._batch, self._files, self._since = {}, 0, self._clock()
        self._progress(
            Progress(
                done=self.done,
                total=len(self._wanted),
                failures=len(self.failed),
                music_seconds=self.seconds,
                elapsed=self._clock() - self._started,
                current=self._current,
                part="Fingerprinting",
            )
        )
