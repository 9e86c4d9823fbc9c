"""The moods of the library: what the model named in its tracks."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from mir.catalogue.models import present
from mir.catalogue.tables import track_labels


def names(session: Session, model_id: str | None = None) -> tuple[str, ...]:
    """Return the name of every mood that the model names in any track, in alphabetical order.

    The model is the one given, or the library's present one.
    """
    name = track_labels.c.name
    found = select(name).where(
        track_labels.c.kind == "mood", track_labels.c.model_id == present(model_id)
    )
    return tuple(session.execute(found.distinct().order_by(name)).scalars())
