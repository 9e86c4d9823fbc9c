"""What models made of tracks as wholes, beside the names and the vectors they gave."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from mir.analysis import Hearing
from mir.catalogue.ids import Ids
from mir.catalogue.numbers import number
from mir.catalogue.tables import hearings


@dataclass(frozen=True, slots=True, eq=False)
class Feelings:
    """Where tracks lie on the two axes of mood, as mir.analysis.Hearing has them."""

    ids: Ids  # (n,) ascending
    arousal: NDArray[np.float64]  # (n,)
    valence: NDArray[np.float64]  # (n,)


def feelings(session: Session, model_id: str) -> Feelings:
    """Return the feelings of all tracks of which the model told both axes."""
    columns = (hearings.c.track_id, hearings.c.arousal, hearings.c.valence)
    rows = session.execute(
        select(*columns)
        .where(
            hearings.c.model_id == model_id,
            hearings.c.arousal.is_not(None),
            hearings.c.valence.is_not(None),
        )
        .order_by(hearings.c.track_id)
    ).all()
    ids, arousal, valence = zip(*rows, strict=True) if rows else ((), (), ())
    return Feelings(np.array(ids, np.int64), np.array(arousal, float), np.array(valence, float))


def put(session: Session, track_id: int, hearing: Hearing) -> None:
    """Store what a model made of a track, in place of what it made of it before."""
    here = (hearings.c.track_id == track_id) & (hearings.c.model_id == hearing.model_id)
    session.execute(delete(hearings).where(here))
    session.execute(
        insert(hearings).values(
            track_id=track_id,
            model_id=hearing.model_id,
            uncertain=bool(hearing.uncertain),
            arousal=number(hearing.arousal),
            valence=number(hearing.valence),
            norm=number(hearing.norm),
            thorough=bool(hearing.thorough),
        )
    )
