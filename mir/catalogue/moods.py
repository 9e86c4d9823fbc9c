"""The moods of the library: what the model named in its tracks, and in how many."""

from dataclasses import dataclass

from sqlalchemy import CTE, func, select
from sqlalchemy.orm import Session

from mir.catalogue.models import present
from mir.catalogue.tables import track_labels


@dataclass(frozen=True, slots=True)
class MoodCount:
    """A mood with the number of tracks in which the model named it."""

    name: str
    tracks: int


def mood_counts(session: Session, model_id: str | None = None) -> tuple[MoodCount, ...]:
    """Return every mood that the model names in any track, the commonest first, equals by name.

    The model is the one given, or the library's present one.
    """
    mine = (track_labels.c.kind == "mood", track_labels.c.model_id == present(model_id))
    number = func.count(track_labels.c.track_id.distinct())
    rows = session.execute(
        select(track_labels.c.name, number).where(*mine).group_by(track_labels.c.name)
    )
    found = [MoodCount(name, tracks) for name, tracks in rows]
    return tuple(sorted(found, key=lambda mood: (-mood.tracks, mood.name)))


def names(session: Session, model_id: str | None = None) -> tuple[str, ...]:
    """Return the name of every mood that the model names in any track, in alphabetical order.

    The model is the one given, or the library's present one.
    """
    name = spellings(model_id).c.name
    return tuple(session.execute(select(name).where(name.is_not(None)).order_by(name)).scalars())


def spellings(model_id: str | None = None) -> CTE:
    """Return the names as a table of one column, `name`, and after the last a null.

    Each is looked for in the index as the next after the one before: there are few moods, and a
    row of labels for each track.
    """
    name = track_labels.c.name
    mine = (track_labels.c.kind == "mood", track_labels.c.model_id == present(model_id))
    found = select(func.min(name).label("name")).where(*mine).cte("spellings", recursive=True)
    following = select(func.min(name)).where(*mine, name > found.c.name).scalar_subquery()
    return found.union_all(select(following).where(found.c.name.is_not(None)))
