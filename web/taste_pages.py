"""The page of what was learnt from a listener, where it is taken back and erased."""

from contextlib import suppress

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mir.catalogue import plays
from mir.errors import InvalidQuery, NotFound
from web.acting import me
from web.api.describe import read_fields
from web.api.plays import page_of_plays, undone
from web.api.radio import taste_of_listener
from web.context import engine
from web.schemas import EraseForm, PlaysQuery, TastePageQuery, TasteQuery, UndoForm

pages = Blueprint("taste_pages", __name__)


@pages.get("/taste")
def taste() -> str:
    """The interests of a listener, their plays, and what can be done about them."""
    query = read_fields(TastePageQuery, request.args)
    wanted = PlaysQuery(listener=query.listener, offset=query.offset, limit=query.limit)
    return render_template(
        "taste.html",
        query=query,
        listener=_other(query.listener),
        taste=taste_of_listener(TasteQuery(listener=query.listener)),
        listing=page_of_plays(wanted),
    )


@pages.post("/taste/undo")
def undo() -> AnyResponse:
    """One play is taken back; then to the list of the others. One that is gone is no trouble."""
    form = read_fields(UndoForm, request.form)
    with suppress(NotFound):  # a second click
        undone(form.play)
    left = page_of_plays(PlaysQuery(listener=form.listener, limit=1)).total
    shown = form.offset_within(left)
    return redirect(
        url_for(
            "taste_pages.taste",
            listener=_other(form.listener) or None,
            offset=shown or None,
            limit=form.limit if form.limit != PlaysQuery().limit else None,
        ),
        303,
    )


@pages.get("/taste/erase")
def ask_to_erase() -> str:
    """Whether all is to be forgotten for good."""
    query = read_fields(TasteQuery, request.args)
    total = page_of_plays(PlaysQuery(listener=query.listener, limit=1)).total
    return render_template("erase.html", listener=_other(query.listener), total=total)


@pages.post("/taste/erase")
def erase() -> AnyResponse:
    """All plays of the listener are gone; then back to the page, which knows nothing any more."""
    form = read_fields(EraseForm, request.form)
    if not form.confirm:
        raise InvalidQuery("Nothing was erased; send confirm=true to erase all plays for good.")
    with engine().catalogue.session() as session:
        plays.erase(session, form.listener)
    return redirect(url_for("taste_pages.taste", listener=_other(form.listener) or None), 303)


def _other(listener: str) -> str:
    """The listener's name where it is not the one who asks; else empty."""
    return "" if listener == me() else listener
