"""Libraries of every schema that was ever released come to the newest one with all they hold."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from mir.catalogue import (
    coverage,
    embeddings,
    failures,
    files,
    fingerprints,
    genres,
    matches,
    models,
    tracks,
)
from mir.catalogue.filters import Filter
from mir.catalogue.migrate import schema_revision, upgrade
from mir.catalogue.paths import restored
from mir.catalogue.revision import revision
from mir.catalogue.session import Catalogue, database_url, open_catalogue
from mir.catalogue.tables import SCHEMA
from tests.catalogue.old_library import (
    DIMENSION,
    MIR_1,
    OWN,
    heard_by,
    passages_of,
    path_of,
    vector_of,
    write_old_library,
)
from tests.made_up_analyses import NOW, made_up_analysis
from tests.postgres_cluster import PostgresCluster

RELEASED = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, once on each database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'catalogue.db'}"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    with cluster.database() as name:
        yield cluster.url(name)


def written(url: str, schema: str, count: int) -> dict[str, int]:
    """Make a library of an old schema at the URL; return the rows of each table."""
    upgrade(url, schema)
    engine = create_engine(database_url(url))
    with engine.begin() as connection:
        rows = write_old_library(connection, schema, count)
    engine.dispose()
    return rows


def count(catalogue: Catalogue, table: str) -> int:
    with catalogue.session() as session:
        return int(session.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())


def test_every_schema_before_the_newest_is_tried() -> None:
    assert (*RELEASED, SCHEMA) == tuple(f"{number:04d}" for number in range(1, int(SCHEMA) + 1))


@pytest.mark.parametrize("schema", RELEASED)
def test_all_that_was_stored_can_be_read_under_the_newest_schema(
    empty_url: str, schema: str
) -> None:
    written(empty_url, schema, 12)
    with closing(open_catalogue(empty_url)) as catalogue, catalogue.session() as session:
        found = tracks.get_many(session, range(1, 13))
        assert list(found) == list(range(1, 13))
        for number, track in found.items():
            assert (track.title, track.album, track.year) == (
                f"Title {number}",
                "Album",
                1990 + number,
            )
            assert track.artists == (f"Ann {number % 3}",)
            assert track.added_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
            copies = [path_of(number), path_of(number) + b".copy"][: 2 if number % 3 == 0 else 1]
            assert set(track.paths) == {restored(path) for path in copies}
            heard = track.descriptors
            assert (heard.tempo, heard.key, heard.mode) == (120.25, "C#", "minor")
            assert heard.mfcc_mean == (number / 7,) * 20
            assert track.tag_genres == ("Style 0",)
            for model_id in heard_by(number)[-1:] if schema == "0001" else heard_by(number):
                theirs = tracks.get(session, number, model_id)
                assert [label.name for label in theirs.genres] == ["Style 1", "Style 2"]
                assert [label.name for label in theirs.moods] == [f"calm to {model_id}"]
                assert theirs.uncertain == (number % 2 == 0)
                expected = (None, None) if schema == "0001" else (0.25, -0.5)
                assert (theirs.arousal, theirs.valence) == expected
            for model_id in heard_by(number):
                vector = embeddings.vector(session, number, model_id)
                assert vector.astype("<f4").tobytes() == vector_of(number, model_id)
                kept = embeddings.passages(session, [number], model_id)[number]
                assert kept.astype("<f2").tobytes() == passages_of(number, model_id)
        known = {file.path: file for file in files.known_files(session)}
        assert len(known) == 16
        file = known[restored(path_of(5))]
        assert (file.size, file.modified_ns, file.track_id) == (1005, 10**18 + 5, 5)
        (failure,) = failures.known(session)
        assert (failure.path, failure.reason, failure.stage) == (
            Path("/m/bad0.mp3"),
            "No sound.",
            "decode",
        )
        assert files.roots(session) == (Path("/m"),)
        assert revision(session) == 15
        # A fingerprint is kept; what is heard together with it now is lacking all the same.
        waiting = {i.track_id for i in fingerprints.lacking(session, "landmarks-1", "chroma-1")}
        assert waiting == set(range(1, 13))
        known_again = fingerprints.ids_with(session, "landmarks-1").tolist()
        assert known_again == ([3] if schema == "0006" else [])
        if schema == "0006":
            assert fingerprints.content(session, 3, "landmarks-1") == b"print"
        assert matches.lacking(session, "landmarks-1").tolist() == known_again
        chosen = models.choice(session)
        if schema == "0001":
            assert chosen == models.Choice(active=MIR_1, shipped=MIR_1)
        else:
            assert chosen == models.Choice(active=MIR_1, pending=OWN)
        named = {model.id: (model.name, model.dimension) for model in models.known(session)}
        own = OWN if schema == "0001" else "mine"
        assert named == {MIR_1: ("mir-1", DIMENSION), OWN: (own, DIMENSION)}
        # What the newest schema adds says that nothing special is known.
        added = session.execute(text("SELECT part, start, seconds, inode FROM files")).all()
        assert set(map(tuple, added)) == {(0, 0.0, None, None)}
        assert session.execute(text("SELECT state FROM failures")).scalars().all() == ["failed"]


@pytest.mark.parametrize("schema", RELEASED)
def test_an_old_library_goes_on_growing(empty_url: str, schema: str) -> None:
    written(empty_url, schema, 12)
    engine = create_engine(database_url(empty_url))
    with engine.begin() as connection:  # the last track goes before the change of schema
        connection.execute(text("DELETE FROM track_artists WHERE track_id = 12"))
        for table in ("track_genres", "track_labels", "embeddings", "files"):
            connection.execute(text(f"DELETE FROM {table} WHERE track_id = 12"))
        if schema != "0001":
            connection.execute(text("DELETE FROM hearings WHERE track_id = 12"))
        connection.execute(text("DELETE FROM tracks WHERE id = 12"))
    engine.dispose()
    with closing(open_catalogue(empty_url)) as catalogue:
        with catalogue.session() as session:
            new = tracks.store(session, made_up_analysis("/new.mp3", "new"), NOW)
            assert new.id > 12  # ids are never given twice
            again = tracks.store(session, made_up_analysis("/b.mp3", "hash-4"), NOW)
            assert (again.id, again.new) == (4, False)
            assert tracks.remove_files(session, [restored(path_of(1))]).tracks == (1,)
            ids, _ = embeddings.all_vectors(session, MIR_1)
            assert ids.tolist() == list(range(2, 12))
            assert coverage.covered(session)[OWN] == 2
        with catalogue.session() as session:
            assert tracks.allowed_ids(session, Filter(genres_any=("style 1",))).size > 0
            assert sum(each.tracks for each in genres.genre_counts(session)) > 0


@pytest.mark.parametrize("schema", RELEASED)
def test_thousands_of_tracks_come_along_to_the_last_row(empty_url: str, schema: str) -> None:
    before = written(empty_url, schema, 3_000)
    with closing(open_catalogue(empty_url)) as catalogue:
        assert schema_revision(empty_url) == SCHEMA
        assert {table: count(catalogue, table) for table in before if table != "state"} == {
            table: rows for table, rows in before.items() if table != "state"
        }
        assert count(catalogue, "hearings") == (3_000 if schema == "0001" else 3_750)
        assert count(catalogue, "exclusions") == 0
        with catalogue.session() as session:
            assert coverage.covered(session) == {MIR_1: 3_000, OWN: 750}
            ids, vectors = embeddings.all_vectors(session, OWN)
            assert ids.tolist() == list(range(4, 3_001, 4))
            expected = np.stack([np.frombuffer(vector_of(n, OWN), "<f4") for n in ids.tolist()])
            np.testing.assert_array_equal(vectors, expected)
            assert len(list(files.known_files(session))) == 4_000
            if catalogue.dialect == "sqlite":
                assert session.execute(text("PRAGMA foreign_key_check")).all() == []
                assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
