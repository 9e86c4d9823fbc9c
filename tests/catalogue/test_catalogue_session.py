"""Opening a catalogue, sharing it between threads, and what is said when a database fails."""

import os
import pwd
import shutil
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from mir.catalogue import faults, tracks
from mir.catalogue.session import Catalogue, connect, database_url, open_catalogue
from mir.errors import CatalogueError, NotFound
from tests.made_up_analyses import NOW, made_up_analysis, made_up_hearing
from tests.postgres_cluster import PostgresCluster


def test_a_new_catalogue_makes_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "new" / "home" / "catalogue.db"
    catalogue = open_catalogue(f"sqlite:///{file}")
    assert catalogue.dialect == "sqlite"
    assert catalogue.location == str(file)
    with catalogue.session() as session:
        pragma = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    catalogue.close()
    assert pragma == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 10_000,
        "synchronous": 2,
    }


def test_a_folder_name_that_is_not_utf8_holds_a_catalogue(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"\xff %s & co")
    folder.mkdir()
    catalogue = open_catalogue(f"sqlite:///{folder / 'c.db'}")
    catalogue.close()
    assert (folder / "c.db").exists()


def test_threads_store_and_read_at_the_same_time(catalogue: Catalogue) -> None:
    failed: list[BaseException] = []
    done = threading.Event()

    def watched(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                failed.append(error)

        return threading.Thread(target=run)

    def write(name: str) -> None:
        for n in range(8):
            with catalogue.session() as session:
                analysis = made_up_analysis(
                    f"/{name}/{n}", f"h{n}", hearing=made_up_hearing(ord(name))
                )
                tracks.store(session, analysis, NOW)

    def read() -> None:
        while not done.is_set():
            with catalogue.session() as session:
                assert all(track.paths for track in tracks.page(session).items)

    writers = [watched(lambda name=name: write(name)) for name in "abc"]  # type: ignore[misc]
    readers = [watched(read) for _ in range(4)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert failed == []
    with catalogue.session() as session:
        page = tracks.page(session)
    assert [len(track.paths) for track in page.items] == [3] * 8


def test_what_was_read_first_does_not_keep_a_session_from_writing(catalogue: Catalogue) -> None:
    with catalogue.session() as slow:
        assert tracks.count(slow) == 0
        with catalogue.session() as quick:
            tracks.store(quick, made_up_analysis("/a", "h1"), NOW)
        tracks.store(slow, made_up_analysis("/b", "h2"), NOW)
    with catalogue.session() as session:
        assert tracks.count(session) == 2


def test_an_error_of_ours_passes_and_a_defect_stays_one(catalogue: Catalogue) -> None:
    with pytest.raises(NotFound), catalogue.session() as session:
        tracks.get(session, 1)
    with pytest.raises(IntegrityError), catalogue.session() as session:
        session.execute(
            text(
                "INSERT INTO files (id, track_id, path, shown, size, modified_ns)"
                " VALUES (1, 99, '', '', 0, 0)"
            )
        )


def test_a_locked_catalogue_says_who_is_in_the_way(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mir.catalogue.session._BUSY_MS", 1)
    catalogue = open_catalogue(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with (
        pytest.raises(CatalogueError, match="another program is writing to it"),
        catalogue.session() as session,
    ):
        tracks.store(session, made_up_analysis(), NOW)
    other.close()
    catalogue.close()


def test_a_full_disk_says_so(sqlite_url: str) -> None:
    catalogue = open_catalogue(sqlite_url)
    big = made_up_analysis("/m/" + "x" * 200_000)

    def fill() -> None:
        with catalogue.session() as session:
            session.execute(text("PRAGMA max_page_count = 1"))  # stands for a disk without space
            tracks.store(session, big, NOW)

    with pytest.raises(CatalogueError, match="the disk is full; free some space"):
        fill()
    catalogue.close()
    catalogue = open_catalogue(sqlite_url)
    with catalogue.session() as session:
        assert tracks.count(session) == 0
    catalogue.close()


@pytest.mark.parametrize("size", [100, 5000])
def test_a_file_that_is_no_catalogue_is_refused_and_kept(tmp_path: Path, size: int) -> None:
    file = tmp_path / "catalogue.db"
    file.write_bytes(b"not a database at all" * size)
    with pytest.raises(CatalogueError, match=r"catalogue\.db cannot be used .* damaged"):
        open_catalogue(f"sqlite:///{file}")
    assert file.read_bytes() == b"not a database at all" * size


def test_a_damaged_catalogue_says_so(sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    engine = connect(database_url(sqlite_url))

    def look() -> None:
        with Catalogue(engine).session() as session:
            tracks.page(session)

    with pytest.raises(CatalogueError, match="damaged"):
        look()
    engine.dispose()


def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CatalogueError, match="cannot be made"):
        open_catalogue(f"sqlite:///{tmp_path}/file/deeper/c.db")
    with pytest.raises(CatalogueError, match="is a folder"):
        open_catalogue(f"sqlite:///{tmp_path}")


def test_a_catalogue_that_may_not_be_written_is_refused(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Asked of a stand-in, because root may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(CatalogueError, match=r"may not be written.*give this user the right"):
        open_catalogue(sqlite_url)


def test_another_user_is_told_that_the_catalogue_is_read_only(sqlite_template: Path) -> None:
    root, nobody = os.geteuid() == 0, pwd.getpwnam("nobody").pw_uid
    with tempfile.TemporaryDirectory() as made:
        file = Path(made) / "catalogue.db"
        shutil.copy(sqlite_template, file)
        file.chmod(0o444)
        Path(made).chmod(0o555)
        if root:  # to whom nothing is read-only
            os.setresuid(nobody, nobody, 0)
        try:
            with pytest.raises(CatalogueError, match="may not be written"):
                open_catalogue(f"sqlite:///{file}")
        finally:
            if root:
                os.setresuid(0, 0, 0)
            Path(made).chmod(0o755)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("catalogue.db", "cannot be read; write sqlite:///FILE"),
        ("postgresql://me:secret@host:port/x", "cannot be read; write sqlite:///FILE"),
        ("mysql://me:secret@host/x", "does not know the database 'mysql'"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_a_bad_url_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(CatalogueError, match=said) as caught:
        open_catalogue(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_urls_of_postgres_get_our_driver(scheme: str) -> None:
    parsed = database_url(f"{scheme}://me@host/music")
    assert parsed.drivername == "postgresql+psycopg"


def test_a_missing_driver_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CatalogueError, match=r"pip install 'mir\[postgres\]'"):
        connect(database_url("postgresql://me@host/music"))


def test_a_postgres_that_cannot_be_reached_is_named_without_password(tmp_path: Path) -> None:
    url = f"postgresql://me:top-secret@/music?host={tmp_path}"
    with pytest.raises(CatalogueError, match="cannot be used") as caught:
        open_catalogue(url)
    assert "secret" not in str(caught.value)
    assert "music" in str(caught.value)


def test_a_database_that_does_not_exist_says_so(postgres: PostgresCluster) -> None:
    with pytest.raises(CatalogueError, match="create the database first"):
        open_catalogue(postgres.url("never_made"))


def test_a_password_in_what_the_database_says_is_hidden() -> None:
    url = database_url("postgresql://me:top-secret@host/music")
    error = OperationalError("", {}, Exception("bad option top-secret"))
    assert faults.explain(error, url) == (
        "The catalogue postgresql+psycopg://me:***@host/music cannot be used (bad option ***): "
        "check that the database runs and can be reached."
    )
