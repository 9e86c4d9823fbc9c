"""The application factory: joins the engine with the API, the pages and the media."""

from collections.abc import Callable
from typing import TextIO

from flask_openapi3 import Info, OpenAPI

from mir.audio.apart import Apart
from mir.engine import Engine
from web import (
    account_pages,
    browse_pages,
    duplicate_pages,
    library_pages,
    map_pages,
    monitoring,
    pages,
    playlist_pages,
    radio_pages,
    rights_pages,
    sound_pages,
    taste_pages,
)
from web.api import (
    accounts,
    docs,
    duplicates,
    evaluations,
    events,
    failures,
    library,
    map,
    playlist_files,
    playlists,
    plays,
    radio,
    rights,
    roots,
    runs,
    search,
    shelves,
    tracks,
)
from web.context import Context, attach
from web.door import Door, watch
from web.hosts import check_hosts
from web.indexing import Runs, going_on
from web.listening import ListeningDesk
from web.metrics import Metrics
from web.problems import handle_problems, validation_response
from web.request_log import watch_requests
from web.schemas import Problem, ProgressOut
from web.security import secure
from web.streaming import Streams

_ABOUT = """Find music by how it sounds. Errors are problem documents (RFC 9457); every list is
paged by `offset` and `limit` or bounded by `count`; filters mean the same everywhere."""
_FORM_OVERHEAD = 64 * 1024  # bytes that fields and boundaries may add to a clip


def bare_app() -> OpenAPI:
    """The application with all its routes and without an engine to answer from."""
    app = OpenAPI(
        "web",
        info=Info(title="mir", version="1", description=_ABOUT),
        doc_ui=False,
        security_schemes=docs.SECURITY_SCHEMES,
        validation_error_model=Problem,
        validation_error_callback=validation_response,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    parts = (
        search,
        tracks,
        shelves,
        duplicates,
        rights,
        radio,
        plays,
        playlists,
        playlist_files,
        library,
        map,
        events,
        roots,
        runs,
        failures,
        accounts,
        evaluations,
        docs,
    )
    for part in parts:
        app.register_api(part.api)
    app.register_blueprint(docs.page)
    app.register_blueprint(pages.pages)
    app.register_blueprint(browse_pages.pages)
    app.register_blueprint(playlist_pages.pages)
    app.register_blueprint(duplicate_pages.pages)
    app.register_blueprint(account_pages.pages)
    app.register_blueprint(library_pages.pages)
    app.register_blueprint(monitoring.monitoring)
    app.register_blueprint(rights_pages.pages)
    app.register_blueprint(map_pages.pages)
    app.register_blueprint(sound_pages.pages)
    app.register_blueprint(radio_pages.pages)
    app.register_blueprint(taste_pages.pages)
    handle_problems(app)
    return app


def create_app(
    engine: Engine,
    running: Callable[[], ProgressOut | None] | None = None,
    lines: TextIO | None = None,
    door: Door | None = None,
    runs: Runs | None = None,
    streams: Streams | None = None,
) -> OpenAPI:
    """The WSGI application over that engine.

    `running` tells how far an index run is, by default the one that goes on in the home (see
    `mir.run_note`); `lines` takes a line for every request (`web.request_log`), None: none is
    written; without a door or streams they are those by default. `runs` begins index runs; without
    it this server cannot.
    """
    app = bare_app()
    check_hosts(app, engine.settings)
    secure(app)
    watch(app, door or Door())
    app.config["MAX_CONTENT_LENGTH"] = engine.settings.max_upload_bytes + _FORM_OVERHEAD
    metrics = Metrics(engine)
    watch_requests(app, metrics, lines)
    long_desk = ListeningDesk(seats=1, queue=0)
    apart = Apart(engine.settings.max_memory_bytes)
    metrics.follow("mir_decoders", "Processes that decode uploads.", lambda: apart.running)
    metrics.follow("mir_decoders_lost", "Uploads that ended theirs.", lambda: apart.lost)
    told = running or (lambda: ProgressOut.of(going_on(engine, runs)))
    attach(
        app,
        Context(
            engine,
            desk=ListeningDesk(),
            long_desk=long_desk,
            running=told,
            metrics=metrics,
            runs=runs,
            streams=streams or Streams(),
            apart=apart,
        ),
    )
    return app
