"""The page of what the library holds more than once, and the table of it to be saved."""

from flask import Blueprint, Response, render_template, request

from mir.duplicates.part import everything
from mir.duplicates.rows import HEADER, rows
from mir.spreadsheet import table
from web.api.describe import read_fields
from web.api.duplicates import every_duplicate, page_of_duplicates
from web.schemas import DuplicatesQuery, KindQuery

pages = Blueprint("duplicate_pages", __name__)


@pages.get("/duplicates")
def duplicates() -> str:
    """Copies of one recording, and tracks that share something less."""
    query = read_fields(DuplicatesQuery, request.args)
    return render_template("duplicates.html", query=query, found=page_of_duplicates(query))


@pages.get("/duplicates.csv")
def save() -> Response:
    """All of a kind, or of every kind, as a table."""
    query = read_fields(KindQuery, request.args)
    found = everything(every_duplicate(), query.relation())
    response = Response(table(HEADER, rows(found)), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="duplicates.csv"'
    return response
