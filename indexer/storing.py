"""What the workers learnt, into the catalogue; and what the catalogue knows, for a scan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from indexer.analyse import Identified
from indexer.scan import Stamp
from mir.analysis import Analysis, Failure, Hearing
from mir.catalogue import embeddings, failures, files, tracks
from mir.catalogue.session import Catalogue, Session
from mir.errors import NotFound

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
    failed: int = 0
    music_seconds: float = 0.0  # length of the music that was analysed

    @property
    def done(self) -> int:
        """All files that have been dealt with."""
        return self.added + self.updated + self.moved + self.failed


def known_stamps(session: Session) -> dict[Path, Stamp]:
    """Return every file the catalogue knows, analysed or failed, as it looked then."""
    stamps = {file.path: (file.size, file.modified_ns) for file in files.known_files(session)}
    for failure in failures.known(session):
        # Last, since a file that was overwritten by something bad is in both lists.
        passing = failure.stage in PASSING_STAGES
        stamps[failure.path] = _TRY_AGAIN if passing else (failure.size, failure.modified_ns)
    return stamps


def known_sounds(session: Session, paths: Iterable[Path], model_id: str) -> dict[str, int]:
    """Return audio hash -> track id of those files' tracks that the model has listened to.

    These are the sounds that a run may meet again at another place or with other tags.
    """
    asked = set(paths)
    if not asked:
        return {}
    owners = {file.track_id for file in files.known_files(session) if file.path in asked}
    heard = owners.intersection(embeddings.ids_with(session, model_id).tolist())
    found = tracks.get_many(session, sorted(heard))
    return {track.audio_hash: track.id for track in found.values()}


def store_batch(
    catalogue: Catalogue,
    outcomes: Sequence[Outcome],
    *,
    known: dict[str, int],
    model_id: str,
    before: Tally,
    known_paths: frozenset[Path] | dict[Path, Stamp],
    now: datetime,
) -> tuple[Tally, tuple[Path, ...]]:
    """Store `outcomes` in one transaction.

    Returns the tally that follows `before`, and the files that must be listened to after
    all, because the track whose sound they hold has gone in the meantime.
    """
    tally = before
    again: list[Path] = []
    with catalogue.session() as session:
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                failures.record(session, outcome, now)
                tally = replace(tally, failed=tally.failed + 1)
                continue
            if isinstance(outcome, Analysis):
                analysis = outcome
                tally = replace(tally, music_seconds=tally.music_seconds + outcome.seconds)
            else:
                try:
                    analysis = _as_before(session, outcome, known, model_id)
                except NotFound:
                    again.append(outcome.file.path)
                    continue
            new = tracks.store(session, analysis, now).new
            if analysis.file.path in known_paths:
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


def _as_before(
    session: Session, found: Identified, known: dict[str, int], model_id: str
) -> Analysis:
    """Return the analysis of a known sound, with the tags of the file that holds it now."""
    track = tracks.get(session, known[found.audio_hash])
    passages = embeddings.passages(session, [track.id], model_id)
    vector = embeddings.vector(session, track.id, model_id)
    return Analysis(
        file=found.file,
        audio_hash=found.audio_hash,
        seconds=track.seconds,
        tags=found.tags,
        descriptors=track.descriptors,
        hearing=Hearing(
            model_id=model_id,
            vector=vector,
            passages=passages.get(track.id, vector[:0].reshape(0, len(vector))),
            genres=track.genres,
            uncertain=track.uncertain,
            moods=track.moods,
            instruments=track.instruments,
        ),
    )
