"""Signing in and out. A session ends a month after it began, and a week after it was last used.

Whoever asks reads; that a session was used is noted apart, by `mir.accounts.use`.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mir.accounts.passwords import Passwords
from mir.accounts.tokens import digest, new_token
from mir.accounts.who import Who, scope_of
from mir.catalogue import sign_ins, users
from mir.catalogue.session import Session
from mir.catalogue.users import User

LASTS = timedelta(days=30)
IDLE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: its token is shown once, here."""

    token: str = field(repr=False)
    user: User


def sign_in(
    session: Session,
    name: str,
    password: str,
    now: datetime,
    passwords: Passwords,
    *,
    before: str | None = None,
    random: Callable[[int], bytes] = os.urandom,
) -> SignedIn | None:
    """Begin a session; None where name and password do not belong together.

    `before` is the token that the browser came with: its session ends, so that nobody signs in to
    one that somebody else has planted. What has expired is taken out.
    """
    user = users.find(session, name)
    known = passwords.matches(user.password_hash if user else None, password)
    if user is None or not known:
        return None
    if passwords.outdated(user.password_hash):
        users.set_password_hash(session, user.id, passwords.hashed(password))
    sign_ins.purge(session, now, now - IDLE)
    if before is not None:
        sign_out(session, before)
    return begin(session, user, now, random)


def begin(
    session: Session,
    user: User,
    now: datetime,
    random: Callable[[int], bytes] = os.urandom,
) -> SignedIn:
    """Begin a session of a user who has shown who they are."""
    token = new_token(random)
    sign_ins.add(session, digest(token), user.id, now, now + LASTS)
    return SignedIn(token, user)


def sign_out(session: Session, token: str) -> None:
    """End the session of that token, if there is one."""
    sign_ins.remove(session, digest(token))


def signed_in(session: Session, token: str, now: datetime) -> Who | None:
    """Return who came with that token; None where it is unknown or its session is over."""
    found = sign_ins.find(session, digest(token))
    if found is None or now >= found.expires_at or now >= found.seen_at + IDLE:
        return None
    user = users.by_id(session, found.user_id)
    if user is None:
        return None
    return Who(user, scope_of(user.role), "session", found.id, found.seen_at)
