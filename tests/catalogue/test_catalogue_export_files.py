"""Exports as files: whole or not there, and refused where they are something else."""

import os
import resource
import signal
import sqlite3
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from mir.catalogue import tracks
from mir.catalogue.migrate import schema_revision, upgrade
from mir.catalogue.portable.layout import FORMAT
from mir.catalogue.portable.reading import open_export
from mir.catalogue.session import Catalogue, open_catalogue
from mir.catalogue.tables import SCHEMA, metadata
from mir.errors import CatalogueError, NotFound
from tests.carried_library import content, exported, fill, fill_the_rest, imported, write_to
from tests.made_up_analyses import NOW


@pytest.fixture
def filled(sqlite_catalogue: Catalogue) -> Catalogue:
    with sqlite_catalogue.session() as session:
        fill(session, range(6), second=[2])
        fill_the_rest(session)
    return sqlite_catalogue


@pytest.fixture
def export(filled: Catalogue, tmp_path: Path) -> Path:
    return exported(filled, tmp_path / "library.mir")


def changed(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as file:
        for statement in statements:
            file.execute(statement)
        file.commit()
    return path


def test_an_export_says_what_it_is(filled: Catalogue, tmp_path: Path) -> None:
    written = write_to(filled, tmp_path / "library.mir")
    with open_export(tmp_path / "library.mir", tmp_path) as opened:
        assert opened.header == written
        assert list(opened.models()) == [("a-model", b"weights")]
    assert (written.format, written.program, written.dialect) == (FORMAT, "0.0", "sqlite")
    assert written.schema_revision == SCHEMA
    assert written.created_at == NOW.astimezone(UTC)
    assert (written.row_counts["tracks"], written.row_counts["files"]) == (6, 8)


def test_an_export_has_the_schema_that_migrations_make(export: Path) -> None:
    engine = create_engine(f"sqlite:///{export}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
        assert {change[1].name for change in differences} == {"mir_export", "model_files"}
    engine.dispose()
    assert schema_revision(f"sqlite:///{export}") == SCHEMA


def test_progress_is_told_up_to_the_end(filled: Catalogue, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    header = write_to(filled, tmp_path / "a.mir", progress=lambda *told: seen.append(told))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert {total for _, total in seen} == {sum(header.row_counts.values())}
    assert seen[-1][0] == seen[-1][1]


def test_a_file_that_is_there_is_kept_unless_told_otherwise(
    filled: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "mine"
    path.write_text("mine")
    with pytest.raises(CatalogueError, match=r"mine is there already; .*--force"):
        write_to(filled, path)
    with pytest.raises(CatalogueError, match="is there already"):
        write_to(filled, tmp_path, overwrite=True)
    assert path.read_text() == "mine"
    write_to(filled, path, overwrite=True)
    assert len(content(path)["tracks"]) == 6


def test_the_catalogue_itself_is_never_written_over(filled: Catalogue, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(filled.location)
    for path in (Path(filled.location), link):
        with pytest.raises(CatalogueError, match="is the catalogue itself"):
            write_to(filled, path, overwrite=True)


@pytest.mark.parametrize("place", ["nowhere/a.mir", "file/a.mir"])
def test_a_place_that_cannot_be_written_is_named(
    filled: Catalogue, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CatalogueError, match=rf"The export .*{place} cannot be written"):
        write_to(filled, tmp_path / place)


def test_an_export_that_fails_leaves_nothing_and_harms_nothing(
    filled: Catalogue, export: Path
) -> None:
    before = export.read_bytes()

    def fail() -> bytes:
        raise CatalogueError("no model")

    with pytest.raises(CatalogueError, match="no model"):
        write_to(filled, export, overwrite=True, models={"a": fail})
    assert export.read_bytes() == before
    assert [each.name for each in export.parent.glob("library*")] == ["library.mir"]


def test_a_full_disk_is_named_and_leaves_nothing(filled: Catalogue, tmp_path: Path) -> None:
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        with pytest.raises(CatalogueError, match=r"The export .*full\.mir cannot be written"):
            write_to(filled, tmp_path / "full.mir")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, former)
    assert not list(tmp_path.glob("full*"))


@pytest.mark.parametrize("name", [b"a b?c#d%41.mir", b"caf\xe9.mir", "日本.mir".encode()])
def test_any_file_name_will_do(filled: Catalogue, tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    exported(filled, path)
    assert name in {os.fsencode(each.name) for each in tmp_path.iterdir()}
    assert imported(filled, path).known == 6


def test_an_export_can_be_read_from_a_place_that_cannot_be_written(
    filled: Catalogue, export: Path
) -> None:
    before = export.read_bytes()
    with open_export(export, export.parent / "no such folder") as opened:
        pass
    assert opened.path == export
    assert export.read_bytes() == before
    assert not list(export.parent.glob("library.mir-*"))  # no journal is needed to read it


def test_what_is_no_export_is_refused(
    filled: Catalogue, export: Path, tmp_path: Path, sqlite_url: str
) -> None:
    (tmp_path / "song.mp3").write_bytes(os.urandom(5000))
    (tmp_path / "empty").touch()
    changed(tmp_path / "other.db", "CREATE TABLE things (id INTEGER)")
    with pytest.raises(NotFound, match="There is no export"):
        imported(filled, tmp_path / "nothing.mir")
    for name in ("song.mp3", "empty", "other.db"):
        with pytest.raises(CatalogueError, match=f"{name} is no export of mir"):
            imported(filled, tmp_path / name)
    own = Path(sqlite_url.removeprefix("sqlite:///"))
    with pytest.raises(CatalogueError, match=r"is a catalogue, which `mir export` can write"):
        imported(filled, own)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mir_export SET schema_revision = '9999'",
        f"UPDATE mir_export SET format = {FORMAT + 1}",
    ],
)
def test_a_newer_export_is_refused(filled: Catalogue, export: Path, statement: str) -> None:
    with pytest.raises(CatalogueError, match=r"written by a newer mir .*; upgrade mir"):
        imported(filled, changed(export, statement))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM track_labels WHERE track_id = 3",
        "DELETE FROM mir_export",
        "UPDATE mir_export SET row_counts = '[]'",
        "UPDATE mir_export SET created_at = 'soon'",
        "DROP TABLE hearings",
    ],
)
def test_an_export_that_lacks_something_is_refused(
    filled: Catalogue, export: Path, statement: str
) -> None:
    before = content(exported(filled, export.with_name("before.mir")))
    with pytest.raises(CatalogueError, match=r"The export .* is damaged .*; copy it again"):
        imported(filled, changed(export, statement))
    assert content(exported(filled, export.with_name("after.mir"))) == before


def test_an_export_that_was_copied_in_part_is_refused(filled: Catalogue, export: Path) -> None:
    whole = export.read_bytes()
    page = int.from_bytes(whole[16:18], "big")
    pages = len(whole) // page
    for kept in (1, pages // 3, pages // 2, pages - 1):
        export.write_bytes(whole[: page * kept + 100])
        with pytest.raises(CatalogueError, match=r"is damaged|is no export"):
            imported(filled, export)
    for place in range(2, pages, 3):
        spoilt = bytearray(whole)
        spoilt[page * place : page * place + 64] = b"\xff" * 64
        export.write_bytes(spoilt)
        with pytest.raises(CatalogueError, match=r"damaged|is no export"):
            imported(filled, export)
    export.write_bytes(whole)
    assert imported(filled, export).known == 6


def test_an_export_of_an_older_schema_is_brought_up_to_date_in_a_copy(
    tmp_path: Path, sqlite_catalogue: Catalogue
) -> None:
    old = tmp_path / "old.mir"
    upgrade(f"sqlite:///{old}", "0002")
    changed(
        old,
        "PRAGMA journal_mode = DELETE",
        "CREATE TABLE mir_export (format, program, schema_revision, created_at, dialect,"
        " row_counts)",
        "CREATE TABLE model_files (model_id TEXT PRIMARY KEY, content BLOB)",
        "INSERT INTO mir_export VALUES (1, '0.1', '0002', '2026-01-02 03:04:05.000000', 'sqlite',"
        ' \'{"tracks": 1, "files": 1}\')',
        "INSERT INTO tracks (id, audio_hash, title, seconds, artist_mbids, mfcc_mean, mfcc_std,"
        " search_text, sort_key, added_at) VALUES (7, 'hash', 'Song', 3.5, '[]', x'', x'',"
        " 'song', '0', '2026-01-02 03:04:05.000000')",
        "INSERT INTO files (track_id, path, shown, size, modified_ns)"
        " VALUES (7, x'2f61', '/a', 1, 1)",
    )
    before = old.read_bytes()
    assert imported(sqlite_catalogue, old).added["tracks"] == 1
    with sqlite_catalogue.session() as session:
        (track,) = tracks.page(session).items
        assert (track.title, track.paths) == ("Song", (Path("/a"),))
    assert old.read_bytes() == before
    assert not list(tmp_path.glob("import-*"))


def test_an_export_is_a_catalogue_that_can_be_opened(export: Path) -> None:
    catalogue = open_catalogue(f"sqlite:///{export}")
    with catalogue.session() as session:
        assert tracks.count(session) == 6
        assert session.execute(text("SELECT COUNT(*) FROM mir_export")).scalar() == 1
    catalogue.close()
