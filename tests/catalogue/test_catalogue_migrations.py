"""The schema in the database is that of the tables, from whatever schema it comes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, create_engine, inspect, text

from mir.catalogue import tracks
from mir.catalogue.migrate import MIGRATIONS, schema_revision, upgrade
from mir.catalogue.session import database_url, open_catalogue
from mir.catalogue.tables import SCHEMA, metadata
from mir.errors import CatalogueError
from tests.made_up_analyses import NOW, made_up_analysis
from tests.postgres_cluster import PostgresCluster


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, once on each database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty' / 'catalogue.db'}"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    with cluster.database() as name:
        yield cluster.url(name)


def test_tables_and_migrations_say_the_same(empty_url: str) -> None:
    upgrade(empty_url)
    engine = create_engine(database_url(empty_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []
        found = inspect(connection)
        for table in metadata.sorted_tables:
            checks = {check["name"] for check in found.get_check_constraints(table.name)}
            ours = [c for c in table.constraints if isinstance(c, CheckConstraint)]
            assert {f"ck_{table.name}_{str(c.name).split('_')[-1]}" for c in ours} == checks
            assert len(ours) == len(checks)
    engine.dispose()


def test_the_newest_schema_is_the_one_that_the_tables_name() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA]


def test_the_first_schema_with_data_comes_to_the_newest(empty_url: str) -> None:
    upgrade(empty_url, "0001")
    assert schema_revision(empty_url) == "0001"
    engine = create_engine(database_url(empty_url))
    with engine.begin() as connection:
        for statement in FIRST_DATA:
            named = {"path": b"/m/a.mp3", "none": b""}
            connection.execute(
                text(statement), {n: v for n, v in named.items() if f":{n}" in statement}
            )
    engine.dispose()
    catalogue = open_catalogue(empty_url)
    with catalogue.session() as session:
        (track,) = tracks.page(session, text="song").items
        assert (track.id, track.title, track.artists) == (7, "Song", ("Ann",))
        assert track.paths == (Path("/m/a.mp3"),)
        assert track.descriptors.mfcc_mean == ()
        assert tracks.store(session, made_up_analysis("/b", "hash"), NOW).id == 7
    catalogue.close()
    assert schema_revision(empty_url) == SCHEMA


FIRST_DATA = (
    "INSERT INTO tracks (id, audio_hash, title, seconds, artist_mbids, uncertain, mfcc_mean,"
    " mfcc_std, search_text, sort_key, added_at) VALUES"
    " (7, 'hash', 'Song', 3.5, '[]', false, :none, :none, 'song', '0ann',"
    " '2026-01-02 03:04:05.000000')",
    "INSERT INTO files (id, track_id, path, shown, size, modified_ns)"
    " VALUES (100, 7, :path, '/m/a.mp3', 1, 1)",
    "INSERT INTO artists (id, name, folded) VALUES (3, 'Ann', 'ann')",
    "INSERT INTO track_artists (track_id, role, position, artist_id) VALUES (7, 'track', 0, 3)",
)


def test_a_database_without_schema_has_no_revision(empty_url: str) -> None:
    assert schema_revision(empty_url) is None


def test_a_newer_schema_is_refused_and_left_alone(catalogue_url: str) -> None:
    engine = create_engine(database_url(catalogue_url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(CatalogueError, match=r"written by a newer mir .*9999.*; upgrade mir"):
        open_catalogue(catalogue_url)
    assert schema_revision(catalogue_url) == "9999"


def test_a_step_that_fails_leaves_nothing_behind(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **named: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", fail)
    with pytest.raises(RuntimeError, match="killed"):
        upgrade(empty_url)
    monkeypatch.undo()
    engine = create_engine(database_url(empty_url))
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    upgrade(empty_url)
    assert schema_revision(empty_url) == SCHEMA


def test_programs_that_start_at_once_find_one_schema(empty_url: str) -> None:
    program = "import sys; from mir.catalogue.session import open_catalogue as o; o(sys.argv[1])"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, empty_url],
            cwd=MIGRATIONS.parent,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in started:
        _, said = process.communicate(timeout=60)
        assert (process.returncode, said) == (0, "")
    assert schema_revision(empty_url) == SCHEMA


def test_opening_what_is_up_to_date_needs_no_alembic(sqlite_url: str) -> None:
    program = (
        "import sys; from mir.catalogue.session import open_catalogue as o; o(sys.argv[1]);"
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, sqlite_url], cwd=MIGRATIONS.parent, check=True)
