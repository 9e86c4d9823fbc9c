"""Headers that keep a page to itself: nothing from other hosts, nothing inline, no framing."""

from flask import Flask, Response, request

_SAME_HOST = {
    "default-src": "'self'",
    "img-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# Swagger UI draws its icons from data: addresses and sets styles from its scripts.
_TRY_IT = _SAME_HOST | {"img-src": "'self' data:", "style-src": "'self' 'unsafe-inline'"}
TRY_IT_PATH = "/api/docs"


def _policy(directives: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def add_headers(response: Response) -> Response:
    """The response with its security headers."""
    directives = _TRY_IT if request.path == TRY_IT_PATH else _SAME_HOST
    response.headers["Content-Security-Policy"] = _policy(directives)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def secure(app: Flask) -> None:
    """Send the headers with every response of that application."""
    app.after_request(add_headers)
