"""An engine on a home of its own, with the stub for a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mir.engine import Engine, open_engine
from mir.settings import load_settings
from tests.indexer.stub_ear import StubEar


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    opened = open_engine(load_settings({}, home=home, jobs=2), embedder=StubEar())
    yield opened
    opened.close()
