"""What tracks share with others: artists and genres, and the labels models gave them.

Rows are written only where they changed, and a name that no track bears any more is dropped.
The caller holds the turn to write (`mir.catalogue.revision.take_turn`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from mir.analysis import Hearing, Tags
from mir.catalogue.chunks import chunks
from mir.catalogue.tables import TAG, artists, genres, track_artists, track_genres, track_labels
from mir.catalogue.text import clean_names, name_key


@dataclass(frozen=True, slots=True)
class Named:
    """The ids of artists and genres that some tracks bear."""

    artists: tuple[int, ...]
    genres: tuple[int, ...]


def put_artists(session: Session, track_id: int, tags: Tags) -> None:
    """Make the artists of the track and that of its album those of the tags."""
    credited = clean_names(tags.artists)
    album = clean_names((tags.album_artist,)) if tags.album_artist else []
    ids = _artist_ids(session, [*credited, *album])
    rows = [
        {"role": role, "position": position, "artist_id": ids[name]}
        for role, names in (("track", credited), ("album", album))
        for position, name in enumerate(names)
    ]
    before = _replace(session, track_artists, {"track_id": track_id}, rows)
    gone = {row["artist_id"] for row in before} - set(ids.values())
    drop_unused(session, Named(artists=tuple(gone), genres=()))


def put_tag_genres(session: Session, track_id: int, tagged: Sequence[str]) -> None:
    """Make the genres that the track's own tags name these."""
    own = {name_key(name): name for name in reversed(clean_names(tuple(tagged)))}
    ids = _genre_ids(session, own, preferred=False)
    rows = [
        {"position": position, "genre_id": ids[key], "probability": None}
        for position, key in enumerate(reversed(own))
    ]
    _put_genres(session, {"track_id": track_id, "source": TAG}, rows)


def put_predicted(session: Session, track_id: int, hearing: Hearing) -> None:
    """Make the genres, moods and instruments that the model heard these."""
    ids = _genre_ids(
        session, {name_key(label.name): label.name for label in hearing.genres}, preferred=True
    )
    rows: list[dict[str, Any]] = [
        {
            "position": position,
            "genre_id": ids[name_key(label.name)],
            "probability": float(label.probability),
        }
        for position, label in enumerate(hearing.genres)
    ]
    _put_genres(session, {"track_id": track_id, "source": hearing.model_id}, rows)
    rows = [
        {
            "kind": kind,
            "position": position,
            "name": label.name,
            "probability": float(label.probability),
        }
        for kind, labels in (("instrument", hearing.instruments), ("mood", hearing.moods))
        for position, label in enumerate(labels)
    ]
    _replace(session, track_labels, {"track_id": track_id, "model_id": hearing.model_id}, rows)


def linked(session: Session, track_ids: Sequence[int]) -> Named:
    """Return the artists and genres of some tracks (at most a chunk of them)."""
    of_artists = session.execute(
        select(track_artists.c.artist_id).where(track_artists.c.track_id.in_(track_ids)).distinct()
    ).scalars()
    of_genres = session.execute(
        select(track_genres.c.genre_id).where(track_genres.c.track_id.in_(track_ids)).distinct()
    ).scalars()
    return Named(artists=tuple(of_artists), genres=tuple(of_genres))


def drop_unused(session: Session, named: Named) -> None:
    """Drop those of the artists and genres that no track bears any more."""
    for table, link, ids in (
        (artists, track_artists.c.artist_id, named.artists),
        (genres, track_genres.c.genre_id, named.genres),
    ):
        for some in chunks(ids):
            used = select(link).where(link == table.c.id).exists()
            session.execute(delete(table).where(table.c.id.in_(some)).where(~used))


def _artist_ids(session: Session, names: Sequence[str]) -> dict[str, int]:
    known = select(artists.c.name, artists.c.id).where(artists.c.name.in_(names))
    ids: dict[str, int] = dict(session.execute(known).all()) if names else {}
    for name in names:
        if name not in ids:
            ids[name] = session.execute(
                insert(artists).values(name=name, folded=name_key(name)).returning(artists.c.id)
            ).scalar_one()
    return ids


def _genre_ids(session: Session, names: dict[str, str], *, preferred: bool) -> dict[str, int]:
    """Return the id of each genre by its folded name; the `preferred` spelling is shown."""
    if not names:
        return {}
    ids: dict[str, int] = {}
    for key, name, genre_id in session.execute(
        select(genres.c.folded, genres.c.name, genres.c.id).where(genres.c.folded.in_(list(names)))
    ).all():
        ids[key] = genre_id
        if preferred and name != names[key]:
            session.execute(update(genres).where(genres.c.id == genre_id).values(name=names[key]))
    for key, name in names.items():
        if key not in ids:
            ids[key] = session.execute(
                insert(genres).values(folded=key, name=name).returning(genres.c.id)
            ).scalar_one()
    return ids


def _put_genres(session: Session, place: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    before = _replace(session, track_genres, place, rows)
    gone = {row["genre_id"] for row in before} - {row["genre_id"] for row in rows}
    drop_unused(session, Named(artists=(), genres=tuple(gone)))


def _replace(
    session: Session, table: Table, place: dict[str, Any], rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Make `rows` all rows of `table` at `place`; return those that were there before."""
    here = and_(*(table.c[name] == value for name, value in place.items()))
    columns = [column for column in table.c if column.name not in place]
    before = [dict(row) for row in session.execute(select(*columns).where(here)).mappings()]
    order = [column.name for column in table.primary_key.columns if column.name not in place]

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in order)

    if sorted(before, key=key) != sorted(rows, key=key):
        session.execute(delete(table).where(here))
        if rows:
            session.execute(insert(table), [{**place, **row} for row in rows])
    return before
