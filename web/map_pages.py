"""The page of the map."""

from flask import Blueprint, render_template, request

from mir.map.library import library_map
from web.api.describe import read_fields
from web.context import engine
from web.schemas import MapPageQuery, forgiven

pages = Blueprint("map_pages", __name__)


@pages.get("/map")
def show() -> str:
    """The map, with a track or a genre marked where the address names one."""
    query = read_fields(MapPageQuery, forgiven(request.args))
    found = library_map(engine())
    counts: list[tuple[str, int]] = []
    if found is not None:
        counts = [(name, int((found.genres == n).sum())) for n, name in enumerate(found.names)]
    total = 0 if found is None else len(found.ids)
    return render_template("map.html", query=query, counts=counts, total=total)
