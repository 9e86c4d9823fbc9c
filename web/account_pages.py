"""The pages of accounts: signing in and out, and the settings of passwords, keys and users."""

import logging
from datetime import datetime

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mir.accounts import keys, people, signing
from mir.accounts.keys import NewKey
from mir.accounts.who import Who, scope_of
from mir.catalogue import api_keys, users
from mir.catalogue.api_keys import SCOPES
from mir.catalogue.text import folded
from mir.errors import InvalidQuery
from web.acting import who
from web.api.describe import read_fields
from web.context import engine
from web.door import COOKIE, is_locked, limit, the_door
from web.limits import network_of
from web.schemas import MAX_ID
from web.schemas.accounts import (
    BackQuery,
    KeyForm,
    PasswordForm,
    SignInForm,
    UserForm,
    UserNameForm,
)

log = logging.getLogger(__name__)

pages = Blueprint("account_pages", __name__)


@pages.get("/login")
def login() -> AnyResponse:
    """The page to sign in, where that is asked for."""
    query = read_fields(BackQuery, request.args)
    if not is_locked(engine()):
        return redirect("/", 303)
    return _login_page(query.next)


@pages.post("/login")
def sign_in() -> AnyResponse:
    """Begin a session and go on, or show the page to sign in again."""
    form = read_fields(SignInForm, request.form)
    door = the_door()
    address = request.remote_addr or ""
    limit(door.by_address, network_of(address), "tries to sign in")
    limit(door.by_name, folded(form.name), "tries to sign in")
    before = request.cookies.get(COOKIE)
    with door.hashing, engine().catalogue.session() as session:
        opened = signing.sign_in(
            session,
            form.name,
            form.password.get_secret_value(),
            door.now(),
            door.passwords,
            before=before,
        )
    if opened is None:
        # The name is not logged: people write their passwords there, too.
        log.warning("Somebody at %s gave a wrong name or password.", address)
        return _login_page(form.next, form.name, 403)
    log.info("%s signed in from %s.", opened.user.name, address)
    return _with_session(redirect(_here(form.next), 303), opened.token)


@pages.post("/logout")
def sign_out() -> AnyResponse:
    """End the session, and go to the page to sign in."""
    with engine().catalogue.session() as session:
        signing.sign_out(session, request.cookies.get(COOKIE, ""))
    response = redirect(url_for("account_pages.login"), 303)
    response.delete_cookie(COOKIE, secure=request.is_secure, httponly=True, samesite="Lax")
    return response


@pages.get("/settings")
def settings() -> AnyResponse:
    """The page of one's password and keys and, for an admin, of the accounts."""
    return _settings_page()


@pages.post("/settings/password")
def change_password() -> AnyResponse:
    """Another password; every other session ends, and this one goes on as a new one."""
    form = read_fields(PasswordForm, request.form)
    asking, door = _asking(), the_door()
    limit(door.by_name, folded(asking.user.name), "tries at a password")
    old, new = form.old.get_secret_value(), form.new.get_secret_value()
    with door.hashing, engine().catalogue.session() as session:
        people.change_password(session, asking.user, old, new, door.passwords)
        opened = signing.begin(session, asking.user, door.now())
    return _with_session(redirect(url_for("account_pages.settings"), 303), opened.token)


@pages.get("/settings/keys")
@pages.get("/settings/users")
def settings_again() -> AnyResponse:
    """Who comes back to a change is sent to the settings."""
    return redirect(url_for("account_pages.settings"), 303)


@pages.post("/settings/keys")
def make_key() -> AnyResponse:
    """The settings with a new key, which is shown this once."""
    form = read_fields(KeyForm, request.form)
    with engine().catalogue.session() as session:
        made = keys.make(session, _asking().user, form.name, form.scope, _now())
    return _settings_page(made)


@pages.post("/settings/keys/<int:key_id>/revoke")
def revoke_key(key_id: int) -> AnyResponse:
    """Revoke one's own key or, as an admin, anybody's; then back to the settings."""
    asking = _asking()
    whose = None if asking.may("admin") else asking.user.id
    with engine().catalogue.session() as session:
        api_keys.revoke(session, min(key_id, MAX_ID), _now(), whose)
    return redirect(url_for("account_pages.settings"), 303)


@pages.post("/settings/users")
def add_user() -> AnyResponse:
    """Make an account; then back to the settings."""
    form = read_fields(UserForm, request.form)
    _asking()
    door = the_door()
    with door.hashing, engine().catalogue.session() as session:
        people.create(
            session,
            form.name,
            form.password.get_secret_value(),
            door.now(),
            door.passwords,
            form.role,
        )
    return redirect(url_for("account_pages.settings"), 303)


@pages.post("/settings/users/remove")
def remove_user() -> AnyResponse:
    """Remove another one's account; then back to the settings."""
    form = read_fields(UserNameForm, request.form)
    if folded(form.name) == folded(_asking().user.name):
        raise InvalidQuery("You cannot remove yourself; let another admin do it, or 'mir user'.")
    with engine().catalogue.session() as session:
        people.remove(session, form.name)
    return redirect(url_for("account_pages.settings"), 303)


def _login_page(back: str, name: str = "", status: int = 200) -> AnyResponse:
    page = render_template("login.html", back=_here(back), name=name, refused=bool(name))
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _settings_page(made: NewKey | None = None) -> AnyResponse:
    asking = who()
    if asking is None:
        return make_response(render_template("settings.html", asking=None))
    with engine().catalogue.session() as session:
        known = api_keys.listing(session, None if asking.may("admin") else asking.user.id)
        everybody = users.listing(session) if asking.may("admin") else ()
    page = render_template(
        "settings.html",
        asking=asking,
        keys=[key for key in known if key.revoked_at is None],
        everybody=everybody,
        made=made,
        scopes=[scope for scope in SCOPES if scope_of(asking.user.role, scope) == scope],
    )
    return make_response(page)


def _with_session(response: AnyResponse, token: str) -> AnyResponse:
    response.set_cookie(
        COOKIE,
        token,
        max_age=signing.LASTS,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _here(address: str) -> str:
    """The address where it is a place of this server, else the first page."""
    # Browsers take "//host", "/\host" and what hides between slashes for other servers.
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside and address.isprintable() and "\\" not in address else "/"


def _asking() -> Who:
    """Whoever has signed in; 403 where there are no accounts to be changed."""
    asking = who()
    if asking is None:
        abort(403, "There are no accounts yet; make the first one with 'mir user add NAME'.")
    return asking


def _now() -> datetime:
    return the_door().now()
