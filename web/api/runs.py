"""Index runs: the one that goes on, how the last one ended, and beginning one."""

from dataclasses import asdict

from flask import Response, abort

from mir.catalogue import coverage, roots
from mir.errors import InvalidQuery
from mir.fingerprint.packing import METHOD
from web.api.describe import blueprint, problems, reply
from web.context import context, engine
from web.schemas.standing import LastRunOut, PartsOut, RunsOut

api = blueprint("runs", "Index runs, which bring the library up to date with its folders.")


@api.get("/runs", summary="The index run that goes on", responses={200: RunsOut})
def show_runs() -> Response:
    """How far it is, whichever process it is of, and how the one ended that was begun here."""
    return reply(runs_now())


@api.post("/runs", summary="Begin an index run", responses={202: RunsOut, **problems(403, 409)})
def begin_run() -> Response:
    """Look for changes in all folders of music, and hear what is new; one run at a time."""
    start_run()
    response = reply(runs_now())
    response.status_code = 202
    return response


def runs_now() -> RunsOut:
    """The index runs as they stand."""
    runs, model_id = context().runs, engine().view().model_id
    with engine().catalogue.session() as session:
        done = coverage.parts_done(session, model_id, METHOD)
    return RunsOut(
        parts=PartsOut(**asdict(done)),
        running=context().running(),
        last=LastRunOut.of(runs.last if runs else None),
    )


def start_run() -> None:
    """Begin a run; 409 where none can be begun now, InvalidQuery without folders."""
    runs = context().runs
    if runs is None:
        abort(409, "This server begins no index runs; run 'mir index' beside it.")
    with engine().catalogue.session() as session:
        if not roots.listing(session):
            raise InvalidQuery("There is no folder of music yet; add one first.")
    if context().running() is not None or not runs.start():
        abort(409, "An index run goes on already; it may be that of another program.")
