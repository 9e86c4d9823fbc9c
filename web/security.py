"""Keeps pages to themselves, and pages of other sites from changing anything here.

Headers forbid a page anything from other hosts, anything inline, and frames. A request that is to
do more than read is refused where the browser says that a page of another site made it; programs
that are no browsers say nothing of the kind and are served.
"""

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request

_SAME_HOST = {
    "default-src": "'self'",
    "img-src": "'self'",
    # A clip is played from the form that it was chosen in, a piece of an upload from the answer.
    "media-src": "'self' blob: data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# Swagger UI draws its icons from data: addresses and sets styles from its scripts.
_TRY_IT = _SAME_HOST | {"img-src": "'self' data:", "style-src": "'self' 'unsafe-inline'"}
TRY_IT_PATH = "/api/docs"
_ONLY_READ = frozenset({"GET", "HEAD", "OPTIONS"})


def _policy(directives: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def add_headers(response: Response) -> Response:
    """The response with its security headers."""
    directives = _TRY_IT if request.path == TRY_IT_PATH else _SAME_HOST
    response.headers["Content-Security-Policy"] = _policy(directives)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(self)"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def refuse_other_sites() -> None:
    """Answer 403 to a request that would change something and comes from another site's page.

    Browsers send `Sec-Fetch-Site`, which a proxy does not disturb; older ones `Origin` alone.
    """
    if request.method in _ONLY_READ:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        refused = site not in {"same-origin", "none"}
    else:
        refused = origin is not None and urlsplit(origin).netloc != request.host
    if refused:
        abort(403, "A page of another site may not do this; open mir itself.")


def secure(app: Flask) -> None:
    """Check every request of that application, and send the headers with every response."""
    app.before_request(refuse_other_sites)
    app.after_request(add_headers)
