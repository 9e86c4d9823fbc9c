"""The files that could not be analysed: list them, and say what is to be done with them."""

from flask import Response

from mir.catalogue import failures
from web.api.describe import blueprint, problems, reply
from web.context import engine
from web.schemas import ChangedOut, FailureOut, FailurePath, FailuresOut, FailuresQuery

api = blueprint("failures", "The files that could not be analysed.")
_REFUSED = problems(403)
_ONE = {200: FailureOut, **problems(403, 404)}


@api.get("/failures", summary="Files that could not be analysed", responses={200: FailuresOut})
def list_failures(query: FailuresQuery) -> Response:
    """Each file with the reason, the latest first; those that are ignored only when asked for."""
    return reply(page_of_failures(query))


@api.post(
    "/failures/retry", summary="Try all failures again", responses={200: ChangedOut, **_REFUSED}
)
def retry_all_failures() -> Response:
    """The next index run tries all of them, whatever they look like, but none that is ignored."""
    with engine().catalogue.session() as session:
        return reply(ChangedOut(changed=failures.retry_all(session)))


@api.post("/failures/<int:failure_id>/retry", summary="Try a failure again", responses=_ONE)
def retry_failure(path: FailurePath) -> Response:
    """The next index run tries the file, whatever it looks like."""
    with engine().catalogue.session() as session:
        return reply(FailureOut.of(failures.retry(session, path.failure_id)))


@api.post("/failures/<int:failure_id>/ignore", summary="Ignore a failure", responses=_ONE)
def ignore_failure(path: FailurePath) -> Response:
    """The file is neither counted nor tried until it changes."""
    with engine().catalogue.session() as session:
        return reply(FailureOut.of(failures.ignore(session, path.failure_id)))


@api.post(
    "/failures/<int:failure_id>/restore", summary="Take back a retry or ignore", responses=_ONE
)
def restore_failure(path: FailurePath) -> Response:
    """It is an ordinary failure again: counted, and tried when the file changes."""
    with engine().catalogue.session() as session:
        return reply(FailureOut.of(failures.restore(session, path.failure_id)))


def page_of_failures(query: FailuresQuery) -> FailuresOut:
    """The page of failures that the query asks for."""
    states = failures.COUNTED if query.state is None else (query.state,)
    with engine().catalogue.session() as session:
        found = failures.listing(session, states=states, offset=query.offset, limit=query.limit)
    return FailuresOut(
        failures=[FailureOut.of(failure) for failure in found.items],
        total=found.total,
        offset=query.offset,
    )
