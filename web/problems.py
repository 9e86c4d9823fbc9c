"""Every error of the web door: one table from MirError to status, one shape for answers.

Below /api, and for requests made by the pages' scripts, an error is a problem document
(RFC 9457); elsewhere it is a page.
"""

import logging
import re

from flask import Flask, Response, make_response, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.http import HTTP_STATUS_CODES

from mir import errors
from web.schemas import FieldProblem, Problem

log = logging.getLogger(__name__)

STATUS: dict[type[errors.MirError], tuple[int, str]] = {
    errors.AudioError: (422, "The clip cannot be heard"),
    errors.InvalidQuery: (422, "The request asks for something impossible"),
    errors.NotFound: (404, "There is no such thing"),
    errors.Conflict: (409, "It was changed meanwhile"),
    errors.Busy: (503, "The server is busy"),
    errors.CatalogueError: (503, "The catalogue cannot be used"),
    errors.VectorIndexError: (503, "The index cannot be used"),
    errors.ModelError: (503, "The model cannot be used"),
    errors.MirError: (500, "The server cannot answer"),
}
_NO_SUCH = {
    "TrackPath": "No track has that id.",
    "FailurePath": "No failure has that id.",
    "RootPath": "No folder of music has that id.",
    "KeyPath": "No key has that id.",
    "UserPath": "No user has that id.",
    "PlayPath": "No play has that id.",
    "PlaylistPath": "No playlist has that id.",
    "EntryPath": "No playlist has such an entry.",
}
RETRY_AFTER = 5  # seconds that a busy server asks for


def slug(kind: type[errors.MirError]) -> str:
    """The name of that kind of error in problem types: "audio-error", "not-found", …"""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def of_mir_error(error: errors.MirError) -> Problem:
    """The problem that an error of ours is."""
    kind = next(kind for kind in type(error).__mro__ if kind in STATUS)
    status, title = STATUS[kind]
    return _problem(f"/about#{slug(kind)}", title, status, str(error))


def of_validation(error: ValidationError) -> Problem:
    """The problem that a request with wrong fields is, each of them named."""
    status, title = STATUS[errors.InvalidQuery]
    fields = [
        FieldProblem(
            field=".".join(str(part) for part in found["loc"]) or "request",
            message=_message(found["type"], found["msg"]),
        )
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    detail = "; ".join(f"{field.field}: {field.message}" for field in fields) + "."
    problem = _problem("/about#invalid-query", title, status, detail)
    return problem.model_copy(update={"errors": fields})


def of_http(error: HTTPException) -> Problem:
    """The problem that an error of HTTP itself is."""
    status = error.code or 500
    detail = error.description or ""
    if isinstance(error, RequestEntityTooLarge):
        detail = too_large(request.max_content_length or 0)
    return _problem("about:blank", HTTP_STATUS_CODES.get(status, "Error"), status, detail)


def too_large(limit: int) -> str:
    """What to tell somebody whose upload exceeds the limit, in bytes."""
    return (
        f"The upload is larger than the {limit / 2**20:.0f} MB that this server takes: "
        "cut a shorter clip, raise MIR_MAX_UPLOAD_MB, or run `mir identify --timeline FILE`, which "
        "takes files of any size."
    )


def validation_response(error: ValidationError) -> Response:
    """The answer to a request with wrong fields; a wrong id is a missing thing."""
    if error.title in _NO_SUCH:
        return answer(of_mir_error(errors.NotFound(_NO_SUCH[error.title])))
    return answer(of_validation(error))


def answer(problem: Problem) -> Response:
    """The problem as a document or as a page, whichever the request is for."""
    if wants_document():
        body = problem.model_dump_json(exclude_none=True)
        response = Response(body, problem.status, mimetype="application/problem+json")
    else:
        page = render_template("problem.html", problem=problem)
        response = make_response(page, problem.status)
    if problem.status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def wants_document() -> bool:
    """Whether the request comes from a program rather than from a person."""
    return request.path.startswith("/api/") or "X-Fragment" in request.headers


def handle_problems(app: Flask) -> None:
    """Answer every error of that application as a problem."""
    app.register_error_handler(errors.MirError, lambda error: answer(of_mir_error(error)))
    app.register_error_handler(ValidationError, validation_response)
    app.register_error_handler(HTTPException, _http_response)
    app.register_error_handler(Exception, _defect)


def _http_response(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or (error.code or 500) < 400:
        return error  # a redirect, or an answer that is complete already
    response = answer(of_http(error))
    for name, value in error.get_headers():
        if name in {"Allow", "Content-Range", "Retry-After", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def _defect(error: Exception) -> Response:
    log.error("Unexpected error at %s", request.path, exc_info=error)
    detail = "The server met an error of its own; its log has the cause."
    return answer(_problem("about:blank", HTTP_STATUS_CODES[500], 500, detail))


def _problem(kind: str, title: str, status: int, detail: str) -> Problem:
    return Problem(type=kind, title=title, status=status, detail=detail, instance=request.path)


def _message(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "there is no such field"
    message = message.removeprefix("Value error, ")
    return message[:1].lower() + message[1:]
