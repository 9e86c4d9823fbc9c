"""Keys for programs: made, shown once, used and revoked."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from mir.accounts.tokens import digest, new_key
from mir.accounts.who import Who, scope_of
from mir.catalogue import api_keys, users
from mir.catalogue.api_keys import SCOPES, ApiKey, Scope
from mir.catalogue.session import Session
from mir.catalogue.text import clean
from mir.catalogue.users import User
from mir.errors import InvalidQuery

MOST_NAME = 100  # characters
MOST_KEYS = 100  # good ones of a user


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: its secret is shown once, here."""

    secret: str = field(repr=False)
    key: ApiKey


def make(
    session: Session,
    user: User,
    name: str,
    scope: Scope,
    now: datetime,
    random: Callable[[int], bytes] = os.urandom,
) -> NewKey:
    """Make a key of a user, named for what it is for.

    Raises:
        InvalidQuery: it has no name or one that is too long, the scope is none or more than the
            user may do, or the user has `MOST_KEYS` already.
    """
    named = clean(name) or ""
    if not named or len(named) > MOST_NAME:
        raise InvalidQuery(f"Name the key for what it is for, in at most {MOST_NAME} characters.")
    if scope not in SCOPES:
        raise InvalidQuery(f"{scope!r} is no scope; write {', '.join(SCOPES)}.")
    if scope_of(user.role, scope) != scope:
        raise InvalidQuery(f"{user.name} is no admin, so no key of theirs can be: choose write.")
    good = [key for key in api_keys.listing(session, user.id) if key.revoked_at is None]
    if len(good) >= MOST_KEYS:
        raise InvalidQuery(f"{user.name} has {MOST_KEYS} keys; revoke one that is not used.")
    secret = new_key(random)
    return NewKey(secret, api_keys.add(session, digest(secret), user.id, named, scope, now))


def holder(session: Session, secret: str, now: datetime) -> Who | None:
    """Return who came with that key, who may do what the key and their role allow; None."""
    found = api_keys.find(session, digest(secret))
    if found is None or found.revoked_at is not None:
        return None
    user = users.by_id(session, found.user_id)
    if user is None:
        return None
    return Who(user, scope_of(user.role, found.scope), "key", found.id, found.used_at)
