"""What an admin does to the library from its pages, and the page of evaluations."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from web.api.describe import read_fields
from web.api.evaluations import evaluation_list
from web.api.roots import added_root, removed_root
from web.api.runs import start_run
from web.schemas import MAX_ID
from web.schemas.roots import ForgetQuery, RootIn

pages = Blueprint("library_pages", __name__)


@pages.get("/library/evaluation")
def evaluation() -> str:
    """How well the model hears and recommends, as `mir evaluate` measured it last."""
    return render_template("evaluation.html", evaluations=evaluation_list().evaluations)


@pages.post("/library/run")
def begin_run() -> AnyResponse:
    """Begin an index run; then back to the library."""
    start_run()
    return redirect(url_for("pages.library"), 303)


@pages.post("/settings/roots")
def add_root() -> AnyResponse:
    """Add a folder of music; then back to the settings."""
    added_root(read_fields(RootIn, request.form).path)
    return _settings()


@pages.post("/settings/roots/<int:root_id>/remove")
def remove_root(root_id: int) -> AnyResponse:
    """Look at a folder no more; then back to the settings."""
    removed_root(min(root_id, MAX_ID), read_fields(ForgetQuery, request.form))
    return _settings()


@pages.get("/library/run")
def library_again() -> AnyResponse:
    """Who comes back to a change is sent to the library."""
    return redirect(url_for("pages.library"), 303)


@pages.get("/settings/roots")
def settings_again() -> AnyResponse:
    """Who comes back to a change is sent to the settings."""
    return _settings()


def _settings() -> AnyResponse:
    return redirect(url_for("account_pages.settings", _anchor="roots-title"), 303)
