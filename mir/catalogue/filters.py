"""Which tracks may be found: the one grammar of filters, and its meaning in SQL.

A track has a genre when one of its tags names it, when the model puts it first, or when the
model puts it among its three with a probability of at least `STRONG`. The model is the one given,
or the library's present one. Names are compared without regard to case, width and spaces.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from mir.catalogue.ids import Ids, read_ids
from mir.catalogue.models import present
from mir.catalogue.tables import TAG, artists, genres, track_artists, track_genres, tracks
from mir.catalogue.text import name_key
from mir.errors import InvalidQuery

STRONG = 0.15


@dataclass(frozen=True, slots=True)
class Filter:
    """What a track must and must not be; the empty filter lets all tracks through.

    `artist` is one of the track's artists or that of the album; years are inclusive, and a
    track without a year passes no limit of years.

    Raises:
        InvalidQuery: a name is blank, or the years are the wrong way round.
    """

    genres_any: tuple[str, ...] = ()
    genres_all: tuple[str, ...] = ()
    genres_none: tuple[str, ...] = ()
    artist: str | None = None
    year_from: int | None = None
    year_to: int | None = None

    def __post_init__(self) -> None:
        """Check the values against each other."""
        for name in (*self.genres_any, *self.genres_all, *self.genres_none):
            if not name_key(name):
                raise InvalidQuery("A genre in the filter is blank; name one or leave it out.")
        if self.artist is not None and not name_key(self.artist):
            raise InvalidQuery("The artist in the filter is blank; name one or leave it out.")
        first, last = self.year_from or 0, 9999 if self.year_to is None else self.year_to
        if not 0 <= first <= 9999 or not 0 <= last <= 9999:
            raise InvalidQuery("A year in the filter lies outside 0 to 9999; correct it.")
        if first > last:
            raise InvalidQuery(
                f"No year lies from {self.year_from} to {self.year_to}; turn the two round."
            )

    @property
    def is_empty(self) -> bool:
        """Whether every track passes."""
        return self == Filter()


def allowed_ids(session: Session, filter: Filter, model_id: str | None = None) -> Ids:
    """Return the ids of all tracks that pass, ascending."""
    wanted = [read_ids(session, part) for part in _wanted(filter, model_id)]
    kept = reduce(_both, wanted) if wanted else read_ids(session, select(tracks.c.id))
    if filter.genres_none:
        unwanted = read_ids(session, _with_genres(filter.genres_none, model_id))
        kept = np.setdiff1d(kept, unwanted, assume_unique=True)
    return kept


def conditions(filter: Filter, model_id: str | None = None) -> list[ColumnElement[bool]]:
    """Return what a statement over `tracks` must demand so that only tracks that pass remain."""
    wanted = _wanted(filter, model_id)
    demanded: list[ColumnElement[bool]] = [tracks.c.id.in_(part) for part in wanted]
    if filter.genres_none:
        demanded.append(tracks.c.id.not_in(_with_genres(filter.genres_none, model_id)))
    return demanded


def has_genre(model_id: str | None = None) -> ColumnElement[bool]:
    """Return the condition under which a row of `track_genres` counts as the track's genre."""
    strong = or_(track_genres.c.position == 0, track_genres.c.probability >= STRONG)
    return or_(
        track_genres.c.source == TAG, and_(track_genres.c.source == present(model_id), strong)
    )


def _wanted(filter: Filter, model_id: str | None) -> list[Select[tuple[int]]]:
    parts = [_with_genres((name,), model_id) for name in filter.genres_all]
    if filter.genres_any:
        parts.append(_with_genres(filter.genres_any, model_id))
    if filter.artist is not None:
        named = select(artists.c.id).where(artists.c.folded == name_key(filter.artist))
        parts.append(select(track_artists.c.track_id).where(track_artists.c.artist_id.in_(named)))
    if filter.year_from is not None or filter.year_to is not None:
        years: Select[Any] = select(tracks.c.id).where(tracks.c.year.is_not(None))
        if filter.year_from is not None:
            years = years.where(tracks.c.year >= filter.year_from)
        if filter.year_to is not None:
            years = years.where(tracks.c.year <= filter.year_to)
        parts.append(years)
    return parts


def _with_genres(names: tuple[str, ...], model_id: str | None) -> Select[tuple[int]]:
    named = select(genres.c.id).where(genres.c.folded.in_(sorted({name_key(n) for n in names})))
    return select(track_genres.c.track_id).where(
        track_genres.c.genre_id.in_(named), has_genre(model_id)
    )


def _both(one: Ids, other: Ids) -> Ids:
    return np.intersect1d(one, other, assume_unique=True)
