"""What models made of tracks as wholes, beside the names and the vectors they gave."""

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from mir.analysis import Hearing
from mir.catalogue.numbers import number
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
            arousal=number(hearing.arousal),
            valence=number(hearing.valence),
            norm=number(hearing.norm),
            thorough=bool(hearing.thorough),
        )
    )
