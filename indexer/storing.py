"""What the workers learnt, into the catalogue; and what the catalogue knows, for a scan."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from indexer.analyse import Identified
from indexer.scan import Changes, Stamp
from mir.analysis import Analysis, Failure
from mir.catalogue import coverage, failures, files, tracks
from mir.catalogue.coverage import Unheard
from mir.catalogue.session import Catalogue, Session

Outcome = Analysis | Identified | Failure

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

    @property
    def done(self) -> int:
        """All files that have been dealt with."""
        return self.added + self.updated + self.moved + self.caught_up + self.failed


def known_stamps(session: Session) -> dict[Path, Stamp]:
    """Return every file the catalogue knows, analysed or failed, as it looked then."""
    stamps = {file.path: (file.size, file.modified_ns) for file in files.known_files(session)}
    for failure in failures.known(session):
        # Last, since a file that was overwritten by something bad is in both lists.
        passing = failure.state == "failed" and failure.stage in PASSING_STAGES
        again = passing or failure.state == "again"
        stamps[failure.path] = _TRY_AGAIN if again else (failure.size, failure.modified_ns)
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


def owed_files(session: Session, model_ids: Iterable[str], changes: Changes) -> dict[Path, Unheard]:
    """Return a file for each unchanged track that one of the models has still to hear.

    Tracks whose files are away are left out, and those of files that are read anyway.
    """
    read = {file.path for file in changes.work} | set(changes.gone)
    owed: dict[int, tuple[Path, Unheard]] = {}
    for model_id in model_ids:
        for track in coverage.unheard(session, model_id):
            if track.track_id not in owed and not read.intersection(track.paths):
                there = [path for path in track.paths if path.is_file()]
                if there:
                    owed[track.track_id] = (there[0], track)
    return dict(sorted(owed.values(), key=lambda pair: pair[0]))


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
            path = outcome.file.path
            if isinstance(outcome, Analysis):
                new = tracks.store(session, outcome, now).new
                tally = replace(tally, music_seconds=tally.music_seconds + outcome.seconds)
            else:
                kept = tracks.store_file(session, outcome.file, outcome.audio_hash, outcome.tags)
                if kept is None:
                    again.append(path)
                    continue
                new = kept.new
            if path in owed:
                tally = replace(tally, caught_up=tally.caught_up + 1)
            elif path in known_paths:
                tally = replace(tally, updated=tally.updated + 1)
            elif new:
                tally = replace(tally, added=tally.added + 1)
            else:
                tally = replace(tally, moved=tally.moved + 1)
    return tally, tuple(again)


def remove_gone(catalogue: Catalogue, gone: Sequence[Path]) -> int:
    """Take files that are gone out of the catalogue; return how many it knew."""
    if not gone:
        return 0
    with catalogue.session() as session:
        forgotten = failures.forget(session, gone)
        return tracks.remove_files(session, gone).files + forgotten
