"""The locked door: who is let in, and who is told to sign in.

Where the server answers to this machine alone and there is no account, there is no lock. Else
every request is refused unless it brings the cookie of a session or a key, and may do what its
route asks for; `web.scopes` has the few that are answered to anybody.
"""

import logging
import threading
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from mir.accounts import keys, signing, use
from mir.accounts.passwords import Passwords
from mir.accounts.who import Who
from mir.catalogue import users
from mir.engine import Engine
from mir.errors import MirError
from web.acting import who
from web.context import engine
from web.hosts import is_exposed
from web.limits import Buckets
from web.problems import wants_document
from web.scopes import ASKING, BY_HAND, ONLY_READ, needed

log = logging.getLogger(__name__)

COOKIE = "mir_session"


def in_background(work: Callable[[], None]) -> None:
    """Do it in a thread of its own."""
    threading.Thread(target=work, name="door", daemon=True).start()


@dataclass(frozen=True, slots=True)
class Door:
    """What the door goes by; tests give it other clocks and cheaper hashes."""

    passwords: Passwords = field(default_factory=Passwords)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    # An address may try ten times at once and then every six seconds; a name, from wherever it is
    # tried, twenty times and then every fifteen.
    by_address: Buckets = field(default_factory=lambda: Buckets(10, 6.0))
    by_name: Buckets = field(default_factory=lambda: Buckets(20, 15.0))
    uploads: Buckets = field(default_factory=lambda: Buckets(30, 2.0))
    notes: Buckets = field(default_factory=lambda: Buckets(1, 60.0))
    # A hash takes 64 MiB for a moment.
    hashing: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(2))
    behind: Callable[[Callable[[], None]], None] = in_background


def watch(app: Flask, door: Door) -> None:
    """Keep that door of the application, before every request."""
    app.extensions["mir_door"] = door
    app.before_request(let_in)
    app.after_request(keep_to_oneself)


def the_door() -> Door:
    """The door of the current request."""
    found: Door = current_app.extensions["mir_door"]
    return found


def is_locked(opened: Engine) -> bool:
    """Whether one must sign in: others reach the server, or there is an account."""
    if is_exposed(opened.settings):
        return True
    with opened.catalogue.session() as session:
        return users.exist(session)


def let_in() -> AnyResponse | None:
    """Let a request pass, or answer it with 401, 403 or 429, or the page to sign in."""
    scope = needed(request)
    if scope is None or not is_locked(engine()):
        return None
    asking = _who()
    if asking is None:
        return _sign_in_first()
    g.who = asking
    if asking.by == "session" and request.method not in ONLY_READ:
        check_origin()
    if asking.by == "key" and request.endpoint in BY_HAND:
        abort(403, "A key cannot change accounts; sign in by name and password.")
    if not asking.may(scope):
        abort(403, _too_little(asking, scope))
    if request.endpoint in ASKING:
        limit(the_door().uploads, asking.user.id, "clips")
    return None


def limit(buckets: Buckets, key: Hashable, what: str) -> None:
    """Answer 429 where somebody does something too often."""
    wait = ceil(buckets.take(key))
    if wait:
        seconds = "a second" if wait == 1 else f"{wait} seconds"
        raise TooManyRequests(f"Too many {what} at once; try again in {seconds}.", retry_after=wait)


def keep_to_oneself(response: Response) -> Response:
    """Let no cache show to one what was answered to another."""
    if who() is not None:
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.vary.update(("Cookie", "Authorization"))
    return response


def _who() -> Who | None:
    """Whoever brings a good key or, without any, the cookie of a session."""
    now = the_door().now()
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    token = request.cookies.get(COOKIE)
    with engine().catalogue.session() as session:
        if kind.lower() == "bearer":
            found = keys.holder(session, secret.strip(), now)
        else:
            found = signing.signed_in(session, token, now) if token else None
    if found is not None and use.is_due(found, now):
        _note(engine(), found, now)
    return found


def _note(opened: Engine, found: Who, now: datetime) -> None:
    """Note the use behind the request: it may have to wait for who writes, and may fail."""
    # Once a minute is tried, whether or not it can be written.
    if the_door().notes.take((found.by, found.proof)):
        return

    def write() -> None:
        with suppress(MirError), opened.catalogue.session() as session:
            use.note(session, found, now)

    the_door().behind(write)


def _sign_in_first() -> AnyResponse:
    if wants_document():
        raise Unauthorized(
            "Sign in, or send a key as 'Authorization: Bearer KEY'; 'mir key add' makes one.",
            www_authenticate=WWWAuthenticate("bearer", {"realm": "mir"}),
        )
    back = request.full_path.rstrip("?") if request.method in ONLY_READ else None
    return redirect(url_for("account_pages.login", next=back if back != "/" else None), 303)


def check_origin() -> None:
    """Answer 403 to a change that comes with a cookie and does not say that our page made it.

    `web.security` has refused what other sites' pages send; here silence is not enough either.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and (origin is None or urlsplit(origin).netloc != request.host):
        abort(403, "Nothing says that a page of mir sent this; programs send a key instead.")


def _too_little(asking: Who, scope: str) -> str:
    if asking.by == "key":
        return f"This takes a key with the scope {scope!r}; that one has {asking.scope!r}."
    return f"Only an admin may do this; {asking.user.name} is none."
