"""The pages that choose what to play: the radio, recommendations, related artists, a path."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request

from mir.catalogue import briefs
from web.api.describe import read_fields
from web.api.radio import next_on_air
from web.api.search import found_path, recommended, related_to_artist
from web.api.tracks import page_of_tracks
from web.context import engine
from web.pages import mood_names
from web.schemas import (
    NextQuery,
    PathForm,
    PathQuery,
    RadioForm,
    RadioQuery,
    RelatedQuery,
    TracksOut,
    TracksQuery,
    forgiven,
    showable,
)
from web.wording import fields

pages = Blueprint("radio_pages", __name__)

_SUGGESTED = 8  # tracks that a search for a seed or an end offers
LENGTHS = (("30m", "30 minutes"), ("45m", "45 minutes"), ("1h", "1 hour"), ("2h", "2 hours"))


@pages.get("/radio")
def radio() -> str:
    """What a radio plays from, to be chosen, and what it would play first."""
    form = read_fields(RadioForm, forgiven(request.args))
    begun = form.model_dump(exclude={"find"}, exclude_defaults=True)
    return render_template(
        "radio.html",
        query=form,
        titles=_titles(form.seed),
        hits=next_on_air(RadioQuery(**begun)).hits,
        suggested=_suggested(form.find),
        lengths=LENGTHS,
        moods=mood_names(),
        asked=fields(form, without=("find",)),
    )


@pages.get("/recommendations")
def recommendations() -> str:
    """What a listener may want to hear, with reasons."""
    query = read_fields(NextQuery, forgiven(request.args))
    kept = [("kind", "recommend"), *fields(query, without=("draw",))]
    return render_template(
        "recommendations.html",
        query=query,
        hits=recommended(query).hits,
        kept=kept,
        moods=mood_names(),
    )


@pages.get("/related-artists")
def related_artists() -> str:
    """The artists of the library who go with one."""
    query = read_fields(RelatedQuery, request.args)
    return render_template(
        "related_artists.html", query=query, artists=related_to_artist(query).artists
    )


@pages.get("/path")
def path() -> str:
    """From one track to another in small steps; an end that is not named is looked for first."""
    form = read_fields(PathForm, forgiven(request.args))
    hits = []
    kept: list[tuple[str, object]] = []
    if form.start is not None and form.end is not None:
        asked = form.model_dump(exclude={"find"}, exclude_defaults=True)
        hits = found_path(PathQuery(**asked)).hits
        kept = [("kind", "path"), *fields(form, without=("find",))]
    return render_template(
        "path.html",
        query=form,
        titles=_titles([end for end in (form.start, form.end) if end is not None]),
        hits=hits,
        kept=kept,
        suggested=_suggested(form.find),
    )


def _titles(ids: Sequence[int]) -> dict[int, str]:
    """What the tracks are called; those that are gone are left out."""
    with engine().catalogue.session() as session:
        return {each.id: showable(each.title) for each in briefs.get_many(session, ids).values()}


def _suggested(text: str | None) -> TracksOut | None:
    """Tracks that hold the text; None where nothing is looked for."""
    return None if text is None else page_of_tracks(TracksQuery(q=text, limit=_SUGGESTED))
