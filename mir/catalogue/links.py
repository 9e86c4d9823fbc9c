"""What tracks share with others: artists and genres, and the labels a model gave them.

Rows are written only where they changed, and a name that no track bears any more is dropped.
The caller holds the turn to write (`mir.catalogue.revision.take_turn`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from mir.analysis import Hearing, Label, Tags
from mir.catalogue.chunks import chunks
from mir.catalogue.tables import artists, genres, track_artists, track_genres, track_labels
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
    before = _replace(session, track_artists, track_id, rows)
    gone = {row["artist_id"] for row in before} - set(ids.values())
    drop_unused(session, Named(artists=tuple(gone), genres=()))


def put_genres(
    session: Session, track_id: int, tagged: Sequence[str], predicted: Sequence[Label]
) -> None:
    """Make the genres of the track those of its tags and of the model's prediction."""
    own = {name_key(name): name for name in reversed(clean_names(tuple(tagged)))}
    ids = _genre_ids(session, own, {name_key(label.name): label.name for label in predicted})
    rows = [
        {"source": "tag", "position": position, "genre_id": ids[key], "probability": None}
        for position, key in enumerate(reversed(own))
    ] + [
        {
            "source": "model",
            "position": position,
            "genre_id": ids[name_key(label.name)],
            "probability": float(label.probability),
        }
        for position, label in enumerate(predicted)
    ]
    before = _replace(session, track_genres, track_id, rows)
    gone = {row["genre_id"] for row in before} - set(ids.values())
    drop_unused(session, Named(artists=(), genres=tuple(gone)))


def put_labels(session: Session, track_id: int, hearing: Hearing) -> None:
    """Make the moods and instruments of the track those that the model heard."""
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
    _replace(session, track_labels, track_id, rows)


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


def _genre_ids(session: Session, own: dict[str, str], predicted: dict[str, str]) -> dict[str, int]:
    """Return the id of each genre by its folded name; the model's spelling is shown."""
    wanted = {**own, **predicted}
    if not wanted:
        return {}
    ids: dict[str, int] = {}
    for key, name, genre_id in session.execute(
        select(genres.c.folded, genres.c.name, genres.c.id).where(genres.c.folded.in_(list(wanted)))
    ).all():
        ids[key] = genre_id
        if name != predicted.get(key, name):
            session.execute(
                update(genres).where(genres.c.id == genre_id).values(name=predicted[key])
            )
    for key, name in wanted.items():
        if key not in ids:
            ids[key] = session.execute(
                insert(genres).values(folded=key, name=name).returning(genres.c.id)
            ).scalar_one()
    return ids


def _replace(
    session: Session, table: Table, track_id: int, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Make `rows` the rows of the track in `table`; return those that were there before."""
    mine = table.c.track_id == track_id
    columns = [column for column in table.c if column.name != "track_id"]
    before = [dict(row) for row in session.execute(select(*columns).where(mine)).mappings()]
    first, second = list(table.primary_key.columns)[1:]

    def place(row: dict[str, Any]) -> tuple[Any, Any]:
        return row[first.name], row[second.name]

    if sorted(before, key=place) != sorted(rows, key=place):
        session.execute(delete(table).where(mine))
        if rows:
            session.execute(insert(table), [{"track_id": track_id, **row} for row in rows])
    return before
