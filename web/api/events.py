"""What happens to the library while one looks, as server-sent events."""

from typing import Any

from flask import Response

from web.api.describe import blueprint, problems
from web.context import context
from web.indexing import revision_of
from web.streaming import MEDIA_TYPE

api = blueprint("events", "What happens while one looks.")
_STREAM = {
    "description": "Events `state`, each with `running` (as in StatusOut) and the `revision`: one "
    "at once, then one with each change. The stream ends after 20 seconds; ask again.",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "properties": {"event": {"const": "state"}, "data": {"type": "string"}},
                "required": ["event", "data"],
            }
        }
    },
}


@api.get("/events", summary="Follow index runs", responses={200: _STREAM, **problems(503)})
def follow_events() -> Response:
    """Server-sent events: how far an index run is, and that the library has changed.

    Two may follow at once; others get one event, and ask again after two seconds, as browsers do.
    """
    shared = context()

    def look() -> dict[str, Any]:
        running = shared.running()
        told = None if running is None else running.model_dump(mode="json")
        # A short run begins and ends between two looks; then only this tells of it.
        last = None if shared.runs is None else shared.runs.last
        ended = None if last is None else last.ended_at.isoformat()
        return {"running": told, "revision": revision_of(shared.engine), "ended": ended}

    response = Response(shared.streams.follow("state", look), mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # a proxy is to hand on each event at once
    return response
