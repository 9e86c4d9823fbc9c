"""Music that goes away or changes while a run is under way."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from indexer import pool
from indexer.analyse import analyse
from indexer.ingest import IngestReport, ingest
from mir.analysis import Failure, FloatArray, Hearing
from mir.catalogue import failures, files, tracks
from mir.engine import Engine, open_engine
from mir.settings import load_settings
from tests.indexer.stub_ear import StubEar


@pytest.fixture
def indexed(indexed_home: tuple[Path, Path]) -> Iterator[tuple[Engine, Path]]:
    home, music = indexed_home
    ear: Any = StubEar()
    with open_engine(load_settings({}, home=home), embedder=ear) as engine:
        yield engine, music


def run(engine: Engine, music: Path) -> IngestReport:
    load: Any = StubEar
    return ingest(engine, [music], jobs=1, load=load)


def before_reading(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen once, after the scan and before the first file is read."""
    real = pool.run

    def late(*arguments: Any, **named: Any) -> Any:
        monkeypatch.undo()
        happens()
        return real(*arguments, **named)

    monkeypatch.setattr(pool, "run", late)


def count(engine: Engine) -> int:
    with engine.catalogue.session() as session:
        return tracks.count(session)


def test_a_file_that_is_deleted_before_it_is_read_costs_only_itself(
    indexed: tuple[Engine, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, music = indexed
    new = music / "new.flac"
    shutil.copy(next(music.rglob("*.flac")), new)
    before_reading(monkeypatch, new.unlink)
    assert run(engine, music).failed == 1
    assert count(engine) == 4
    run(engine, music)
    with engine.catalogue.session() as session:
        assert new not in {failure.path for failure in failures.known(session)}


def test_a_disk_that_is_unmounted_during_a_run_loses_no_track(
    indexed: tuple[Engine, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, music = indexed
    source = next(music.rglob("*.flac"))
    with engine.catalogue.session() as session:
        owners = {file.path: file.track_id for file in files.known_files(session)}
    moved = music / "moved.flac"
    shutil.copy(source, moved)  # with a new inode: it has to be read to be known again
    source.unlink()
    away = music.with_name("away")

    def unmount() -> None:
        music.rename(away)
        music.mkdir()

    (music / "late.mp3").write_bytes(b"not music")  # so that something is left to be read
    before_reading(monkeypatch, unmount)
    run(engine, music)
    assert count(engine) == 4
    music.rmdir()
    away.rename(music)
    run(engine, music)
    assert count(engine) == 4
    with engine.catalogue.session() as session:
        known = {file.path: file.track_id for file in files.known_files(session)}
    assert known[moved] == owners[source]


class WritingEar(StubEar):
    """While it hears, another program goes on writing the file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def hear(self, mels: Sequence[FloatArray]) -> Hearing:
        with self.path.open("ab") as file:
            file.write(b"more")
        return super().hear(mels)


def test_what_changes_while_it_is_read_is_read_again(original: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(next(original.rglob("*.mp3")), tmp_path / "growing.mp3"))
    ear: Any = WritingEar(path)
    found = analyse(path, [ear])
    assert isinstance(found, Failure)
    assert (found.stage, found.size) == ("read", path.stat().st_size - 4)
    assert "changed while it was read" in found.reason
