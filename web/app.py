"""The application factory: joins the engine with the API, the pages and the media."""

from collections.abc import Callable
from typing import TextIO

from flask_openapi3 import Info, OpenAPI

from mir.engine import Engine
from web import account_pages, browse_pages, duplicate_pages, monitoring, pages, playlist_pages, rights_pages
from web.api import (
    docs,
    duplicates,
    failures,
    library,
    playlist_files,
    playlists,
    plays,
    rights,
    search,
    shelves,
    tracks,
)
from web.context import Context, attach
from web.door import Door, watch
from web.hosts import check_hosts
from web.listening import ListeningDesk
from web.metrics import Metrics
from web.problems import handle_problems, validation_response
from web.request_log import watch_requests
from web.schemas import Problem, ProgressOut
from web.security import secure

_ABOUT = """Find music by how it sounds. Errors are problem documents (RFC 9457); every list is
paged by `offset` and `limit` or bounded by `count`; filters mean the same everywhere."""
_FORM_OVERHEAD = 64 * 1024  # bytes that fields and boundaries may add to a clip


def nothing_running() -> ProgressOut | None:
    """The progress of no index run."""
    return None


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
        *(search, tracks, shelves, duplicates, rights, plays, playlists, playlist_files),
        *(library, failures, docs),
    )
    for part in parts:
        app.register_api(part.api)
    app.register_blueprint(docs.page)
    app.register_blueprint(pages.pages)
    app.register_blueprint(browse_pages.pages)
    app.register_blueprint(playlist_pages.pages)
    app.register_blueprint(duplicate_pages.pages)
    app.register_blueprint(account_pages.pages)
    app.register_blueprint(monitoring.monitoring)
    app.register_blueprint(rights_pages.pages)
    handle_problems(app)
    return app


def create_app(
    engine: Engine,
    running: Callable[[], ProgressOut | None] = nothing_running,
    lines: TextIO | None = None,
    door: Door | None = None,
) -> OpenAPI:
    """The WSGI application over that engine.

    `running` tells how far an index run in the same process is, None when there is none; `lines`
    takes a line for every request (`web.request_log`), None: none is written; without a door it is
    the one that stands by default.
    """
    app = bare_app()
    check_hosts(app, engine.settings)
    secure(app)
    watch(app, door or Door())
    app.config["MAX_CONTENT_LENGTH"] = engine.settings.max_upload_bytes + _FORM_OVERHEAD
    metrics = Metrics(engine)
    watch_requests(app, metrics, lines)
    long_desk = ListeningDesk(seats=1, queue=0)
    attach(app, Context(engine, ListeningDesk(), long_desk, running, metrics))
    return app
