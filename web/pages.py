"""The pages: each route gathers what it shows and renders one template."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mir.catalogue import failures, moods, tracks
from mir.errors import ClipTooLong, InvalidQuery, NotFound
from mir.search.listing import REACH
from mir.search.mood import near_mood
from mir.search.query import similar
from web import media, problems
from web.acting import me, who
from web.api.describe import read_fields
from web.api.duplicates import related_to
from web.api.failures import page_of_failures
from web.api.library import genre_list, library_status
from web.api.playlists import page_of_playlists
from web.api.runs import runs_now
from web.api.search import answer_clip, answer_recording
from web.chips import chips
from web.context import context, engine
from web.listening import uploaded_clip
from web.schemas import (
    MAX_ID,
    FailureForm,
    FailuresQuery,
    HitOut,
    MoodForm,
    PageQuery,
    SearchPageForm,
    SimilarQuery,
    TrackOut,
    forgiven,
)
from web.wording import WORDING, fields

pages = Blueprint("pages", __name__, static_folder="static", template_folder="templates")
for _name, _wording in WORDING.items():
    pages.add_app_template_filter(_wording, _name)
pages.add_app_template_filter(chips, "chips")

_CHIPS = 14  # genres that the search page offers as filters
_LISTS = 200  # playlists that a track's page offers, those changed last
_NEAR = 12  # neighbours that a track's page shows


@pages.app_context_processor
def _shared() -> dict[str, object]:
    return {
        "who": who(),
        "me": me(),
        "upload_limit": engine().settings.max_upload_bytes,
        "clip_limit": engine().settings.max_clip_seconds,
        "icons": url_for("pages.static", filename="icons.svg"),
    }


@pages.get("/")
def search() -> str:
    """The search page, waiting for a clip."""
    return _search_page(read_fields(SearchPageForm, forgiven(request.args)))


@pages.post("/")
def search_clip() -> str:
    """The search page with the answer to the clip that was sent.

    For a clip too long to be heard as one, or where that is asked for, the answer is what was
    played when.
    """
    clip = uploaded_clip()
    form = read_fields(SearchPageForm, forgiven(request.form))
    name = request.files["clip"].filename or "the clip"
    if form.timeline:
        return _search_page(form, timeline=answer_recording(clip), clip_name=name)
    try:
        answer = answer_clip(clip, form)
    except ClipTooLong:
        return _search_page(form, timeline=answer_recording(clip), clip_name=name)
    kept = [("track", hit.track.id) for hit in answer.hits]
    return _search_page(form, answer=answer, clip_name=name, kept=kept)


@pages.get("/mood")
def mood() -> str:
    """The tracks that feel like a point, and where to choose one."""
    query = read_fields(MoodForm, forgiven(request.args))
    hits = near_mood(engine(), query.point(), query.filter(), query.listing(query.offset))
    return render_template(
        "mood.html",
        query=query,
        hits=[HitOut.of(hit) for hit in hits],
        genres=genre_list().genres,
        moods=mood_names(),
        reach=REACH,
        kept=[("kind", "mood"), *_point(query), *fields(query, without=("arousal", "valence"))],
    )


@pages.get("/tracks/<int:track_id>")
def track(track_id: int) -> str:
    """What a track is, what is near it and why."""
    view = engine().view()  # what is said of the track and what is near it are of one model
    known = media.find_track(_sane(track_id), view.model_id)
    found = TrackOut.of(known)
    query = read_fields(SimilarQuery, forgiven(request.args))
    hits = similar(engine(), track_id, query.filter(), min(query.count, _NEAR), view)
    lists = page_of_playlists(PageQuery(limit=_LISTS)).playlists
    near = [HitOut.of(hit) for hit in hits]
    kept = [("seed", track_id), *fields(query)]
    related = related_to(track_id).related
    return render_template(
        "track.html",
        track=found,
        hits=near,
        related=related,
        playlists=lists,
        kept=kept,
        playable=media.is_present(known),
    )


@pages.get("/tracks/<int:track_id>/cover")
def cover(track_id: int) -> Response:
    """A picture for the track, drawn when its file has none."""
    return media.any_cover(_sane(track_id))


@pages.get("/library")
def library() -> str:
    """The state of the library and the files that could not be analysed."""
    query = read_fields(FailuresQuery, request.args)
    asking = who()
    may_change = asking is None or asking.may("admin")
    return render_template(
        "library.html",
        status=library_status(),
        runs=runs_now(),
        may_run=may_change and context().runs is not None,
        failed=page_of_failures(query),
        ignored=page_of_failures(FailuresQuery(state="ignored", limit=1)).total,
        query=query,
    )


@pages.post("/library/failures")
def change_failures() -> AnyResponse:
    """Retry, ignore or restore a failure, or retry them all; then back to their list."""
    form = read_fields(FailureForm, request.form)
    with engine().catalogue.session() as session:
        if form.failure is not None:
            getattr(failures, form.change)(session, form.failure)
        elif form.change == "retry":
            failures.retry_all(session)
        else:
            raise InvalidQuery("No failure is named; send its id in the field 'failure'.")
    left = page_of_failures(form).total
    shown = form.offset_within(left)
    back = url_for(
        "pages.library", state=form.state, limit=form.limit, offset=shown, _anchor="failures-title"
    )
    return redirect(back, 303)


@pages.get("/about")
def about() -> str:
    """What this is, how programs ask it, and what its errors mean."""
    kinds = [
        (problems.slug(kind), status, title, (kind.__doc__ or "").strip())
        for kind, (status, title) in problems.STATUS.items()
    ]
    return render_template("about.html", problem_kinds=kinds)


@pages.get("/favicon.ico")
def favicon() -> AnyResponse:
    """Browsers ask for this whatever the page says."""
    return redirect(url_for("pages.static", filename="mark.svg"))


def _search_page(form: SearchPageForm, **more: object) -> str:
    with engine().catalogue.session() as session:
        count = tracks.count(session)
    every = genre_list().genres
    genres = [genre for genre in every if genre.predicted]
    picks = [genre.name for genre in every[:_CHIPS]]
    return render_template(
        "search.html",
        form=form,
        picks=picks,
        used=[chip for chip in chips(form) if (chip.fields, chip.value) not in _picked(picks)],
        genre_names=[genre.name for genre in every],
        genres=genres,
        moods=mood_names(),
        track_count=count,
        **more,
    )


def _picked(names: list[str]) -> set[tuple[tuple[str, ...], str]]:
    """The chips that the page has boxes to tick for, so that they need not stand there twice."""
    return {(("genre",), name) for name in names}


def _point(query: MoodForm) -> list[tuple[str, float]]:
    """Both axes: the middle is no default of a playlist's question."""
    return [("arousal", query.arousal), ("valence", query.valence)]


def mood_names() -> tuple[str, ...]:
    """The moods that the pages suggest."""
    model_id = engine().view().model_id
    with engine().catalogue.session() as session:
        return moods.names(session, model_id)


def _sane(track_id: int) -> int:
    if track_id > MAX_ID:
        raise NotFound("No track has that id.")
    return track_id
