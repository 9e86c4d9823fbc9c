"""`mir export` and `mir import`, and the recipe for two machines that docs/portable.md tells."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from made_up_library import engine_at

from indexer.cli import cli
from indexer.ingest import IngestReport, ingest
from indexer.lock import only_run
from mir.catalogue import models, tracks
from mir.engine import open_engine
from mir.model.embedder import identity, shipped_bytes
from mir.model.shelf import ModelShelf, shipped_id
from mir.settings import load_settings
from tests.indexer.stub_ear import DeafEar, StubEar

Mir = Callable[..., Result]
PAGE = Path(__file__).parents[2] / "docs" / "portable.md"


@pytest.fixture
def mir(monkeypatch: pytest.MonkeyPatch) -> Mir:
    """Run a command at a home, with the stub for the shipped network."""
    for place in ("mir.engine.Embedder", "mir.model.embedder.Embedder"):
        monkeypatch.setattr(place, StubEar)
    for name in [name for name in os.environ if name.startswith("MIR_")]:
        monkeypatch.delenv(name)

    def run(home: Path, *arguments: object, status: int = 0) -> Result:
        result = CliRunner().invoke(cli, [*map(str, arguments), "--home", str(home)])
        assert result.exit_code == status, result.output
        return result

    return run


def indexed_again(home: Path, *folders: Path) -> IngestReport:
    """What an index run says that may hear nothing."""
    with open_engine(load_settings({}, home=home), embedder=StubEar()) as engine:
        return ingest(engine, folders, jobs=1, load=DeafEar)


def titles(home: Path) -> dict[str, Path]:
    with open_engine(load_settings({}, home=home), embedder=StubEar()) as engine:
        assert len(engine.index()) == 4
        with engine.catalogue.session() as session:
            return {track.title: track.paths[0] for track in tracks.page(session).items}


def test_a_library_analysed_on_one_machine_is_served_by_another(
    mir: Mir, indexed_home: tuple[Path, Path], tmp_path: Path
) -> None:
    fast, music = indexed_home
    nas, volume = tmp_path / "nas", tmp_path / "volume"
    export = tmp_path / "library.mir"
    said = mir(fast, "export", export).stdout
    assert re.fullmatch(rf"4 tracks are in {re.escape(str(export))} \([\d.]+ [KM]iB\)\.\n", said)

    result = mir(nas, "import", export, "--map", f"{music}={volume}")
    assert result.stdout == (
        "Tracks: 4 added.\nNew here: 4 vectors, 4 files, 1 failure, 1 folder.\n"
    )
    assert "The file of the model stub did not come along" in result.stderr
    assert {path.parents[1] for path in titles(nas).values()} == {volume}

    shutil.copytree(music, volume)  # with times, as cp -p and rsync -a do
    report = indexed_again(nas, volume)
    assert (report.unchanged, report.messages) == (5, ())
    assert (report.added, report.updated, report.moved, report.failed, report.removed) == (0,) * 5
    for path in volume.glob("Album*/*"):  # and where times get lost, sounds are still known
        os.utime(path, (1, 1))
    assert indexed_again(nas, volume).updated == 4
    again = json.loads(mir(nas, "import", export, "--map", f"{music}={volume}", "--json").stdout)
    assert (again["added"], again["known"], again["heard"], again["files"]) == (0, 4, 0, 0)


def test_a_library_gets_back_what_another_machine_added(
    mir: Mir, indexed_home: tuple[Path, Path], tmp_path: Path
) -> None:
    home, music = indexed_home
    other = tmp_path / "other"
    mir(home, "export", tmp_path / "a.mir")
    mir(other, "import", tmp_path / "a.mir")
    gone = next(music.rglob("*.flac"))
    content = gone.read_bytes()
    gone.unlink()
    assert indexed_again(home, music).removed == 1
    gone.write_bytes(content)
    mir(other, "export", tmp_path / "b.mir", "--json")
    result = json.loads(mir(home, "import", tmp_path / "b.mir", "--json").stdout)
    assert (result["added"], result["known"], result["left_out"]) == (1, 3, 0)
    assert gone in titles(home).values()


def test_models_go_along_unless_told_otherwise(mir: Mir, tmp_path: Path) -> None:
    content = b"not the shipped one"
    home = tmp_path / "home"
    with open_engine(load_settings({}, home=home)) as engine:
        engine.shelf.keep(content)
        with engine.catalogue.session() as session:
            known = models.KnownModel(identity(content), "mine", 3, ("Rock",))
            models.register(session, known)
            models.activate(session, known.id)
    for name, options, held in (("with", (), True), ("without", ("--no-models",), False)):
        export, there = tmp_path / f"{name}.mir", tmp_path / name
        mir(home, "export", export, *options)
        result = mir(there, "import", export)
        assert ("the model mine" in result.stdout) == held
        assert ("did not come along" in result.stderr) != held
        assert ModelShelf(there / "models").has(known.id) == held


def test_a_model_file_that_is_another_one_is_refused(
    mir: Mir, indexed_home: tuple[Path, Path], tmp_path: Path
) -> None:
    home, _ = indexed_home
    export = tmp_path / "a.mir"
    mir(home, "export", export)
    with closing(sqlite3.connect(export)) as file:
        file.execute("INSERT INTO model_files VALUES ('0123456789abcdef', x'00')")
        file.commit()
    said = mir(tmp_path / "there", "import", export, status=1).stderr
    assert "is damaged (the file of the model 0123456789abcdef" in said
    assert not list((tmp_path / "there").glob("models/*"))


def test_vectors_of_a_model_that_is_not_in_use_are_kept_for_it(
    mir: Mir, indexed_home: tuple[Path, Path], tmp_path: Path
) -> None:
    home, _ = indexed_home
    mir(home, "export", tmp_path / "a.mir")
    there = tmp_path / "there"
    with open_engine(load_settings({}, home=there)) as engine:
        engine.shelf.keep(shipped_bytes())
        with engine.catalogue.session() as session:
            models.register(session, models.KnownModel(shipped_id(), "mir", 221, ("Rock",)))
            models.activate(session, shipped_id())
    said = mir(there, "import", tmp_path / "a.mir").stderr
    assert "mir, the model in use, has not heard 4 of 4 tracks" in said
    assert "`mir model use stub` changes to stub" in said


@pytest.mark.parametrize("mapping", ["/a", "a=/b", "/a=b", "=/b", "/a=/b=/c"])
def test_a_mapping_that_cannot_be_read_is_wrong_usage(
    mir: Mir, tmp_path: Path, mapping: str
) -> None:
    said = mir(tmp_path, "import", tmp_path / "a.mir", "--map", mapping, status=2).stderr
    assert "write /old=/new" in said


def test_one_folder_cannot_be_mapped_to_two(
    mir: Mir, indexed_home: tuple[Path, Path], tmp_path: Path
) -> None:
    mir(indexed_home[0], "export", tmp_path / "a.mir")
    twice = ("--map", "/a=/b", "--map", "/a/=/c")
    assert "/a is mapped to two" in mir(
        tmp_path / "x", "import", tmp_path / "a.mir", *twice, status=1
    ).stderr  # fmt: skip


def test_an_import_waits_for_no_index_run(
    mir: Mir, indexed_home: tuple[Path, Path], tmp_path: Path
) -> None:
    home, _ = indexed_home
    mir(home, "export", tmp_path / "a.mir")
    with engine_at(home) as engine, only_run(home, engine.catalogue):
        assert "Another run" in mir(home, "import", tmp_path / "a.mir", status=1).stderr
        mir(home, "export", tmp_path / "b.mir")  # which only reads


def test_errors_are_one_line(mir: Mir, tmp_path: Path) -> None:
    (tmp_path / "a.mir").write_text("mine")
    for arguments in (("export", "a.mir"), ("import", "a.mir"), ("import", "b.mir")):
        result = mir(tmp_path / "home", arguments[0], tmp_path / arguments[1], status=1)
        assert re.fullmatch(r"mir: [^\n]+\n", result.stderr), result.stderr
        assert result.stdout == ""


def test_the_page_shows_how_to_read_an_export(
    mir: Mir, indexed_home: tuple[Path, Path], tmp_path: Path
) -> None:
    mir(indexed_home[0], "export", tmp_path / "library.mir")
    snippet = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert snippet is not None
    asked = "print(vectors.shape, len(passages), np.allclose((vectors ** 2).sum(1), 1))"
    done = subprocess.run(
        [sys.executable, "-c", f"{snippet[1]}\n{asked}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "(4, 32) 4 True\n"


def test_the_page_names_every_table_and_column(
    mir: Mir, indexed_home: tuple[Path, Path], tmp_path: Path
) -> None:
    mir(indexed_home[0], "export", tmp_path / "library.mir")
    page = PAGE.read_text(encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "library.mir")) as file:
        tables: list[Any] = file.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (table,) in tables:
            told = page.partition(f"\n### {table}\n")[2].partition("\n#")[0]
            assert told, f"docs/portable.md says nothing of the table {table}"
            for column in file.execute(f"SELECT name FROM pragma_table_info('{table}')"):
                assert f"`{column[0]}`" in told, f"{table}.{column[0]} is not in docs/portable.md"
