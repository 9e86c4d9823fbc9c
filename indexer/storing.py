"""What the workers learnt, into the catalogue; and what the catalogue knows, for a scan."""

import os
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from indexer.outcomes import Excluded, Identified, Outcome, Parts, path_of
from indexer.scan import Changes, Renamed, Stamp
from mir.analysis import CUE_STAGE, Analysis, Failure
from mir.catalogue import coverage, exclusions, failures, files, tracks
from mir.catalogue.coverage import Unheard
from mir.catalogue.session import Catalogue, Session
from mir.catalogue.tracks import StoredTrack
from mir.exclusion import Exclusion

# Failures that may pass without the file changing: they are tried again in every run.
PASSING_STAGES = frozenset({"read", "worker"})
_TRY_AGAIN: Stamp = (-1, -1)  # no file looks like this, so it counts as changed


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of files by what became of them; `music_seconds` were listened to or skipped."""

    added: int = 0  # files of sounds that are new
    updated: int = 0  # files known before, read again
    moved: int = 0  # new files of known sounds: moved, renamed or copied
    left: int = 0  # places of moved files, which are not gone: they are counted already
    caught_up: int = 0  # unchanged files, heard by a model that had not heard them
    excluded: int = 0  # kept out by a rule of length or genre
    failed: int = 0
    music_seconds: float = 0.0  # length of the music that was analysed
    bad_sheets: int = 0  # among the files: those whose cue sheet is not followed

    @property
    def done(self) -> int:
        """All files that have been dealt with."""
        known = self.added + self.updated + self.moved + self.caught_up
        return known + self.excluded + self.failed


@dataclass(frozen=True, slots=True)
class Memory:
    """What a scan is set against."""

    stamps: dict[str, Stamp]  # by path: every file that was analysed, failed or is kept out
    inodes: dict[str, int | None]  # of those that may be taken for moved without being read


def remembered(session: Session) -> Memory:
    """Return every file the catalogue knows, as it looked when it was read."""
    stamps: dict[str, Stamp] = {}
    inodes: dict[str, int | None] = {}
    for name, size, modified_ns, inode, part in files.seen_files(session):
        stamps[name] = size, modified_ns
        if part == 0:  # the sheet that parts a file may not have moved along with it
            inodes[name] = inode
    for failure in failures.known(session):
        # Last, since a file that was overwritten by something bad is in both lists.
        passing = failure.state == "failed" and failure.stage in PASSING_STAGES
        again = passing or failure.state == "again"
        name = str(failure.path)
        stamps[name] = _TRY_AGAIN if again else (failure.size, failure.modified_ns)
        inodes.pop(name, None)
    for kept_out in failures.excluded(session):
        stamps[str(kept_out.path)] = kept_out.size, kept_out.modified_ns
    return Memory(stamps, inodes)


def to_be_read(stamps: dict[str, Stamp]) -> dict[str, Stamp]:
    """Return stamps of the same files with which none of them looks unchanged."""
    return dict.fromkeys(stamps, _TRY_AGAIN)


def exclude_known(catalogue: Catalogue, rules: Iterable[Exclusion], now: datetime) -> int:
    """Take known files out that a rule of length or genre matches; return how many."""
    reasons: dict[Path, Failure] = {}
    with catalogue.session() as session:
        for rule in rules:
            for file in exclusions.matching_files(session, rule):
                reasons[file.path] = Failure(
                    file.path, file.size, file.modified_ns, rule.reason, failures.EXCLUDED
                )
        for kept_out in reasons.values():
            failures.record(session, kept_out, now)
        tracks.remove_files(session, list(reasons))
    return len(reasons)


def move_files(catalogue: Catalogue, changes: Changes) -> Changes:
    """Store what the scan found to have moved, and the inodes it noted.

    Where a title may have come from the file's old name, the file is to be read after all, for
    its tags decide: the changes that come back say so.
    """
    with catalogue.session() as session:
        files.note_inodes(
            session, {f.path: f.inode for f in changes.renumbered if f.inode is not None}
        )
        renamed = {old: file.path for old, file in changes.moved if old.stem != file.path.stem}
        titled = files.named_by_file(session, renamed)
        changes = changes.reading(renamed[old] for old in titled)
        files.move(session, {old: file.path for old, file in changes.moved})
    return changes


def link_files(
    catalogue: Catalogue, links: Renamed, before: Tally
) -> tuple[Tally, tuple[Path, ...]]:
    """Make further names of one file, which were not read, files of the same track.

    Returns the tally that follows `before`, and the names that must be read by themselves.
    """
    with catalogue.session() as session:
        again = files.link(session, [(name, file.path) for name, file in links])
    return replace(before, moved=before.moved + len(links) - len(again)), again


def known_sounds(
    session: Session, paths: Iterable[Path], owed: Iterable[Unheard], thorough: bool = False
) -> dict[str, frozenset[str]]:
    """Return audio hash -> ids of the models that have heard it, for sounds a run may meet again.

    If `thorough`, only models that have heard all of it count.
    These are the sounds of the tracks of those files, which may turn up at another place or with
    other tags, of the tracks whose files an earlier run that was stopped has not found again, and
    of those that some model still has to hear.
    """
    owners = {*tracks.silent(session), *files.owners(session, tuple(paths))}
    hashes = {track.track_id: track.audio_hash for track in owed}
    hashes |= coverage.sounds(session, sorted(owners - hashes.keys()))
    heard = coverage.heard_by(session, sorted(hashes), thorough)
    return {audio_hash: heard[track_id] for track_id, audio_hash in hashes.items()}


def owed_files(
    session: Session, model_ids: Iterable[str], changes: Changes, thorough: bool = False
) -> dict[Path, list[Unheard]]:
    """Return files for the unchanged tracks that one of the models has still to hear, with those.

    Tracks whose files are away are left out, and those of files that are read anyway.
    """
    read = {file.path for file in changes.work} | set(changes.gone)
    seen: set[int] = set()
    owed: dict[Path, list[Unheard]] = {}
    for model_id in model_ids:
        for track in coverage.unheard(session, model_id, thorough):
            if track.track_id not in seen and not read.intersection(track.paths):
                there = next(filter(os.path.isfile, track.paths), None)  # raises nowhere
                if there is not None:
                    seen.add(track.track_id)
                    owed.setdefault(there, []).append(track)
    return dict(sorted(owed.items()))


def store_batch(
    catalogue: Catalogue,
    outcomes: Sequence[Outcome],
    *,
    owed: Container[Path],
    before: Tally,
    known_paths: Container[str],
    gone: Collection[Path],
    now: datetime,
) -> tuple[Tally, tuple[Path, ...]]:
    """Store `outcomes` in one transaction.

    `owed` are files read only because a model had not heard them yet; `gone` those that are not at
    their place any more, of which one makes way when its sound turns up elsewhere. Returns the
    tally that follows `before`, and the files that must be listened to after all, because the
    track whose sound they hold has gone in the meantime.
    """
    tally = before
    again: list[Path] = []
    with catalogue.session() as session:
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                failures.record(session, outcome, now)
                tally = replace(tally, failed=tally.failed + 1)
                continue
            path = path_of(outcome)
            if isinstance(outcome, Excluded):
                kept_out = Failure(
                    path, outcome.size, outcome.modified_ns, outcome.reason, failures.EXCLUDED
                )
                failures.record(session, kept_out, now)
                files.remove(session, [path])
                tally = replace(tally, excluded=tally.excluded + 1)
                continue
            known = str(path) in known_paths
            stored = _stored(session, outcome, known, now)
            kept = [each for each in stored if each is not None]
            if len(kept) < len(stored):
                again.append(path)
                continue
            tally = _heard(tally, outcome)
            if path in owed:
                tally = replace(tally, caught_up=tally.caught_up + 1)
            elif known:
                tally = replace(tally, updated=tally.updated + 1)
            elif any(each.new for each in kept):
                tally = replace(tally, added=tally.added + 1)
            else:
                left = [p for p in files.of_track(session, kept[0].id) if p in gone][:1]
                files.remove(session, left)
                tally = replace(tally, moved=tally.moved + 1, left=tally.left + len(left))
    return tally, tuple(again)


def _stored(
    session: Session, outcome: Analysis | Identified | Parts, known: bool, now: datetime
) -> list[StoredTrack | None]:
    """Store all tracks of one file, and nothing else of it; None for one that has gone.

    `known`: the file was in the catalogue before, where it may have been divided otherwise.
    """
    several = _tracks(outcome)
    kept = [_store(session, each, now) for each in several]
    if known or isinstance(outcome, Parts):
        path = path_of(outcome)
        tracks.keep_parts(session, path, [each.file.part for each in several])
        if isinstance(outcome, Parts) and outcome.problem is not None:
            file = several[0].file
            problem = Failure(path, file.size, file.modified_ns, outcome.problem, CUE_STAGE)
            failures.record(session, problem, now)
    return kept


def _store(session: Session, one: Analysis | Identified, now: datetime) -> StoredTrack | None:
    if isinstance(one, Analysis):
        return tracks.store(session, one, now)
    return tracks.store_file(session, one.file, one.audio_hash, one.tags)


def _tracks(outcome: Analysis | Identified | Parts) -> tuple[Analysis | Identified, ...]:
    return outcome.tracks if isinstance(outcome, Parts) else (outcome,)


def _heard(tally: Tally, outcome: Analysis | Identified | Parts) -> Tally:
    """The tally with the music that was listened to, and with a sheet that was not followed."""
    seconds = sum(each.seconds for each in _tracks(outcome) if isinstance(each, Analysis))
    bad = isinstance(outcome, Parts) and outcome.problem is not None
    return replace(
        tally,
        music_seconds=tally.music_seconds + seconds,
        bad_sheets=tally.bad_sheets + bad,
    )


def remove_gone(catalogue: Catalogue, gone: Sequence[Path], waiting: Collection[int]) -> None:
    """Take files that are gone out of the catalogue, and the tracks that have no file left.

    Tracks that are `waiting` stay: a run that was stopped left them, and their files may be where
    this one has not looked.
    """
    with catalogue.session() as session:
        if gone:
            failures.forget(session, gone)
            tracks.remove_files(session, gone)
        tracks.remove_silent(session, waiting)
