"""Who asks in this request, and as which listener."""

from flask import g, has_request_context
from werkzeug.exceptions import Forbidden

from mir.accounts.who import Who


def who() -> Who | None:
    """Whoever has signed in or holds a key; None where there are no accounts."""
    found: Who | None = g.get("who") if has_request_context() else None
    return found


def me() -> str:
    """The listener who asks: the user, or the one without a name where there are no accounts."""
    asking = who()
    return "" if asking is None else asking.user.name


def acting_as(listener: str) -> str:
    """The listener whom a request means by that name; Forbidden where they may not be that one.

    Without a name it is the one who asks. An admin may act as anybody, others as nobody else.
    """
    asking = who()
    if asking is None:
        return listener
    if not listener:
        return asking.user.name
    if not asking.may_act_as(listener):
        raise Forbidden(f"You are signed in as {asking.user.name}, and may act as nobody else.")
    return listener
