"""The schema in the database is that of the tables, from whatever schema it comes."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, create_engine, inspect, text

from mir.catalogue import coverage, embeddings, failures, files, models, tracks
from mir.catalogue.filters import Filter
from mir.catalogue.migrate import MIGRATIONS, schema_revision, upgrade
from mir.catalogue.revision import revision
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


def test_what_models_heard_under_the_first_schema_is_kept_under_their_names(
    empty_url: str,
) -> None:
    upgrade(empty_url, "0001")
    engine = create_engine(database_url(empty_url))
    with engine.begin() as connection:
        for statement, rows in first_library():
            connection.execute(text(statement), rows)
    engine.dispose()
    catalogue = open_catalogue(empty_url)
    with catalogue.session() as session:
        choice = models.choice(session)
        assert choice == models.Choice(active=MIR_1, shipped=MIR_1)
        assert coverage.covered(session) == {MIR_1: 3, "own": 2}
        assert [(model.name, model.dimension) for model in models.known(session)] == [
            ("mir-1", 2),
            ("own", 2),
        ]
        # The third track was heard by another model after that: what was shown of it is that one's.
        one, two, three, four = tracks.get_many(session, [1, 2, 3, 4]).values()
        assert [label.name for label in one.genres] == ["Rock", "Pop"]
        assert one.tag_genres == ("Rock",)
        assert [label.name for label in one.moods] == ["calm"]
        assert (one.uncertain, two.uncertain) == (False, True)
        assert (three.genres, three.uncertain) == ((), True)
        assert four.tag_genres == ("Rock",)
        theirs = tracks.get(session, 3, "own")
        assert [label.name for label in theirs.genres] == ["Pop"]
        assert [label.name for label in theirs.instruments] == ["piano"]
        assert theirs.uncertain is False
        assert revision(session) == 5
        assert files.roots(session) == (Path("/m"),)
        ids, vectors = embeddings.all_vectors(session, MIR_1)
        assert (ids.tolist(), vectors.tolist()) == ([1, 2, 3], [[1, 0]] * 3)
        assert len(list(failures.known(session))) == 1
        rock = Filter(genres_any=("rock",))
        assert tracks.allowed_ids(session, rock).tolist() == [1, 2, 4]
        assert tracks.allowed_ids(session, Filter(genres_any=("pop",)), "own").tolist() == [3, 4]
        assert [each.track_id for each in coverage.unheard(session, MIR_1)] == [4]
        tracks.remove_files(session, [Path("/m/1.mp3")])
    catalogue.close()


MIR_1 = "a190522c97871264"


def first_library() -> list[tuple[str, list[dict[str, Any]]]]:
    """Statements that fill schema 0001: four tracks, heard by the first model and another."""
    unit = np.array([1, 0], "<f4").tobytes()
    vectors = [(1, MIR_1, 1), (2, MIR_1, 2), (3, MIR_1, 3), (3, "own", 4), (4, "own", 5)]
    return [
        (
            "INSERT INTO tracks (id, audio_hash, title, seconds, artist_mbids, uncertain,"
            " mfcc_mean, mfcc_std, search_text, sort_key, added_at) VALUES"
            " (:id, :hash, 'Song', 3.5, '[]', :uncertain, :none, :none, 'song', '0ann',"
            " '2026-01-02 03:04:05.000000')",
            [{"id": n, "hash": f"h{n}", "uncertain": n == 2, "none": b""} for n in (1, 2, 3, 4)],
        ),
        (
            "INSERT INTO files (track_id, path, shown, size, modified_ns)"
            " VALUES (:id, :path, 'x', 1, 1)",
            [{"id": n, "path": f"/m/{n}.mp3".encode()} for n in (1, 2, 3, 4)],
        ),
        (
            "INSERT INTO embeddings (model_id, track_id, revision, vector, passage_count, passages)"
            " VALUES (:model, :id, :revision, :vector, 0, :none)",
            [
                {"model": model, "id": n, "revision": revision, "vector": unit, "none": b""}
                for n, model, revision in vectors
            ],
        ),
        ("UPDATE state SET value = '5' WHERE key = 'revision'", [{}]),
        (
            "INSERT INTO genres (id, folded, name) VALUES (:id, :folded, :name)",
            [
                {"id": 1, "folded": "rock", "name": "Rock"},
                {"id": 2, "folded": "pop", "name": "Pop"},
            ],
        ),
        (
            "INSERT INTO track_genres (track_id, source, position, genre_id, probability)"
            " VALUES (:id, :source, :position, :genre, :probability)",
            [
                {"id": n, "source": source, "position": position, "genre": genre, "probability": p}
                for n, source, position, genre, p in (
                    (1, "tag", 0, 1, None),
                    (1, "model", 0, 1, 0.5),
                    (1, "model", 1, 2, 0.25),
                    (2, "model", 0, 1, 0.5),
                    (3, "model", 0, 2, 0.5),
                    (4, "tag", 0, 1, None),
                    (4, "model", 0, 2, 0.5),
                )
            ],
        ),
        (
            "INSERT INTO track_labels (track_id, kind, position, name, probability)"
            " VALUES (:id, :kind, 0, :name, 0.5)",
            [
                {"id": 1, "kind": "mood", "name": "calm"},
                {"id": 3, "kind": "instrument", "name": "piano"},
            ],
        ),
        ("INSERT INTO roots (path, shown) VALUES (:path, '/m')", [{"path": b"/m"}]),
        (
            "INSERT INTO failures (path, shown, size, modified_ns, reason, stage, failed_at)"
            " VALUES (:path, 'bad', 1, 1, 'no sound', 'decode', '2026-01-02 03:04:05.000000')",
            [{"path": b"/m/bad.mp3"}],
        ),
    ]


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
