"""The genres of the library and how many tracks each has."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from mir.catalogue.filters import has_genre
from mir.catalogue.ids import Ids
from mir.catalogue.models import present
from mir.catalogue.tables import TAG, genres, track_genres


@dataclass(frozen=True, slots=True)
class GenreCount:
    """A genre with the number of tracks that a filter by its name lets through.

    `predicted` of the library's tracks have it as the model's first choice, `tagged` in their
    own tags; one track may count in both.
    """

    name: str
    tracks: int
    predicted: int
    tagged: int


def genre_counts(session: Session, model_id: str | None = None) -> tuple[GenreCount, ...]:
    """Return every genre that any track has, the commonest first, equals by name.

    Predictions are those of the model given, or of the library's present one.
    """
    source, position = track_genres.c.source, track_genres.c.position
    first = and_(source == present(model_id), position == 0)
    counted = (
        select(
            track_genres.c.genre_id,
            func.count(track_genres.c.track_id.distinct()).label("tracks"),
            func.sum(case((first, 1), else_=0)).label("predicted"),
            func.sum(case((source == TAG, 1), else_=0)).label("tagged"),
        )
        .where(has_genre(model_id))
        .group_by(track_genres.c.genre_id)
        .subquery()
    )
    rows = session.execute(
        select(genres.c.name, counted.c.tracks, counted.c.predicted, counted.c.tagged).join_from(
            counted, genres, counted.c.genre_id == genres.c.id
        )
    )
    found = [
        GenreCount(name, tracks, predicted, tagged) for name, tracks, predicted, tagged in rows
    ]
    return tuple(sorted(found, key=lambda genre: (-genre.tracks, genre.name)))


@dataclass(frozen=True, slots=True, eq=False)
class FirstGenres:
    """The first predicted genre of each track that has one: (n,) aligned, ascending by track."""

    tracks: Ids  # ids
    genres: Ids  # places in `names`
    names: tuple[str, ...]


def first_genres(session: Session, model_id: str | None = None) -> FirstGenres:
    """Return what the model, or the library's present one, hears first in each track."""
    mine = (track_genres.c.source == present(model_id), track_genres.c.position == 0)
    known = session.execute(select(genres.c.id, genres.c.name).order_by(genres.c.id)).all()
    rows = session.execute(
        select(track_genres.c.track_id, track_genres.c.genre_id)
        .where(*mine)
        .order_by(track_genres.c.track_id)
    ).all()
    pairs = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 2)
    ids = np.array([row.id for row in known], dtype=np.int64)
    return FirstGenres(
        tracks=pairs[:, 0].copy(),
        genres=np.searchsorted(ids, pairs[:, 1]),
        names=tuple(row.name for row in known),
    )


def names(session: Session) -> tuple[str, ...]:
    """Return the name of every genre that any track has or may have, in alphabetical order.

    Much cheaper than counting: it reads the genres, not the tracks.
    """
    return tuple(session.execute(select(genres.c.name).order_by(genres.c.name)).scalars())
