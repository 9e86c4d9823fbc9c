"""Which tracks a filter lets through: the meaning of its grammar in SQL.

A track has a genre when one of its tags names it, when the model puts it first, or when the
model puts it among its three with a probability of at least `STRONG`. The model is the one given,
or the library's present one. Names are compared without regard to case, width and spaces.
"""

from functools import reduce
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from mir.catalogue.grammar import ANY, EITHER, MODEL_ONLY, NONE, TAG_ONLY, Filter
from mir.catalogue.ids import Ids, read_ids
from mir.catalogue.matching import matching
from mir.catalogue.models import present
from mir.catalogue.moods import spellings
from mir.catalogue.patterns import containing, of_paths
from mir.catalogue.plays import played
from mir.catalogue.sorting import on_album
from mir.catalogue.tables import (
    TAG,
    artists,
    files,
    genres,
    track_artists,
    track_genres,
    track_labels,
    tracks,
)
from mir.catalogue.text import clean, name_key

STRONG = 0.15

__all__ = ["STRONG", "Filter", "allowed_ids", "has_genre", "not_played"]


def allowed_ids(session: Session, filter: Filter, model_id: str | None = None) -> Ids:
    """Return the ids of all tracks that pass, ascending."""
    wanted = [read_ids(session, part) for part in _wanted(filter, model_id)]
    kept = reduce(_both, wanted) if wanted else read_ids(session, select(tracks.c.id))
    if filter.genres_none:
        unwanted = read_ids(session, _with_genres(filter.genres_none, filter.genres_by, model_id))
        kept = np.setdiff1d(kept, unwanted, assume_unique=True)
    return not_played(session, kept, filter)


def not_played(session: Session, ids: Ids, filter: Filter) -> Ids:
    """Return those of the ids (ascending) that are not played, as far as the filter asks that."""
    if not filter.asks_plays or not len(ids):
        return ids
    since = None if filter.unplayed else filter.not_played_since
    known = read_ids(session, played(filter.listener, since))
    places = np.minimum(np.searchsorted(ids, known), len(ids) - 1)
    return np.delete(ids, places[ids[places] == known])


def has_genre(model_id: str | None = None, by: str = EITHER) -> ColumnElement[bool]:
    """Return the condition under which a row of `track_genres` counts as the track's genre.

    `by` is whose word counts, as in `Filter.genres_by`.
    """
    strong = or_(track_genres.c.position == 0, track_genres.c.probability >= STRONG)
    tagged = track_genres.c.source == TAG
    predicted = and_(track_genres.c.source == present(model_id), strong)
    return {EITHER: or_(tagged, predicted), TAG_ONLY: tagged, MODEL_ONLY: predicted}[by]


def _wanted(filter: Filter, model_id: str | None) -> list[Select[tuple[int]]]:
    by = filter.genres_by
    parts = [_with_genres((name,), by, model_id) for name in filter.genres_all]
    if filter.genres_any:
        parts.append(_with_genres(filter.genres_any, by, model_id))
    if filter.moods:
        parts.append(_with_moods(filter.moods, model_id))
    if filter.artist is not None:
        named = select(artists.c.id).where(artists.c.folded == name_key(filter.artist))
        parts.append(select(track_artists.c.track_id).where(track_artists.c.artist_id.in_(named)))
    if filter.path is not None:
        there = of_paths(clean(filter.path) or "")
        parts.append(select(files.c.track_id).where(*matching(files.c.shown, there)))
    parts += [select(tracks.c.id).where(*own) for own in _of_the_track(filter)]
    return parts


def _of_the_track(filter: Filter) -> list[list[ColumnElement[bool]]]:
    """Return what a row of `tracks` must be by itself, in groups: one for each index that helps."""
    year = _within(tracks.c.year, filter.year_from, filter.year_to)
    measured = [
        *_within(tracks.c.tempo, filter.bpm_from, filter.bpm_to),
        *_within(tracks.c.seconds, filter.seconds_from, filter.seconds_to),
        *_within(tracks.c.added_at, filter.added_since, None),
    ]
    if filter.keys:
        keys = (and_(tracks.c.key == k.tonic, tracks.c.mode == k.mode) for k in filter.keys)
        measured.append(or_(*keys))
    written = []
    if filter.album is not None:
        written.append(on_album(filter.album))
    if filter.licence is not None:
        written.append(_licensed(filter.licence))
    return [group for group in (year, measured, written) if group]


def _within(column: ColumnElement[Any], first: object, last: object) -> list[ColumnElement[bool]]:
    return [
        *([column >= first] if first is not None else []),
        *([column <= last] if last is not None else []),
    ]


def _licensed(text: str) -> ColumnElement[bool]:
    wanted = name_key(text)
    if wanted == NONE:
        return tracks.c.licence.is_(None)
    if wanted == ANY:
        return tracks.c.licence.is_not(None)
    return and_(*matching(tracks.c.licence, containing(clean(text) or "")))


def _with_moods(names: tuple[str, ...], model_id: str | None) -> Select[tuple[int]]:
    spelt = sorted(cleaned for name in names if (cleaned := clean(name)))
    folded = sorted({name_key(name) for name in names})
    name = spellings(model_id).c.name
    asked = select(name).where(or_(name.in_(spelt), func.lower(name).in_(folded)))
    return select(track_labels.c.track_id).where(
        track_labels.c.kind == "mood",
        track_labels.c.model_id == present(model_id),
        track_labels.c.name.in_(asked),
    )


def _with_genres(names: tuple[str, ...], by: str, model_id: str | None) -> Select[tuple[int]]:
    named = select(genres.c.id).where(genres.c.folded.in_(sorted({name_key(n) for n in names})))
    return select(track_genres.c.track_id).where(
        track_genres.c.genre_id.in_(named), has_genre(model_id, by)
    )


def _both(one: Ids, other: Ids) -> Ids:
    return np.intersect1d(one, other, assume_unique=True)
