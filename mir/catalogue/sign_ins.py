"""The sessions of those who are signed in, each known by the digest of its token."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from mir.catalogue.tables import sessions


@dataclass(frozen=True, slots=True)
class SignIn:
    """A session of a user; moments in UTC."""

    id: int
    user_id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def add(
    session: Session, token_hash: bytes, user_id: int, now: datetime, expires_at: datetime
) -> None:
    """Keep a new session of a user."""
    session.execute(
        insert(sessions).values(
            token_hash=token_hash,
            user_id=user_id,
            created_at=now,
            seen_at=now,
            expires_at=expires_at,
        )
    )


def find(session: Session, token_hash: bytes) -> SignIn | None:
    """Return the session with that digest, None where there is none."""
    row = session.execute(
        select(
            *(sessions.c.id, sessions.c.user_id, sessions.c.created_at),
            *(sessions.c.seen_at, sessions.c.expires_at),
        ).where(sessions.c.token_hash == token_hash)
    ).one_or_none()
    return None if row is None else SignIn(*row)


def see(session: Session, sign_in_id: int, now: datetime) -> None:
    """Note that a session was used."""
    session.execute(update(sessions).where(sessions.c.id == sign_in_id).values(seen_at=now))


def remove(session: Session, token_hash: bytes) -> None:
    """End the session with that digest, if there is one."""
    session.execute(delete(sessions).where(sessions.c.token_hash == token_hash))


def remove_of(session: Session, user_id: int) -> None:
    """End all sessions of a user."""
    session.execute(delete(sessions).where(sessions.c.user_id == user_id))


def purge(session: Session, now: datetime, idle_since: datetime) -> None:
    """Take out the sessions that have expired, or were not used since a moment."""
    over = or_(sessions.c.expires_at <= now, sessions.c.seen_at <= idle_since)
    session.execute(delete(sessions).where(over))
