"""For whoever watches over a server: is it alive, can it answer, and how much does it do."""

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as AnyResponse

from mir.errors import MirError
from web.context import context, engine
from web.metrics import CONTENT_TYPE

monitoring = Blueprint("monitoring", __name__)


@monitoring.get("/health/live")
def live() -> AnyResponse:
    """Whether the process answers at all; touches nothing else."""
    return jsonify(status="ok")


@monitoring.get("/health/ready")
def ready() -> tuple[AnyResponse, int]:
    """Whether questions can be answered: the catalogue is read and an index is there; else 503."""
    try:
        view = engine().view()
        with engine().catalogue.session():
            pass
    except MirError as error:
        return jsonify(status="unavailable", detail=str(error)), 503
    return jsonify(status="ok", tracks=len(view.index)), 200


@monitoring.get("/metrics")
def metrics() -> Response:
    """Figures for Prometheus."""
    return Response(context().metrics.as_text(), content_type=CONTENT_TYPE)
