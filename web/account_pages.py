"""The pages of accounts: signing in and out, and the settings of passwords, keys and users."""

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mir.accounts.keys import NewKey
from mir.accounts.who import scope_of
from mir.catalogue.api_keys import SCOPES
from web import accounts
from web.acting import who
from web.api.describe import read_fields
from web.api.roots import root_list
from web.context import engine
from web.door import check_origin, is_locked
from web.schemas import MAX_ID
from web.schemas.accounts import (
    BackQuery,
    FirstForm,
    KeyForm,
    PasswordForm,
    SignInForm,
    UserForm,
    UserNameForm,
)

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
    opened = accounts.signed_in(form)
    if opened is None:
        return _login_page(form.next, form.name, 403)
    return accounts.with_session(redirect(_here(form.next), 303), opened.token)


@pages.post("/logout")
def sign_out() -> AnyResponse:
    """End the session, and go to the page to sign in."""
    accounts.signed_out()
    return accounts.without_session(redirect(url_for("account_pages.login"), 303))


@pages.get("/settings")
def settings() -> AnyResponse:
    """The page of one's password and keys and, for an admin, of the accounts."""
    return _settings_page()


@pages.post("/settings/first")
def make_first() -> AnyResponse:
    """Make the first account, sign in with it, and go back to the settings."""
    check_origin()
    opened = accounts.first_account(read_fields(FirstForm, request.form))
    return accounts.with_session(_back(), opened.token)


@pages.post("/settings/password")
def change_password() -> AnyResponse:
    """Another password; every other session ends, and this one goes on as a new one."""
    opened = accounts.changed_password(read_fields(PasswordForm, request.form))
    return accounts.with_session(_back(), opened.token)


@pages.get("/settings/keys")
@pages.get("/settings/users")
@pages.get("/settings/first")
def settings_again() -> AnyResponse:
    """Who comes back to a change is sent to the settings."""
    return _back()


@pages.post("/settings/keys")
def make_key() -> AnyResponse:
    """The settings with a new key, which is shown this once."""
    return _settings_page(accounts.made_key(read_fields(KeyForm, request.form)))


@pages.post("/settings/keys/<int:key_id>/revoke")
def revoke_key(key_id: int) -> AnyResponse:
    """Revoke one's own key or, as an admin, anybody's; then back to the settings."""
    accounts.revoked_key(min(key_id, MAX_ID))
    return _back()


@pages.post("/settings/users")
def add_user() -> AnyResponse:
    """Make an account; then back to the settings."""
    accounts.added_user(read_fields(UserForm, request.form))
    return _back()


@pages.post("/settings/users/remove")
def remove_user() -> AnyResponse:
    """Remove another one's account; then back to the settings."""
    accounts.removed_user(read_fields(UserNameForm, request.form).name)
    return _back()


def _login_page(back: str, name: str = "", status: int = 200) -> AnyResponse:
    page = render_template("login.html", back=_here(back), name=name, refused=bool(name))
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _settings_page(made: NewKey | None = None) -> AnyResponse:
    asking = who()
    roots = root_list().roots
    if asking is None:
        return make_response(render_template("settings.html", asking=None, admin=True, roots=roots))
    admin = asking.may("admin")
    page = render_template(
        "settings.html",
        asking=asking,
        admin=admin,
        roots=roots,
        keys=accounts.good_keys(),
        everybody=accounts.everybody() if admin else (),
        made=made,
        scopes=[scope for scope in SCOPES if scope_of(asking.user.role, scope) == scope],
    )
    return make_response(page)


def _back() -> AnyResponse:
    return redirect(url_for("account_pages.settings"), 303)


def _here(address: str) -> str:
    """The address where it is a place of this server, else the first page."""
    # Browsers take "//host", "/\host" and what hides between slashes for other servers.
    inside = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if inside and address.isprintable() and "\\" not in address else "/"
