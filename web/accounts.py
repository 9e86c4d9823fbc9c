"""What the pages and the API do to accounts: sign in, the first account, passwords, keys, users."""

import logging
from datetime import datetime

from flask import abort, request
from werkzeug.wrappers import Response

from mir.accounts import keys, people, signing
from mir.accounts.keys import NewKey
from mir.accounts.signing import SignedIn
from mir.accounts.who import Who
from mir.catalogue import api_keys, users
from mir.catalogue.api_keys import ApiKey
from mir.catalogue.text import folded
from mir.catalogue.users import User
from mir.errors import InvalidQuery, NotFound
from web.acting import who
from web.context import engine
from web.door import COOKIE, is_locked, limit, the_door
from web.limits import network_of
from web.schemas.accounts import Credentials, FirstForm, KeyForm, PasswordForm, UserForm

log = logging.getLogger(__name__)


def asking() -> Who:
    """Whoever has signed in or holds a key; 403 where there are no accounts to be changed."""
    found = who()
    if found is None:
        abort(403, "There are no accounts yet; make the first one on the page of settings.")
    return found


def signed_in(form: Credentials) -> SignedIn | None:
    """Begin a session; None for a wrong name or password, 429 after too many tries."""
    door, address = the_door(), request.remote_addr or ""
    limit(door.by_address, network_of(address), "tries to sign in")
    limit(door.by_name, folded(form.name), "tries to sign in")
    password, before = form.password.get_secret_value(), request.cookies.get(COOKIE)
    with door.hashing, engine().catalogue.session() as session:
        opened = signing.sign_in(
            session, form.name, password, door.now(), door.passwords, before=before
        )
    if opened is None:
        # The name is not logged: people write their passwords there, too.
        log.warning("Somebody at %s gave a wrong name or password.", address)
    else:
        log.info("%s signed in from %s.", opened.user.name, address)
    return opened


def signed_out() -> None:
    """End the session that the request came with."""
    with engine().catalogue.session() as session:
        signing.sign_out(session, request.cookies.get(COOKIE, ""))


def first_account(form: FirstForm) -> SignedIn:
    """Make the first account, an admin's, and begin a session; 403 once there is one.

    Only a server that answers to this machine alone comes here without having asked who it is.
    """
    door = the_door()
    limit(door.by_address, network_of(request.remote_addr or ""), "tries to make an account")
    if is_locked(engine()):
        abort(403, "There is an account already; sign in.")
    with door.hashing, engine().catalogue.session() as session:
        if users.exist(session):
            abort(403, "There is an account already; sign in.")
        password = form.password.get_secret_value()
        user = people.create(session, form.name, password, door.now(), door.passwords, "admin")
        opened = signing.begin(session, user, door.now())
    log.info("%s made the first account.", user.name)
    return opened


def changed_password(form: PasswordForm) -> SignedIn:
    """Give whoever asks another password; every other session ends, and a new one begins."""
    me, door = asking(), the_door()
    limit(door.by_name, folded(me.user.name), "tries at a password")
    old, new = form.old.get_secret_value(), form.new.get_secret_value()
    with door.hashing, engine().catalogue.session() as session:
        people.change_password(session, me.user, old, new, door.passwords)
        return signing.begin(session, me.user, door.now())


def good_keys() -> tuple[ApiKey, ...]:
    """One's keys or, for an admin, everybody's, without the revoked ones."""
    me = asking()
    with engine().catalogue.session() as session:
        known = api_keys.listing(session, None if me.may("admin") else me.user.id)
    return tuple(key for key in known if key.revoked_at is None)


def made_key(form: KeyForm) -> NewKey:
    """Make a key of whoever asks; InvalidQuery."""
    with engine().catalogue.session() as session:
        return keys.make(session, asking().user, form.name, form.scope, _now())


def revoked_key(key_id: int) -> ApiKey:
    """Revoke one's own key or, as an admin, anybody's; NotFound."""
    me = asking()
    with engine().catalogue.session() as session:
        return api_keys.revoke(session, key_id, _now(), None if me.may("admin") else me.user.id)


def everybody() -> tuple[User, ...]:
    """All users."""
    with engine().catalogue.session() as session:
        return users.listing(session)


def added_user(form: UserForm) -> User:
    """Make an account; InvalidQuery."""
    asking()
    door = the_door()
    with door.hashing, engine().catalogue.session() as session:
        password = form.password.get_secret_value()
        return people.create(session, form.name, password, door.now(), door.passwords, form.role)


def removed_user(name: str) -> User:
    """Remove another one's account; NotFound, and InvalidQuery for one's own."""
    if folded(name) == folded(asking().user.name):
        raise InvalidQuery("You cannot remove yourself; let another admin do it, or 'mir user'.")
    with engine().catalogue.session() as session:
        return people.remove(session, name)


def user_of(user_id: int) -> User:
    """The user with that id; NotFound."""
    with engine().catalogue.session() as session:
        found = users.by_id(session, user_id)
    if found is None:
        raise NotFound("No user has that id.")
    return found


def with_session(response: Response, token: str) -> Response:
    """The answer with the cookie of that session."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=signing.LASTS,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def without_session(response: Response) -> Response:
    """The answer that takes the cookie away."""
    response.delete_cookie(COOKIE, secure=request.is_secure, httponly=True, samesite="Lax")
    return response


def _now() -> datetime:
    return the_door().now()
