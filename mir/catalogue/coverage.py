"""How much of the library a model has heard, and which files it must still hear."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from mir.analysis import CUE_STAGE
from mir.catalogue.chunks import chunks
from mir.catalogue.matches import uncompared
from mir.catalogue.paths import restored
from mir.catalogue.tables import embeddings, failures, files, fingerprints, hearings, tracks


@dataclass(frozen=True, slots=True)
class Unheard:
    """A track that a model has not heard, and the files in which it could."""

    track_id: int
    audio_hash: str
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class PartsDone:
    """For how many of the tracks each part of an index run is done."""

    tracks: int
    heard: int  # by the model that answers
    fingerprinted: int
    compared: int  # with the rest of the library, or found to have nothing to compare


def parts_done(session: Session, model_id: str, print_method: str) -> PartsDone:
    """Return how far the parts of index runs have come."""
    heard = select(func.count()).where(embeddings.c.model_id == model_id)
    printed = select(func.count()).where(fingerprints.c.method == print_method)
    count = session.execute(select(func.count()).select_from(tracks)).scalar_one()
    return PartsDone(
        count,
        session.execute(heard).scalar_one(),
        session.execute(printed).scalar_one(),
        count - uncompared(session, print_method),
    )


def covered(session: Session) -> dict[str, int]:
    """Return for each model with vectors the number of tracks that have one."""
    counted = select(embeddings.c.model_id, func.count()).group_by(embeddings.c.model_id)
    return dict(session.execute(counted).all())


def unheard(session: Session, model_id: str, thorough: bool = False) -> tuple[Unheard, ...]:
    """Return the tracks that the model has not heard, those by their first file's path.

    If `thorough`, also those that it has not heard from end to end.
    Files of which it is known that they cannot be heard are left out, and with them tracks
    without any other: they are tried again when they change.
    """
    by_track: dict[int, tuple[str, list[Path]]] = {}
    rows = session.execute(_silent(model_id, thorough).order_by(files.c.path))
    for row in rows:
        by_track.setdefault(row.id, (row.audio_hash, []))[1].append(restored(row.path))
    return tuple(
        Unheard(track_id, audio_hash, tuple(paths))
        for track_id, (audio_hash, paths) in by_track.items()
    )


def covers(session: Session, model_id: str) -> bool:
    """Whether the model has heard every track that can be heard."""
    return session.execute(_silent(model_id).limit(1)).first() is None


def left_out(session: Session, model_id: str, limit: int) -> tuple[Path, ...]:
    """Return the first `limit` files, one a track, of those that the model has not heard."""
    first = (
        select(files.c.track_id, func.min(files.c.path).label("path"))
        .where(~_heard(files.c.track_id, model_id))
        .group_by(files.c.track_id)
        .subquery()
    )
    paths = select(first.c.path).distinct().order_by(first.c.path).limit(limit)
    rows = session.execute(paths).scalars()
    return tuple(restored(path) for path in rows)


def sounds(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the audio hash of each of the tracks that exist, with or without files."""
    found: dict[int, str] = {}
    for some in chunks(ids):
        rows = session.execute(
            select(tracks.c.id, tracks.c.audio_hash).where(tracks.c.id.in_(some))
        )
        found |= dict(rows.all())
    return found


def heard_by(session: Session, ids: list[int], thorough: bool = False) -> dict[int, frozenset[str]]:
    """Return for each of the tracks the ids of the models that have heard it, or all of it."""
    found: dict[int, set[str]] = {track_id: set() for track_id in ids}
    chosen = select(embeddings.c.track_id, embeddings.c.model_id)
    if thorough:
        chosen = chosen.where(_heard_whole(embeddings.c.track_id, embeddings.c.model_id))
    for some in chunks(ids):
        for track_id, model_id in session.execute(chosen.where(embeddings.c.track_id.in_(some))):
            found[track_id].add(model_id)
    return {track_id: frozenset(models) for track_id, models in found.items()}


def _heard(track_id: ColumnElement[int], model_id: str) -> ColumnElement[bool]:
    vectors = select(embeddings.c.track_id)
    return vectors.where(
        embeddings.c.track_id == track_id, embeddings.c.model_id == model_id
    ).exists()


def _heard_whole(
    track_id: ColumnElement[int], model_id: ColumnElement[str] | str
) -> ColumnElement[bool]:
    return (
        select(hearings.c.track_id)
        .where(
            hearings.c.track_id == track_id,
            hearings.c.model_id == model_id,
            hearings.c.thorough,
        )
        .exists()
    )


def _silent(model_id: str, thorough: bool = False) -> Select[Any]:
    """The tracks that the model has still to hear, once for each file that may be heard."""
    failed = select(failures.c.id).where(
        failures.c.path == files.c.path, failures.c.stage != CUE_STAGE
    )
    done = _heard(tracks.c.id, model_id)
    if thorough:
        done = and_(done, _heard_whole(tracks.c.id, model_id))
    return (
        select(tracks.c.id, tracks.c.audio_hash, files.c.path)
        .join_from(tracks, files, files.c.track_id == tracks.c.id)
        .where(~done, ~failed.exists())
    )
