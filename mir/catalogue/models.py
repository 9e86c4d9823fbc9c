"""The models of the library: which are known, which is in use, and which is to follow it.

What models hear stands side by side, each row under its model's id. So the change from one model to
another is the change of one value, `active`: whoever reads without naming a model reads what the
new one heard from that commit on, and whoever names the old one still finds all of it.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, insert, literal, select, update
from sqlalchemy.orm import Session

from mir.catalogue import links
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import (
    embeddings,
    hearings,
    models,
    state,
    track_genres,
    track_labels,
)

CHOICE_KEYS = _ACTIVE, _PENDING, _SHIPPED = "active_model", "pending_model", "shipped_model"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that the library uses, used or prepares; its file may be gone."""

    id: str
    name: str
    dimension: int  # of its vectors
    genres: tuple[str, ...]  # what it can name


@dataclass(frozen=True, slots=True)
class Choice:
    """Ids of the models that play a part; None where there is none.

    `active` answers all questions, `pending` takes its place once it has heard the library,
    `shipped` came with the version of mir that indexed last.
    """

    active: str | None = None
    pending: str | None = None
    shipped: str | None = None


def choice(session: Session) -> Choice:
    """Return which model plays which part."""
    found: dict[str, str] = dict(
        session.execute(
            select(state.c.key, state.c.value).where(state.c.key.in_((_ACTIVE, _PENDING, _SHIPPED)))
        ).all()
    )
    return Choice(found.get(_ACTIVE), found.get(_PENDING), found.get(_SHIPPED))


def present(model_id: str | None = None) -> ColumnElement[str]:
    """Return the id in a form for statements: that of the active model where none is given."""
    if model_id is not None:
        return literal(model_id)
    return select(state.c.value).where(state.c.key == _ACTIVE).scalar_subquery()


def register(session: Session, model: KnownModel) -> None:
    """Make a model known, or correct what is known of it."""
    take_turn(session)
    values = {"name": model.name, "dimension": model.dimension, "genres": list(model.genres)}
    changed = session.execute(update(models).where(models.c.id == model.id).values(**values))
    if not changed.rowcount:  # type: ignore[attr-defined]
        session.execute(insert(models).values(id=model.id, **values))


def known(session: Session) -> tuple[KnownModel, ...]:
    """Return all known models, by name and id."""
    rows = session.execute(select(models).order_by(models.c.name, models.c.id))
    return tuple(KnownModel(row.id, row.name, row.dimension, tuple(row.genres)) for row in rows)


def activate(session: Session, model_id: str) -> None:
    """Let the model answer all questions from this commit on; whatever was pending no longer is."""
    take_turn(session)
    _put(session, _ACTIVE, model_id)
    _put(session, _PENDING, None)


def begin(session: Session, model_id: str) -> None:
    """Let the model be the active one where there is none: it is the first to hear the library."""
    if choice(session).active is None:
        activate(session, model_id)


def prepare(session: Session, model_id: str | None) -> None:
    """Let the model take over once it has heard the library; None: the active one stays."""
    take_turn(session)
    _put(session, _PENDING, model_id)


def note_shipped(session: Session, model_id: str) -> None:
    """Remember which model came with the program that indexed last."""
    take_turn(session)
    _put(session, _SHIPPED, model_id)


def forget(session: Session, model_id: str) -> int:
    """Drop all that a model heard, and the model; return how many tracks it had heard.

    Whoever calls sees to it that the model is not the active one.
    """
    take_turn(session)
    if choice(session).pending == model_id:
        _put(session, _PENDING, None)
    named = select(track_genres.c.genre_id).where(track_genres.c.source == model_id).distinct()
    left = tuple(session.execute(named).scalars())
    dropped = session.execute(delete(embeddings).where(embeddings.c.model_id == model_id))
    for table in (hearings, track_labels):
        session.execute(delete(table).where(table.c.model_id == model_id))
    session.execute(delete(track_genres).where(track_genres.c.source == model_id))
    session.execute(delete(models).where(models.c.id == model_id))
    links.drop_unused(session, links.Named(artists=(), genres=left))
    return int(dropped.rowcount)  # type: ignore[attr-defined]


def _put(session: Session, key: str, value: str | None) -> None:
    session.execute(delete(state).where(state.c.key == key))
    if value is not None:
        session.execute(insert(state).values(key=key, value=value))
