"""What the model hears in some tracks together: how often each genre and each mood."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mir.catalogue.chunks import chunks
from mir.catalogue.models import present
from mir.catalogue.tables import genres, track_genres, track_labels


@dataclass(frozen=True, slots=True)
class HeardAmong:
    """Names with how many of the tracks have them, the commonest first, equals by name."""

    genres: tuple[tuple[str, int], ...]  # the model's first choice of each track
    moods: tuple[tuple[str, int], ...]


def heard_among(session: Session, ids: Iterable[int], model_id: str | None = None) -> HeardAmong:
    """Return the genres and moods of the tracks as the model hears them (None: the active one)."""
    counted: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for some in chunks(list(ids)):
        first = (
            select(genres.c.name, func.count())
            .join_from(track_genres, genres)
            .where(
                track_genres.c.track_id.in_(some),
                track_genres.c.source == present(model_id),
                track_genres.c.position == 0,
            )
            .group_by(genres.c.name)
        )
        felt = (
            select(track_labels.c.name, func.count())
            .where(
                track_labels.c.track_id.in_(some),
                track_labels.c.model_id == present(model_id),
                track_labels.c.kind == "mood",
            )
            .group_by(track_labels.c.name)
        )
        for counter, chosen in zip(counted, (first, felt), strict=True):
            for name, number in session.execute(chosen):
                counter[name] += number
    named = [tuple(sorted(c.items(), key=lambda pair: (-pair[1], pair[0]))) for c in counted]
    return HeardAmong(named[0], named[1])
