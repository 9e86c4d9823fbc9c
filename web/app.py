"""The application factory: joins the engine with the API, the pages and the media."""

from collections.abc import Callable

from flask_openapi3 import Info, OpenAPI

from mir.engine import Engine
from web import pages, playlist_pages, rights_pages
from web.api import (
    docs,
    failures,
    library,
    playlist_files,
    playlists,
    plays,
    rights,
    search,
    tracks,
)
from web.context import Context, attach
from web.listening import ListeningDesk
from web.problems import handle_problems, validation_response
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
        validation_error_model=Problem,
        validation_error_callback=validation_response,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    parts = (search, tracks, rights, plays, playlists, playlist_files, library, failures, docs)
    for part in parts:
        app.register_api(part.api)
    app.register_blueprint(docs.page)
    app.register_blueprint(pages.pages)
    app.register_blueprint(playlist_pages.pages)
    app.register_blueprint(rights_pages.pages)
    handle_problems(app)
    secure(app)
    return app


def create_app(
    engine: Engine, running: Callable[[], ProgressOut | None] = nothing_running
) -> OpenAPI:
    """The WSGI application over that engine.

    `running` tells how far an index run in the same process is, None when there is none.
    """
    app = bare_app()
    app.config["MAX_CONTENT_LENGTH"] = engine.settings.max_upload_bytes + _FORM_OVERHEAD
    attach(app, Context(engine=engine, desk=ListeningDesk(), running=running))
    return app
