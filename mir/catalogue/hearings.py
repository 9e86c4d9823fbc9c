"""What models made of tracks as wholes, beside the names and the vectors they gave."""

import math

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from mir.analysis import Hearing
from mir.catalogue.tables import hearings


def put(session: Session, track_id: int, hearing: Hearing) -> None:
    """Store what a model made of a track, in place of what it made of it before."""
    here = (hearings.c.track_id == track_id) & (hearings.c.model_id == hearing.model_id)
    session.execute(delete(hearings).where(here))
    session.execute(
        insert(hearings).values(
            track_id=track_id,
            model_id=hearing.model_id,
            uncertain=bool(hearing.uncertain),
            arousal=_number(hearing.arousal),
            valence=_number(hearing.valence),
            norm=_number(hearing.norm),
        )
    )


def _number(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None
