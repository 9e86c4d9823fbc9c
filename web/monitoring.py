"""For whoever watches over a server: is it alive, can it answer, and how much does it do."""

import logging

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as AnyResponse

from mir.catalogue import tracks
from mir.errors import MirError
from web.context import context, engine
from web.metrics import CONTENT_TYPE

log = logging.getLogger(__name__)
monitoring = Blueprint("monitoring", __name__)


@monitoring.get("/health/live")
def live() -> AnyResponse:
    """Whether the process answers at all; touches nothing else."""
    return jsonify(status="ok")


@monitoring.get("/health/ready")
def ready() -> tuple[AnyResponse, int]:
    """Whether questions can be answered: the catalogue is read and an index is there; else 503.

    Anybody may ask, so the reason stands in the log alone.
    """
    try:
        engine().view()
        with engine().catalogue.session() as session:
            tracks.count(session)
    except MirError as error:
        log.warning("Not ready: %s", error)
        return jsonify(status="unavailable"), 503
    return jsonify(status="ok"), 200


@monitoring.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus."""
    return Response(context().metrics.as_text(), content_type=CONTENT_TYPE)
