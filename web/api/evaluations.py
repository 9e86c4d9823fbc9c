"""The reports that `mir evaluate` has kept; a server evaluates nothing itself."""

import logging

from flask import Response

from mir.evaluation.kept import kept
from web.api.describe import blueprint, reply
from web.context import engine
from web.schemas.evaluations import EvaluationOut, EvaluationsOut

api = blueprint("evaluations", "How well the model hears and recommends.")
log = logging.getLogger(__name__)


@api.get("/evaluations", summary="The last evaluations", responses={200: EvaluationsOut})
def list_evaluations() -> Response:
    """The last report of each kind that `mir evaluate` has made, each figure with its interval."""
    return reply(evaluation_list())


def evaluation_list() -> EvaluationsOut:
    """The reports that are kept in the home."""
    found = []
    for each in kept(engine().settings.home):
        try:
            found.append(EvaluationOut.of(each))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            log.warning("The report %s in the home is damaged; evaluate again.", each.kind)
    return EvaluationsOut(evaluations=found)
