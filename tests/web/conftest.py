"""A small library of every format, indexed with the stub embedder, behind the application."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from small_library import FORMATS, small_library
from stub_embedder import StubEmbedder

from indexer.analyse import analyse
from mir.analysis import Analysis, Failure
from mir.catalogue import failures, files, tracks
from mir.engine import Engine, open_engine
from mir.settings import load_settings
from tests.web.asking import UPLOAD_LIMIT, Library, client_of
from web.app import create_app

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def fill(engine: Engine, paths: list[Path]) -> None:
    """Analyse the files into the engine's catalogue and index."""
    embedder: Any = engine.embedder
    with engine.catalogue.session() as session:
        for path in paths:
            found = analyse(path, embedder)
            assert isinstance(found, Analysis), found
            tracks.store(session, found, NOW)
        files.add_root(session, paths[0].parent.parent)
        broken = Failure(Path("/music/broken \udcff.mp3"), 9, 1, "It holds <no> sound.", "decode")
        failures.record(session, broken, NOW)
    engine.refresh_index()


def open_library(home: Path) -> Engine:
    """An engine with the stub embedder, in an empty home."""
    embedder: Any = StubEmbedder()
    settings = load_settings({}, home=home, port=0, max_clip_seconds=6.0)
    return open_engine(replace(settings, max_upload_bytes=UPLOAD_LIMIT), embedder)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Eleven tracks, every format among them."""
    home = tmp_path_factory.mktemp("web")
    paths = small_library(home / "music", tracks=11, formats=FORMATS, seconds=3.0)
    with open_library(home / "home") as engine:
        fill(engine, paths)
        yield Library(engine, tuple(paths))


@pytest.fixture(scope="session")
def client(library: Library) -> FlaskClient:
    """A client of the application over the small library."""
    return client_of(create_app(library.engine))


@pytest.fixture(scope="session")
def empty_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A client of the application over a library without tracks."""
    with open_library(tmp_path_factory.mktemp("empty")) as engine:
        yield client_of(create_app(engine))


@pytest.fixture
def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
