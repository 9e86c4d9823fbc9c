"""Little libraries and homes, indexed or not, with the stub for a network."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_library import small_library

from indexer.ingest import ingest
from mir.engine import Engine, open_engine
from mir.settings import load_settings
from tests.indexer.stub_ear import StubEar


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    """An engine on an empty home."""
    opened = open_engine(load_settings({}, home=home, jobs=2), embedder=StubEar())
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four tracks in four formats; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("original")
    small_library(folder, tracks=4, formats=("flac", "mp3", "ogg", "wav"), seconds=2.0)
    return folder


@pytest.fixture(scope="session")
def once_indexed(original: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A library and its home after one run, kept aside, and the place where both belong."""
    live = tmp_path_factory.mktemp("indexed") / "live"
    shutil.copytree(original, live / "music")
    (live / "music" / "broken.mp3").write_bytes(b"")
    with open_engine(load_settings({}, home=live / "home"), embedder=StubEar()) as engine:
        assert ingest(engine, [live / "music"], jobs=1, load=StubEar).added == 4
    return Path(shutil.copytree(live, live.with_name("kept"))), live


@pytest.fixture
def indexed_home(once_indexed: tuple[Path, Path]) -> tuple[Path, Path]:
    """A home, and the folder that was indexed into it: four tracks and one broken file."""
    kept, live = once_indexed
    shutil.rmtree(live)
    shutil.copytree(kept, live)
    return live / "home", live / "music"
