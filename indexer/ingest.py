"""Brings the catalogue and the index up to date with folders of music.

Scan and store what moved, then workers read the files while this process stores what they found,
one transaction a batch, and brings the index after it every few seconds. Gone files, and tracks
that have no file left, are taken out when all is read: so a sound that turns up at another place
keeps its track. What a model that was chosen since then has not heard comes last. Whatever ends a
run early, what was committed stays, and the next run does the rest.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path

from indexer.analyse import MakeAnalyser
from indexer.folders import chosen_folders, covers_all, remember_folders
from indexer.lock import only_run
from indexer.run import Run
from indexer.run_report import IngestReport, Progress
from indexer.scan import Changes, scan
from indexer.still_gone import still_gone
from indexer.storing import (
    Memory,
    exclude_known,
    known_sounds,
    move_files,
    owed_files,
    remembered,
    remove_gone,
    to_be_read,
)
from mir import models
from mir.catalogue import exclusions, tracks
from mir.engine import Engine
from mir.exclusion import PathRules
from mir.model.embedder import Embedder

__all__ = ["IngestReport", "Progress", "ingest"]


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
        run = Run(engine, known, changes, owed, progress, now, clock, started)
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


def _loader(engine: Engine, model_id: str) -> Callable[[], Embedder]:
    if engine.shelf.has(model_id):
        return partial(engine.shelf.load, model_id)
    return partial(Embedder.load, engine.settings.model)  # it begins with that one


def _report(
    run: Run,
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
