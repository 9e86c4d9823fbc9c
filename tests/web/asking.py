"""How the tests of the web ask: clips as uploads, and problems as they must look."""

import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from stub_embedder import StubEmbedder
from werkzeug.test import TestResponse

from indexer.analyse import Parts, analyse
from mir.analysis import Analysis, Failure
from mir.catalogue import failures, files, tracks
from mir.engine import Engine, open_engine
from mir.settings import load_settings

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)
UPLOAD_LIMIT = 2 * 2**20  # bytes, of the library that these tests ask


@dataclass(frozen=True, slots=True)
class Library:
    """An open engine over real files, and where they are."""

    engine: Engine
    files: tuple[Path, ...]  # in the order of their track ids, from 1


class ClosingClient(FlaskClient):
    """A client that reads every response to its end and closes it, as a server does."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        return super().open(*args, **{"buffered": True, **kwargs})


def client_of(app: Flask) -> FlaskClient:
    """A client of that application."""
    app.test_client_class = ClosingClient
    return app.test_client()


def fill(engine: Engine, paths: list[Path]) -> None:
    """Analyse the files into the engine's catalogue and index."""
    embedder: Any = engine.first_embedder()
    with engine.catalogue.session() as session:
        for path in paths:
            found = analyse(path, [embedder])
            for one in found.tracks if isinstance(found, Parts) else (found,):
                assert isinstance(one, Analysis), one
                tracks.store(session, one, NOW)
        files.add_root(session, paths[0].parent.parent)
        broken = Failure(Path("/music/broken \udcff.mp3"), 9, 1, "It holds <no> sound.", "decode")
        failures.record(session, broken, NOW)
    engine.refresh_index()


def open_library(home: Path) -> Engine:
    """An engine with the stub embedder, in an empty home."""
    embedder: Any = StubEmbedder()
    settings = load_settings({}, home=home, port=0, max_clip_seconds=6.0)
    return open_engine(replace(settings, max_upload_bytes=UPLOAD_LIMIT), embedder)


def clip(source: Path | bytes, **fields: Any) -> dict[str, Any]:
    """The multipart form that uploads a file, with other fields."""
    data = source if isinstance(source, bytes) else source.read_bytes()
    return {"clip": (io.BytesIO(data), "clip.bin"), **fields}


def problem_of(response: TestResponse, status: int) -> dict[str, Any]:
    """The problem document that the response must be."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    problem: dict[str, Any] = response.get_json()
    assert {"type", "title", "status", "detail", "instance"} <= problem.keys()
    assert problem["status"] == status
    assert problem["instance"] == response.request.path
    assert problem["detail"]
    return problem
