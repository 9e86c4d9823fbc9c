"""Brings the catalogue and the index up to date with folders of music.

Scan and store what moved, then workers read the files while this process stores what they found,
one transaction a batch, and brings the index after it every few seconds. Gone files, and tracks
that have no file left, are taken out when all is read: so a sound that turns up at another place
keeps its track. What a model that was chosen since then has not heard comes last. Whatever ends a
run early, what was committed stays, and the next run does the rest.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path

from indexer import pool
from indexer.analyse import MakeAnalyser
from indexer.folders import chosen_folders, covers_all, remember_folders
from indexer.lock import only_run
from indexer.outcomes import Outcome, path_of
from indexer.pool import Done, Lost, Tick
from indexer.run_report import IngestReport, Progress
from indexer.scan import Changes, Renamed, Stamp, scan
from indexer.still_gone import still_gone
from indexer.storing import (
    Memory,
    Tally,
    exclude_known,
    known_sounds,
    link_files,
    move_files,
    owed_files,
    remembered,
    remove_gone,
    store_batch,
    to_be_read,
)
from mir import models
from mir.analysis import Failure
from mir.catalogue import exclusions, tracks
from mir.engine import Engine
from mir.exclusion import PathRules
from mir.model.embedder import Embedder

__all__ = ["IngestReport", "Progress", "ingest"]

BATCH_FILES = 32
BATCH_SECONDS = 2.0
INDEX_SECONDS = 5.0  # between two saves of the index, at least
INDEX_SHARE = 0.1  # of the time of a run that saving the index may take


def ingest(
    engine: Engine,
    roots: Sequence[Path],
    *,
    jobs: int | None = None,
    thorough: bool | None = None,
    again: bool = False,
    prune: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    load: Callable[[str], Embedder] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
) -> IngestReport:
    """Index the folders `roots`, with `jobs` workers; `thorough` hears files from end to end.

    None means: as the settings say.

    After what is new and changed there, unchanged files of the whole library are heard that the
    active or the pending model has not heard yet; when nothing is left, the pending one takes over.
    With `again`, all files there are read and heard, however they look. With `prune`, what is known
    in a root that is missing or empty is taken out, and one that does not exist is forgotten.
    `load` (picklable) gives a worker the network of a model, by default from the home. `stop` is
    asked often; once true, what is under way is stored and the report comes early. Raises Busy if
    another run holds the home, NotFound if none of the roots exists nor ever did.
    """
    with only_run(engine.settings.home, engine.catalogue):
        started = clock()
        whole = engine.settings.thorough if thorough is None else thorough
        folders = chosen_folders(engine, roots)
        with engine.catalogue.session() as session:
            rules = exclusions.listing(session)
        of_sound = tuple(rule for rule in rules if rule.kind != "path")
        excluded = exclude_known(engine.catalogue, of_sound, now())
        with engine.catalogue.session() as session:
            memory = remembered(session)
            waiting = tracks.silent(session)
        if again:
            memory = Memory(to_be_read(memory.stamps), {})
        known = memory.stamps
        changes = scan(folders, known, memory.inodes, rules=PathRules(rules), prune=prune)
        remember_folders(engine, folders, changes, prune)
        changes = move_files(engine.catalogue, changes)
        ears = models.begin(engine)
        with engine.catalogue.session() as session:
            owed = owed_files(session, ears.model_ids, changes, whole)
            moving = (*changes.gone, *(file.path for file in changes.changed), *owed)
            unheard = chain.from_iterable(owed.values())
            sounds = {} if again else known_sounds(session, moving, unheard, whole)
            if covers_all(session, folders, changes):
                waiting = ()
        # One that looks as when it failed is ignored; the others are to be tried in every run.
        unreadable = tuple(
            failure
            for failure in changes.unreadable
            if known.get(str(failure.path)) != (failure.size, failure.modified_ns)
        )
        changes = replace(changes, unreadable=unreadable)
        run = _Run(engine, known, changes, owed, progress, now, clock, started)
        run.store(unreadable)
        loads = tuple(
            partial(load, model_id) if load else _loader(engine, model_id)
            for model_id in ears.model_ids
        )
        paths: Sequence[Path] = [*(file.path for file in changes.work), *owed]
        links = changes.links
        while paths or links:
            make_work = MakeAnalyser(loads, sounds, whole, of_sound)
            if paths:
                run.analyse(paths, make_work, jobs or engine.settings.jobs, stop)
            if run.all_read:
                run.link(links)
            # Second round: sounds that had gone meanwhile, further names of files with a failure.
            paths, sounds, links = run.take_again(), {}, ()
        stopped = run.tally.done < run.total
        gone = changes.gone if prune else still_gone(changes.gone, folders)
        kept = len(changes.gone) - len(gone)
        if not stopped:
            if kept:  # a folder went away since it was looked at
                with engine.catalogue.session() as session:
                    waiting = tracks.silent(session)
            remove_gone(engine.catalogue, (*gone, *changes.excluded), waiting)
            excluded += len(changes.excluded)
        engine.refresh_index()
        told = () if stopped else models.complete(engine, ears.pending)
        return _report(
            run,
            changes,
            (*ears.messages, *told),
            missing_roots=() if prune else changes.missing_roots,
            removed=0 if stopped else changes.lost - kept - run.tally.left,
            excluded=excluded,
            stopped=stopped,
            wall_seconds=clock() - started,
        )


class _Run:
    """The state of one run: what is done, what waits to be stored, when the index was saved."""

    def __init__(
        self,
        engine: Engine,
        known: Mapping[str, Stamp],
        changes: Changes,
        owed: Collection[Path],
        progress: Callable[[Progress], None],
        now: Callable[[], datetime],
        clock: Callable[[], float],
        started: float,
    ) -> None:
        self.tally = Tally(moved=len(changes.moved))
        self.total = changes.todo + len(owed)
        self._links = len(changes.links)
        self._engine = engine
        self._known = known
        self._gone = frozenset(changes.gone)
        self._owed = owed
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
        settings = self._engine.settings
        batch: list[Outcome] = []
        batch_since = self._clock()
        answers = pool.run(
            paths,
            make_work,
            jobs=jobs,
            seconds_each=settings.seconds_each,
            memory_each=settings.max_memory_bytes,
            nice=settings.nice,
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
                gone=self._gone,
                now=self._now(),
            )
            self._again.extend(again)
            current = path_of(batch[-1])
        tally = self.tally
        self._progress(
            Progress(
                done=tally.done,
                total=self.total,
                failures=tally.failed,
                music_seconds=tally.music_seconds,
                elapsed=self._clock() - self._started,
                current=current,
            )
        )

    @property
    def all_read(self) -> bool:
        """Whether every file was read but those that are further names of others."""
        return self.tally.done + len(self._again) >= self.total - self._links

    def link(self, links: Renamed) -> None:
        """Store further names of files, which were not read under those."""
        self.tally, again = link_files(self._engine.catalogue, links, self.tally)
        self._again.extend(again)

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


def _report(
    run: _Run,
    changes: Changes,
    told: Sequence[str],
    *,
    missing_roots: tuple[Path, ...],
    removed: int,
    excluded: int,
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
        excluded=excluded + tally.excluded,
        failed=tally.failed,
        unchanged=changes.unchanged - tally.caught_up,
        seconds_of_music=tally.music_seconds,
        wall_seconds=wall_seconds,
        messages=tuple(messages),
        missing_roots=missing_roots,
        stopped=stopped,
    )
