"""Everything that `mir doctor` finds amiss, what it mends, and what it says it cannot."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from indexer.cli import cli
from indexer.health import Finding, Repair, examine, leftovers, machine, repair
from indexer.lock import only_in
from mir.catalogue import models, tracks
from mir.catalogue.migrate import schema_revision, upgrade
from mir.catalogue.session import open_catalogue
from mir.catalogue.tables import SCHEMA
from mir.engine import open_engine
from mir.errors import Busy
from mir.model.shelf import ModelShelf, shipped_id
from mir.settings import Settings, load_settings
from mir.vectors import store
from mir.vectors.index import VectorIndex
from tests.indexer.stub_ear import StubEar


@pytest.fixture
def settings(indexed_home: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Those of an indexed home, which the stub has heard."""
    home, _ = indexed_home
    for place in ("mir.engine.Embedder", "mir.model.embedder.Embedder"):
        monkeypatch.setattr(place, StubEar)
    monkeypatch.setattr(ModelShelf, "load", lambda shelf, model_id: StubEar(model_id))
    return load_settings({}, home=home)


def found(settings: Settings, name: str) -> Finding:
    """What the doctor finds of one thing."""
    return next(finding for finding in examine(settings) if finding.name == name)


def repaired(settings: Settings, name: str) -> Repair:
    """What became of mending one thing; everything else was well or is the stub's own file."""
    tried = {each.name: each for each in repair(settings)}
    assert set(tried) - {name} <= {"models", "index"}
    return tried[name]


def change(settings: Settings, *statements: str) -> None:
    """Change the database as another program does, which does not heed foreign keys."""
    with closing(sqlite3.connect(settings.home / "catalogue.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_home_that_is_well_is_left_alone(settings: Settings) -> None:
    names = {finding.name for finding in examine(settings) if finding.state != "ok"}
    # The stub has no file, and nobody made fingerprints in this home.
    assert names <= {"processor", "disk", "models", "fingerprints"}
    assert {each.name for each in repair(settings)} <= {"models"}


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    settings = load_settings({}, home=tmp_path / "new")
    assert list(repair(settings)) == []
    assert list(tmp_path.iterdir()) == []


def test_rows_that_belong_to_nothing_are_taken_out(settings: Settings) -> None:
    change(settings, "DELETE FROM tracks WHERE id = 3")
    finding = found(settings, "rows")
    assert finding.state == "warning"
    assert "rows that name what is gone: 1 of embeddings, 1 of files" in finding.text

    done = repaired(settings, "rows")
    assert done.done
    assert "1 of files" in done.text
    assert found(settings, "rows").state == "ok"
    assert found(settings, "index").state == "ok"  # which had their vectors
    catalogue = open_catalogue(settings.database_url)
    with catalogue.session() as session:
        assert sorted(tracks.get_many(session, [1, 2, 3])) == [1, 2]
    catalogue.close()


@pytest.mark.parametrize("harm", ["missing", "damaged", "behind", "empty", "other"])
def test_the_index_is_built_anew(settings: Settings, harm: str) -> None:
    if harm == "behind":
        change(settings, "UPDATE state SET value = value + 1 WHERE key = 'revision'")
    if harm == "other":  # as many tracks at the same revision, but not the same
        index, manifest = store.load(settings.index_dir)
        other = VectorIndex.build(index.ids + 100, np.eye(len(index), index.dimension))
        store.save(settings.index_dir, other, manifest)
    for path in settings.index_dir.iterdir() if harm not in {"behind", "other"} else ():
        if harm == "missing":
            path.unlink()
        else:
            path.write_bytes(b"damaged" if harm == "damaged" else b"")
    assert found(settings, "index").state in {"warning", "problem"}
    done = repaired(settings, "index")
    assert (done.done, done.text) == (True, "built anew from the catalogue; it holds 4 tracks")
    assert found(settings, "index").state == "ok"


def test_an_old_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    settings = load_settings({}, home=tmp_path)
    upgrade(settings.database_url, "0002")
    finding = found(settings, "database")
    assert (finding.state, finding.text) == ("warning", f"schema 0002, this version has {SCHEMA}")
    tried = {each.name: each for each in repair(settings)}
    assert tried["database"].text == f"the schema was brought from 0002 to {SCHEMA}"
    assert schema_revision(settings.database_url) == SCHEMA
    assert found(settings, "database").state == "ok"


def test_a_newer_schema_is_left_alone(settings: Settings) -> None:
    change(settings, "UPDATE alembic_version SET version_num = '9999'")
    assert found(settings, "database").remedy == "upgrade mir"
    done = repaired(settings, "database")
    assert not done.done
    assert "newer mir" in done.text
    assert schema_revision(settings.database_url) == "9999"


def test_a_damaged_database_is_said_to_be_beyond_repair(settings: Settings) -> None:
    path = settings.home / "catalogue.db"
    change(settings, "PRAGMA journal_mode = DELETE")
    with closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_files_track_id'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\xff" * 64)
    before = path.read_bytes()
    finding = found(settings, "database")
    assert finding.state == "problem"
    assert "damaged" in finding.text
    assert "restore a copy" in finding.remedy
    (tried,) = repair(settings)  # and no rows are taken out by what damaged pages say
    assert (tried.name, tried.done) == ("database", False)
    assert "restore a copy" in tried.text
    assert path.read_bytes()[size:] == before[size:]


def test_the_file_of_the_shipped_model_is_restored_and_others_are_named(
    settings: Settings,
) -> None:
    change(
        settings,
        "INSERT INTO models (id, name, dimension, genres) "
        f"VALUES ('{shipped_id()}', 'mir-2', 221, '[]')",
    )
    shelf = ModelShelf(settings.models_dir)
    assert f"the file of mir-2 ({shipped_id()}) is missing" in found(settings, "models").text
    done = repaired(settings, "models")
    assert not done.done  # the stub has no file that could be restored
    assert "not stub (stub)" in done.text
    assert shelf.path(shipped_id()).is_file()

    shelf.path(shipped_id()).write_bytes(b"damaged")
    change(settings, "DELETE FROM models WHERE id = 'stub'")
    assert f"the file of mir-2 ({shipped_id()}) is damaged" in found(settings, "models").text
    assert repaired(settings, "models").text == "the file of mir-2 was restored from the program"
    assert found(settings, "models").state == "ok"


def test_half_written_files_are_deleted_when_nobody_can_be_writing_them(
    settings: Settings,
) -> None:
    settings.models_dir.mkdir(exist_ok=True)
    old = [settings.index_dir / "index.tmp", settings.models_dir / "x.99.part"]
    young = settings.index_dir / "manifest.tmp"
    for path in (*old, young):
        path.write_bytes(b"half")
    for path in old:
        os.utime(path, (1e9, 1e9))
    assert leftovers.stale_files(settings) == tuple(sorted(old))
    assert found(settings, "leftovers").text == "2 half-written files of killed runs (8 B)"
    assert repaired(settings, "leftovers").text == "2 half-written files deleted"
    assert not any(path.exists() for path in old)
    assert young.exists()


def test_nothing_is_mended_while_a_run_indexes(settings: Settings) -> None:
    with only_in(settings.home), pytest.raises(Busy):
        list(repair(settings))


def test_old_and_missing_libraries_are_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "LIBRARIES", (("numpy", "99"), ("no-such-library", "1")))
    finding = found(settings, "libraries")
    assert finding.state == "problem"
    assert "is older than 99" in finding.text
    assert "no-such-library is missing" in finding.text


@pytest.mark.parametrize(
    ("free", "state"), [(10 << 20, "problem"), (500 << 20, "warning"), (5 << 30, "ok")]
)
def test_little_space_is_noticed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, free: int, state: str
) -> None:
    class Usage:
        def __init__(self) -> None:
            self.free = free

    monkeypatch.setattr("shutil.disk_usage", lambda place: Usage())
    assert found(settings, "disk").state == state


@pytest.mark.parametrize(
    ("flags", "state"), [({"avx2"}, "ok"), ({"sse2"}, "warning"), (set(), "ok")]
)
def test_a_slow_processor_is_noticed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, flags: set[str], state: str
) -> None:
    monkeypatch.setattr(machine, "_cpu_flags", lambda: frozenset(flags))
    assert found(settings, "processor").state == state


def test_a_home_that_cannot_be_written_is_noticed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, data: bytes) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)  # root may write everywhere
    assert found(settings, "home").state == "problem"


def test_a_model_that_has_not_heard_all_is_noticed(settings: Settings) -> None:
    with open_engine(settings) as engine, engine.catalogue.session() as session:
        models.register(session, models.KnownModel("next", "mir-9", 32, ()))
        models.prepare(session, "next")
    assert "mir-9 is to follow and has heard 0" in found(settings, "model").text


def test_postgres_that_is_away_is_a_problem(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mir.model.embedder.Embedder", StubEar)
    there = load_settings({}, home=tmp_path, database_url=postgres_url)
    assert found(there, "database").state == "ok"
    assert found(there, "rows").state == "ok"
    away = load_settings({}, home=tmp_path, database_url="postgresql://me@127.0.0.1:1/mir")
    assert found(away, "database").state == "problem"
    tried = {each.name: each.done for each in repair(away)}
    assert tried
    assert not any(tried.values())


@pytest.mark.parametrize("show", ["plain", "json"])
def test_the_command_says_what_was_mended_and_what_is_left(settings: Settings, show: str) -> None:
    for path in settings.index_dir.iterdir():
        path.write_bytes(b"damaged")
    arguments = ["doctor", "--repair", "--home", str(settings.home)]
    result = CliRunner().invoke(cli, [*arguments, *(["--json"] if show == "json" else [])])
    assert result.exit_code == 0, result.output
    if show == "json":
        assert '"repairs": [' in result.stdout
        assert '"problems": 0' in result.stdout
    else:
        assert "repaired index: built anew from the catalogue; it holds 4 tracks" in result.stdout
        assert "ok       index: 4 tracks of 4" in result.stdout
