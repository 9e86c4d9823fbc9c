"""Brings the catalogue and the index up to date with folders of music.

Scan, then workers read the files while this process stores what they found, one transaction
a batch, and brings the index after it every few seconds. New files are stored before gone
ones are taken out, so that a moved file keeps its track. What a model that was chosen since then
has not heard comes last. Whatever ends a run early, what was
committed stays, and the next run does the rest.
"""

import os
import time
from collections.abc import Callable, Container, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path

from indexer import pool
from indexer.analyse import MakeAnalyser
from indexer.lock import only_run
from indexer.pool import Done, Lost, Tick
from indexer.scan import Changes, Stamp, scan
from indexer.storing import (
    Outcome,
    Tally,
    known_sounds,
    known_stamps,
    owed_files,
    path_of,
    remove_gone,
    store_batch,
)
from mir import models
from mir.analysis import Failure
from mir.catalogue import files
from mir.engine import Engine
from mir.errors import NotFound
from mir.model.embedder import Embedder

BATCH_FILES = 32
BATCH_SECONDS = 2.0
INDEX_SECONDS = 5.0  # between two saves of the index, at least
INDEX_SHARE = 0.1  # of the time of a run that saving the index may take
SECONDS_EACH = 300.0  # for one file: ten hours of music over a slow network need that
MEMORY_EACH = 2 << 30  # bytes of data for one worker


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; handed to the callback after every batch and every half second."""

    done: int
    total: int
    failures: int
    music_seconds: float  # length of the music analysed so far
    elapsed: float  # seconds
    current: Path | None  # the file that was finished last


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What a run did, in numbers of files."""

    added: int
    updated: int
    moved: int
    caught_up: int  # unchanged, but heard by a model that had not heard them
    removed: int
    failed: int
    unchanged: int
    seconds_of_music: float  # analysed in this run
    wall_seconds: float
    messages: tuple[str, ...]  # what the user should know: a root that is missing, an early end
    missing_roots: tuple[Path, ...] = ()
    stopped: bool = False  # asked to stop before everything was done


def ingest(
    engine: Engine,
    roots: Sequence[Path],
    *,
    jobs: int | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    load: Callable[[str], Embedder] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
) -> IngestReport:
    """Index the folders `roots`, with `jobs` workers (None: as the settings say).

    After what is new and changed there, unchanged files of the whole library are heard that the
    active or the pending model has not heard yet; when nothing is left, the pending one takes over.
    `load` (picklable) gives a worker the network of a model, by default from the home. `stop` is
    asked often; once true, what is under way is stored and the report comes early. Raises Busy if
    another run holds the home, NotFound if none of the roots exists nor ever did.
    """
    engine.settings.home.mkdir(parents=True, exist_ok=True)
    with only_run(engine.settings.home):
        started = clock()
        folders = [absolute(root) for root in roots]
        with engine.catalogue.session() as session:
            known = known_stamps(session)
        changes = scan(folders, known)
        if len(changes.missing_roots) == len(folders) and not any(
            folder in _roots(engine) for folder in folders
        ):
            raise NotFound(" ".join(changes.messages))
        ears = models.begin(engine)
        with engine.catalogue.session() as session:
            for folder in folders:
                if folder not in changes.missing_roots:
                    files.add_root(session, folder)
            owed = owed_files(session, ears.model_ids, changes)
            moving = (*changes.gone, *(file.path for file in changes.changed), *owed)
            sounds = known_sounds(session, moving, chain.from_iterable(owed.values()))
        total = len(changes.work) + len(changes.unreadable) + len(owed)
        run = _Run(engine, known, owed, total, progress, now, clock, started)
        run.store(list(changes.unreadable))
        loads = tuple(
            partial(load, model_id) if load else _loader(engine, model_id)
            for model_id in ears.model_ids
        )
        paths: Sequence[Path] = [*(file.path for file in changes.work), *owed]
        while paths:
            make_work = MakeAnalyser(loads, sounds)
            run.analyse(paths, make_work, jobs or engine.settings.jobs, stop)
            # Second round: sounds that had gone before they were met again.
            paths, sounds = run.take_again(), {}
        stopped = run.tally.done < total
        removed = 0 if stopped else remove_gone(engine.catalogue, changes.gone)
        engine.refresh_index()
        told = () if stopped else models.complete(engine, ears.pending)
        return _report(run, changes, (*ears.messages, *told), removed, stopped, clock() - started)


def absolute(folder: Path) -> Path:
    """Return the path as the catalogue keeps it: absolute, links as they are, no `..`."""
    return Path(os.path.normpath(folder.expanduser().absolute()))


class _Run:
    """The state of one run: what is done, what waits to be stored, when the index was saved."""

    def __init__(
        self,
        engine: Engine,
        known: dict[Path, Stamp],
        owed: Container[Path],
        total: int,
        progress: Callable[[Progress], None],
        now: Callable[[], datetime],
        clock: Callable[[], float],
        started: float,
    ) -> None:
        self.tally = Tally()
        self._engine = engine
        self._known = known
        self._owed = owed
        self._total = total
        self._progress = progress
        self._now = now
        self._clock = clock
        self._started = started
        self._again: list[Path] = []
        self._saved_at = clock()
        self._save_seconds = 0.0

    def analyse(
        self,
        paths: Sequence[Path],
        make_work: MakeAnalyser,
        jobs: int,
        stop: Callable[[], bool],
    ) -> None:
        """Have the workers read `paths`, and store what they find."""
        batch: list[Outcome] = []
        batch_since = self._clock()
        answers = pool.run(
            paths,
            make_work,
            jobs=jobs,
            seconds_each=SECONDS_EACH,
            memory_each=MEMORY_EACH,
            stop=stop,
            clock=self._clock,
        )
        with closing(answers):
            for answer in answers:
                if not isinstance(answer, Tick):
                    batch.append(_outcome(answer))
                late = self._clock() - batch_since >= BATCH_SECONDS
                if len(batch) >= BATCH_FILES or late:
                    self.store(batch)
                    batch, batch_since = [], self._clock()
                    self._save_index_now_and_then()
        self.store(batch)

    def store(self, batch: Sequence[Outcome]) -> None:
        """Store a batch in one transaction and say how far the run is."""
        current = None
        if batch:
            self.tally, again = store_batch(
                self._engine.catalogue,
                batch,
                owed=self._owed,
                before=self.tally,
                known_paths=self._known,
                now=self._now(),
            )
            self._again.extend(again)
            current = path_of(batch[-1])
        tally = self.tally
        self._progress(
            Progress(
                done=tally.done,
                total=self._total,
                failures=tally.failed,
                music_seconds=tally.music_seconds,
                elapsed=self._clock() - self._started,
                current=current,
            )
        )

    def take_again(self) -> list[Path]:
        """Return the files that must be read once more, and forget them."""
        again, self._again = self._again, []
        return again

    def _save_index_now_and_then(self) -> None:
        """Let searches see what was stored, at a cost that stays a fraction of the run."""
        begun = self._clock()
        if begun - self._saved_at < max(INDEX_SECONDS, self._save_seconds / INDEX_SHARE):
            return
        self._engine.refresh_index()
        self._saved_at = self._clock()
        self._save_seconds = self._saved_at - begun


def _loader(engine: Engine, model_id: str) -> Callable[[], Embedder]:
    if engine.shelf.has(model_id):
        return partial(engine.shelf.load, model_id)
    return partial(Embedder.load, engine.settings.model)  # it begins with that one


def _outcome(answer: Done | Lost) -> Outcome:
    if isinstance(answer, Done):
        value = answer.value
        assert isinstance(value, Outcome)
        return value
    try:
        facts = answer.path.stat()
        size, modified_ns = facts.st_size, facts.st_mtime_ns
    except OSError:
        size = modified_ns = 0
    reason = f"The process that read this file {answer.cause}; the file is left out."
    return Failure(answer.path, size, modified_ns, reason, "worker")


def _roots(engine: Engine) -> tuple[Path, ...]:
    with engine.catalogue.session() as session:
        return files.roots(session)


def _report(
    run: _Run,
    changes: Changes,
    told: Sequence[str],
    removed: int,
    stopped: bool,
    wall_seconds: float,
) -> IngestReport:
    tally = run.tally
    messages = [*changes.messages, *told]
    if tally.bad_sheets:
        messages.append(
            f"Cue sheets that make no sense: {tally.bad_sheets}; 'mir failures' says why."
        )
    if stopped:
        messages.append("Stopped as asked; what was read is stored, index again for the rest.")
    return IngestReport(
        added=tally.added,
        updated=tally.updated,
        moved=tally.moved,
        caught_up=tally.caught_up,
        removed=removed,
        failed=tally.failed,
        unchanged=changes.unchanged - tally.caught_up,
        seconds_of_music=tally.music_seconds,
        wall_seconds=wall_seconds,
        messages=tuple(messages),
        missing_roots=changes.missing_roots,
        stopped=stopped,
    )
