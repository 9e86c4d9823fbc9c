"""Users: their names, roles and password hashes. A user is the listener of the same name."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import Select, delete, exists, insert, select, update
from sqlalchemy.orm import Session

from mir.catalogue.plays import LISTENER_LENGTH, listener_name
from mir.catalogue.tables import users
from mir.catalogue.text import folded
from mir.errors import InvalidQuery, NotFound

Role = Literal["admin", "listener"]
ROLES: tuple[Role, ...] = get_args(Role)
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in."""

    id: int
    name: str
    role: Role
    created_at: datetime  # UTC
    password_hash: str = field(repr=False)


def checked_name(text: str) -> str:
    """Return the name as it is kept: NFC, without white space around it.

    Raises:
        InvalidQuery: it is blank, too long for a listener, or holds what cannot be seen.
    """
    name = listener_name(unicodedata.normalize("NFC", text))
    if not name or not folded(name):
        raise InvalidQuery("The user has no name; give one.")
    if any(unicodedata.category(letter) in _UNPRINTABLE for letter in name):
        raise InvalidQuery(
            f"The name {name!r} holds characters that cannot be seen; leave them out."
        )
    return name


def exist(session: Session) -> bool:
    """Whether there is any user."""
    return bool(session.execute(select(exists().where(users.c.id > 0))).scalar())


def add(session: Session, name: str, password_hash: str, role: Role, now: datetime) -> User:
    """Add a user; InvalidQuery where the name cannot be one, or is taken in any spelling."""
    name = checked_name(name)
    if role not in ROLES:
        raise InvalidQuery(f"{role!r} is no role; write {' or '.join(ROLES)}.")
    if (there := find(session, name)) is not None:
        raise InvalidQuery(f"There is a user {there.name!r} already; choose another name.")
    session.execute(
        insert(users).values(
            name=name,
            folded=folded(name),
            password_hash=password_hash,
            role=role,
            created_at=now,
        )
    )
    return get(session, name)


def find(session: Session, name: str) -> User | None:
    """Return the user of that name in any case of letters, None where there is none."""
    if len(name) > LISTENER_LENGTH:
        return None
    row = session.execute(_all().where(users.c.folded == folded(name))).one_or_none()
    return None if row is None else User(*row)


def get(session: Session, name: str) -> User:
    """Return the user of that name in any case of letters; NotFound."""
    found = find(session, name)
    if found is None:
        raise NotFound(f"There is no user {name!r}; `mir user list` has those there are.")
    return found


def by_id(session: Session, user_id: int) -> User | None:
    """Return the user with that id, None where there is none."""
    row = session.execute(_all().where(users.c.id == user_id)).one_or_none()
    return None if row is None else User(*row)


def listing(session: Session) -> tuple[User, ...]:
    """Return all users by name."""
    return tuple(User(*row) for row in session.execute(_all().order_by(users.c.folded)))


def set_password_hash(session: Session, user_id: int, password_hash: str) -> None:
    """Give a user another password hash."""
    session.execute(update(users).where(users.c.id == user_id).values(password_hash=password_hash))


def remove(session: Session, user_id: int) -> None:
    """Delete a user with their sessions and keys; what they played and kept stays."""
    session.execute(delete(users).where(users.c.id == user_id))


def _all() -> Select[Any]:
    return select(users.c.id, users.c.name, users.c.role, users.c.created_at, users.c.password_hash)
