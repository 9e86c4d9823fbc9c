"""Every request gets an id, is counted and, where that is wanted, written down as a line of JSON.

The id is that of the header `X-Request-ID` if a proxy sent a plain one, else a new one; the answer
carries it. A line has no query, no form, no header and no cookie: nothing that is secret or tells
what somebody searched for. An id in a line of an error leads to the request, and back.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

from flask import Flask, Response, g, has_request_context, request

from web.metrics import Metrics

HEADER = "X-Request-ID"
_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_UNKNOWN = "unknown"  # the endpoint of whatever is asked for and is not there

Clock = Callable[[], float]


def watch_requests(
    app: Flask, metrics: Metrics, lines: TextIO | None, clock: Clock = time.monotonic
) -> None:
    """Have the requests of an application counted, and written to `lines` unless it is None."""

    def begin() -> None:
        sent = request.headers.get(HEADER, "")
        g.request_id = sent if _PLAIN.fullmatch(sent) else secrets.token_hex(8)
        g.began = clock()
        g.counted = True
        metrics.under_way.inc()

    def end(response: Response) -> Response:
        took = clock() - g.began
        endpoint = request.endpoint or _UNKNOWN
        metrics.note(endpoint, request.method, response.status_code, took)
        response.headers[HEADER] = g.request_id
        if lines is not None:
            _write(lines, _line(response, took))
        return response

    def leave(_: BaseException | None) -> None:
        if g.pop("counted", False):
            metrics.under_way.dec()

    # Before all others, which may refuse a request, and around all of them.
    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request_funcs.setdefault(None, []).insert(0, end)
    app.teardown_request(leave)


class JsonLines(logging.Formatter):
    """Log records as lines of JSON, with the id of the request that they belong to."""

    def format(self, record: logging.LogRecord) -> str:
        """The record in one line."""
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "id": g.get("request_id") if has_request_context() else None,
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps({name: value for name, value in told.items() if value is not None})


def _line(response: Response, took: float) -> dict[str, object]:
    return {
        "time": datetime.now(UTC).isoformat(),
        "level": "info",
        "id": g.request_id,
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round(1000 * took, 1),
        # To count what is made while it is sent would be to make all of it first.
        "bytes": response.calculate_content_length() if response.is_sequence else None,
        "from": request.remote_addr,
    }


def _write(lines: TextIO, told: dict[str, object]) -> None:
    lines.write(json.dumps(told) + "\n")
    lines.flush()
