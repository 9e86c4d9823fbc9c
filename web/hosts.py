"""Under which addresses the web app answers, and which of them others than this machine reach.

A page of another site can let its own name lead to this machine (DNS rebinding), and its scripts
would then read what they like. The name stands in the request's Host header, so names that nobody
allowed are refused. Addresses in numbers cannot be led anywhere.
"""

from ipaddress import ip_address

from flask import Flask, abort, request
from werkzeug.exceptions import SecurityError

from mir.settings import Settings


def is_loopback(host: str) -> bool:
    """Whether that name or address means this machine alone."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_exposed(settings: Settings) -> bool:
    """Whether others may reach a server with these settings: by its address, or by a proxy."""
    others = [name for name in settings.allowed_hosts if not is_loopback(name)]
    return not is_loopback(settings.host) or bool(others) or settings.trusted_proxies > 0


def is_known(settings: Settings, host: str) -> bool:
    """Whether a request may ask for that host, as its Host header has it."""
    name = _without_port(host).lower().rstrip(".")
    if is_loopback(name) or name in settings.allowed_hosts or name == settings.host.lower():
        return True
    if is_loopback(settings.host):
        return False
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def check_hosts(app: Flask, settings: Settings) -> None:
    """Answer 400 to requests of that application that ask for a host nobody allowed."""

    def check() -> None:
        try:
            host = request.host
        except SecurityError:
            host = ""
        if not is_known(settings, host):
            name = _without_port(host)
            abort(
                400,
                f"mir does not answer to the name {name!r}: ask for it by its address, "
                "or allow that name with MIR_ALLOWED_HOSTS.",
            )

    app.before_request(check)


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host
