"""What the workers learnt, into the catalogue; and what the catalogue knows, for a scan."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from indexer.analyse import Identified, Parts
from indexer.scan import Changes, Stamp
from mir.analysis import CUE_STAGE, Analysis, Failure
from mir.catalogue import coverage, failures, files, tracks
from mir.catalogue.coverage import Unheard
from mir.catalogue.session import Catalogue, Session
from mir.catalogue.tracks import StoredTrack

Outcome = Analysis | Identified | Parts | Failure

# Failures that may pass without the file changing: they are tried again in every run.
PASSING_STAGES = frozenset({"read", "worker"})
_TRY_AGAIN: Stamp = (-1, -1)  # no file looks like this, so it counts as changed


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of files by what became of them; `music_seconds` were listened to or skipped."""

    added: int = 0  # files of sounds that are new
    updated: int = 0  # files known before, read again
    moved: int = 0  # new files of known sounds: moved, renamed or copied
    caught_up: int = 0  # unchanged files, heard by a model that had not heard them
    failed: int = 0
    music_seconds: float = 0.0  # length of the music that was analysed
    bad_sheets: int = 0  # among the files: those whose cue sheet is not followed

    @property
    def done(self) -> int:
        """All files that have been dealt with."""
        return self.added + self.updated + self.moved + self.caught_up + self.failed


def known_stamps(session: Session) -> dict[Path, Stamp]:
    """Return every file the catalogue knows, analysed or failed, as it looked then."""
    stamps = {file.path: (file.size, file.modified_ns) for file in files.known_files(session)}
    for failure in failures.known(session):
        # Last, since a file that was overwritten by something bad is in both lists.
        passing = failure.stage in PASSING_STAGES
        stamps[failure.path] = _TRY_AGAIN if passing else (failure.size, failure.modified_ns)
    return stamps


def known_sounds(
    session: Session, paths: Iterable[Path], owed: Iterable[Unheard]
) -> dict[str, frozenset[str]]:
    """Return audio hash -> ids of the models that have heard it, for sounds a run may meet again.

    These are the sounds of the tracks of those files, which may turn up at another place or with
    other tags, and of the tracks that some model still has to hear.
    """
    asked = set(paths)
    owners = {file.track_id for file in files.known_files(session) if file.path in asked}
    hashes = {track.track_id: track.audio_hash for track in owed}
    found = tracks.get_many(session, sorted(owners - hashes.keys()))
    hashes |= {track.id: track.audio_hash for track in found.values()}
    heard = coverage.heard_by(session, sorted(hashes))
    return {audio_hash: heard[track_id] for track_id, audio_hash in hashes.items()}


def owed_files(
    session: Session, model_ids: Iterable[str], changes: Changes
) -> dict[Path, list[Unheard]]:
    """Return files for the unchanged tracks that one of the models has still to hear, with those.

    Tracks whose files are away are left out, and those of files that are read anyway.
    """
    read = {file.path for file in changes.work} | set(changes.gone)
    seen: set[int] = set()
    owed: dict[Path, list[Unheard]] = {}
    for model_id in model_ids:
        for track in coverage.unheard(session, model_id):
            if track.track_id not in seen and not read.intersection(track.paths):
                there = next((path for path in track.paths if path.is_file()), None)
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
    known_paths: Container[Path],
    now: datetime,
) -> tuple[Tally, tuple[Path, ...]]:
    """Store `outcomes` in one transaction.

    `owed` are files read only because a model had not heard them yet. Returns the tally that
    follows `before`, and the files that must be listened to after all, because the track whose
    sound they hold has gone in the meantime.
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
            kept = _stored(session, outcome, path in known_paths, now)
            if None in kept:
                again.append(path)
                continue
            tally = _heard(tally, outcome)
            new = any(each is not None and each.new for each in kept)
            if path in owed:
                tally = replace(tally, caught_up=tally.caught_up + 1)
            elif path in known_paths:
                tally = replace(tally, updated=tally.updated + 1)
            elif new:
                tally = replace(tally, added=tally.added + 1)
            else:
                tally = replace(tally, moved=tally.moved + 1)
    return tally, tuple(again)


def path_of(outcome: Outcome) -> Path:
    """The file that the outcome is about."""
    return outcome.path if isinstance(outcome, Failure | Parts) else outcome.file.path


def _stored(
    session: Session, outcome: Analysis | Identified | Parts, known: bool, now: datetime
) -> list[StoredTrack | None]:
    """Store all tracks of one file, and nothing else of it; None for one that has gone.

    `known`: the file was in the catalogue before, where it may have been divided otherwise.
    """
    if not isinstance(outcome, Parts) and not known:
        return [_store(session, outcome, now)]
    path, several = path_of(outcome), _tracks(outcome)
    before = tracks.tracks_inside(session, path)
    kept = [_store(session, each, now) for each in several]
    tracks.keep_parts(session, path, [each.file.part for each in several], before)
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


def remove_gone(catalogue: Catalogue, gone: Sequence[Path]) -> int:
    """Take files that are gone out of the catalogue; return how many it knew."""
    if not gone:
        return 0
    with catalogue.session() as session:
        forgotten = failures.forget(session, gone)
        return tracks.remove_files(session, gone).files + forgotten
