"""Accounts: who one is, one's password and keys and, for admins, the users."""

from flask import Response, abort
from pydantic import BaseModel

from web import accounts
from web.acting import who
from web.api.describe import blueprint, problems, reply
from web.schemas.accounts import (
    Credentials,
    FirstForm,
    KeyForm,
    KeyOut,
    KeysOut,
    MeOut,
    NewKeyOut,
    PasswordForm,
    UserForm,
    UserOut,
    UsersOut,
)
from web.schemas.requests import KeyPath, PageQuery, UserPath

api = blueprint("accounts", "Who one is, one's password and keys, and the users.")


@api.get("/me", summary="Who asks", responses={200: MeOut})
def show_me() -> Response:
    """The user, how they came, and what they may do; where nobody is asked, nobody."""
    return reply(MeOut.of(who()))


@api.post("/sign-in", summary="Sign in", responses={200: MeOut, **problems(403, 429)})
def sign_in_by_name(body: Credentials) -> Response:
    """Begin a session, whose cookie comes with the answer; programs rather send a key."""
    opened = accounts.signed_in(body)
    if opened is None:
        abort(403, "That name and password do not belong together.")
    return _begun(MeOut.in_session(opened.user), opened.token)


@api.post("/sign-out", summary="Sign out", responses={204: None})
def end_session() -> Response:
    """End the session that the request came with."""
    accounts.signed_out()
    response = Response(status=204)
    accounts.without_session(response)
    return response


@api.post(
    "/first-account", summary="Make the first account", responses={201: MeOut, **problems(403, 429)}
)
def make_first_account(body: FirstForm) -> Response:
    """An admin's, signed in at once; only on a server for this machine alone, without accounts."""
    opened = accounts.first_account(body)
    return _begun(MeOut.in_session(opened.user), opened.token, 201)


@api.put("/me/password", summary="Change one's password", responses={200: MeOut, **problems(429)})
def set_my_password(body: PasswordForm) -> Response:
    """Every session of the user ends, and a new one begins."""
    opened = accounts.changed_password(body)
    return _begun(MeOut.in_session(opened.user), opened.token)


@api.get("/keys", summary="Keys for programs", responses={200: KeysOut})
def list_keys(query: PageQuery) -> Response:
    """One's own or, for an admin, everybody's, the newest first; without the revoked ones."""
    known = accounts.good_keys()
    part = known[query.offset : query.offset + query.limit]
    return reply(
        KeysOut(keys=[KeyOut.of(key) for key in part], total=len(known), offset=query.offset)
    )


@api.post("/keys", summary="Make a key", responses={201: NewKeyOut})
def make_my_key(body: KeyForm) -> Response:
    """The answer has its secret, this once."""
    return _created(NewKeyOut.made(accounts.made_key(body)))


@api.delete("/keys/<int:key_id>", summary="Revoke a key", responses={200: KeyOut, **problems(404)})
def revoke_a_key(path: KeyPath) -> Response:
    """It is good for nothing from now on; one's own or, for an admin, anybody's."""
    return reply(KeyOut.of(accounts.revoked_key(path.key_id)))


@api.get("/users", summary="The users", responses={200: UsersOut})
def list_users(query: PageQuery) -> Response:
    """Everybody who has an account, by name."""
    known = accounts.everybody()
    part = known[query.offset : query.offset + query.limit]
    return reply(
        UsersOut(users=[UserOut.of(user) for user in part], total=len(known), offset=query.offset)
    )


@api.post("/users", summary="Make an account", responses={201: UserOut})
def make_user(body: UserForm) -> Response:
    """Of an admin or a listener."""
    return _created(UserOut.of(accounts.added_user(body)))


@api.delete(
    "/users/<int:user_id>", summary="Remove an account", responses={200: UserOut, **problems(404)}
)
def remove_a_user(path: UserPath) -> Response:
    """Another one's, with their sessions and keys; their plays and playlists stay."""
    accounts.asking()
    return reply(UserOut.of(accounts.removed_user(accounts.user_of(path.user_id).name)))


def _created(model: BaseModel) -> Response:
    response = reply(model)
    response.status_code = 201
    response.headers["Cache-Control"] = "no-store"
    return response


def _begun(me: MeOut, token: str, status: int = 200) -> Response:
    response = reply(me)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    accounts.with_session(response, token)
    return response
