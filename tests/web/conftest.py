"""A small library of every format, indexed with the stub embedder, behind the application."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from made_up_library import made_up, stored, unit_vectors
from small_library import FORMATS, small_library
from songs_of_notes import write_song

from indexer.fingerprinting import fingerprint_all
from mir.analysis import Tags
from tests.web.asking import Library, client_of, fill, open_library
from tests.web.locked import Locked
from web.app import create_app


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


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Four tracks of half a minute with fingerprints; the third and the fourth are one song."""
    home = tmp_path_factory.mktemp("songs")
    paths = [
        write_song(
            home / "music" / name,
            seed,
            Tags(title=f"Song <{Path(name).stem}>", artists=("Ann & Bo",)),
        )
        for name, seed in (("1.flac", 1), ("2.flac", 2), ("3.flac", 3), ("4.ogg", 3))
    ]
    with open_library(home / "home") as engine:
        fill(engine, paths)
        assert fingerprint_all(engine, jobs=1).made == 4
        yield Library(engine, tuple(paths))


@pytest.fixture(scope="session")
def asked(songs: Library) -> FlaskClient:
    """A client of the application over the four songs."""
    return client_of(create_app(songs.engine))


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Locked]:
    """A library of three tracks, with accounts."""
    with open_library(tmp_path / "home") as engine:
        stored(engine, [made_up(n, vector) for n, vector in enumerate(unit_vectors(3))])
        engine.refresh_index()
        yield Locked(engine)


@pytest.fixture
def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
