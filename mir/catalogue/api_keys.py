"""The keys by which programs come in, each known by its digest."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from mir.catalogue.tables import api_keys, users
from mir.errors import NotFound

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)  # each includes those before it


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key without its secret; moments in UTC."""

    id: int
    user_id: int
    user: str  # name
    name: str
    scope: Scope
    created_at: datetime
    used_at: datetime | None  # last, to the minute
    revoked_at: datetime | None  # None: it is good


def add(
    session: Session, key_hash: bytes, user_id: int, name: str, scope: Scope, now: datetime
) -> ApiKey:
    """Keep a new key of a user."""
    session.execute(
        insert(api_keys).values(
            key_hash=key_hash, user_id=user_id, name=name, scope=scope, created_at=now
        )
    )
    found = find(session, key_hash)
    assert found is not None
    return found


def find(session: Session, key_hash: bytes) -> ApiKey | None:
    """Return the key with that digest, also a revoked one; None where there is none."""
    row = session.execute(_all().where(api_keys.c.key_hash == key_hash)).one_or_none()
    return None if row is None else ApiKey(*row)


def listing(session: Session, user_id: int | None = None) -> tuple[ApiKey, ...]:
    """Return the keys of one user or of all, the newest first, the revoked ones included."""
    chosen = _all().order_by(api_keys.c.id.desc())
    if user_id is not None:
        chosen = chosen.where(api_keys.c.user_id == user_id)
    return tuple(ApiKey(*row) for row in session.execute(chosen))


def use(session: Session, key_id: int, now: datetime) -> None:
    """Note that a key was used."""
    session.execute(update(api_keys).where(api_keys.c.id == key_id).values(used_at=now))


def revoke(session: Session, key_id: int, now: datetime, user_id: int | None = None) -> ApiKey:
    """Make a key good for nothing from now on, once and for all.

    Raises:
        NotFound: there is no such key, or it is not that user's.
    """
    row = session.execute(_all().where(api_keys.c.id == key_id)).one_or_none()
    if row is None or user_id not in (None, row.user_id):
        raise NotFound(f"There is no key {key_id}; `mir key list` has those there are.")
    if row.revoked_at is None:
        session.execute(update(api_keys).where(api_keys.c.id == key_id).values(revoked_at=now))
        row = session.execute(_all().where(api_keys.c.id == key_id)).one()
    return ApiKey(*row)


def _all() -> Select[Any]:
    return select(
        *(api_keys.c.id, api_keys.c.user_id, users.c.name.label("user"), api_keys.c.name),
        *(api_keys.c.scope, api_keys.c.created_at, api_keys.c.used_at, api_keys.c.revoked_at),
    ).join_from(api_keys, users, api_keys.c.user_id == users.c.id)
