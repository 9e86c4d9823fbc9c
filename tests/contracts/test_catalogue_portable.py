"""What a catalogue promises of exports and imports, on each database."""

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    event,
    insert,
    select,
    update,
)

from mir.analysis import Failure
from mir.catalogue import coverage, embeddings, failures, files, models, tracks, users
from mir.catalogue.portable.layout import LEFT_OUT, carried
from mir.catalogue.portable.reading import open_export
from mir.catalogue.session import Catalogue, open_catalogue
from mir.catalogue.tables import files as files_table
from mir.catalogue.tables import metadata
from mir.errors import CatalogueError, InvalidQuery
from tests.carried_library import (
    ODD,
    OTHER,
    content,
    exported,
    fill,
    fill_the_rest,
    imported,
    path_of,
    rows,
    write_to,
)
from tests.made_up_analyses import MODEL, NOW, made_up_analysis, made_up_hearing


@pytest.fixture(params=["sqlite", "postgres"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    """A further empty catalogue, once on each database."""
    if request.param == "sqlite":
        catalogue = open_catalogue(f"sqlite:///{tmp_path / 'elsewhere' / 'catalogue.db'}")
        yield catalogue
        catalogue.close()
        return
    cluster = request.getfixturevalue("postgres")
    with cluster.database(request.getfixturevalue("postgres_template")) as name:
        catalogue = open_catalogue(cluster.url(name))
        yield catalogue
        catalogue.close()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """An export with something in every table."""
    catalogue = open_catalogue(f"sqlite:///{tmp_path / 'library' / 'catalogue.db'}")
    with catalogue.session() as session:
        fill(session, range(8), second=(2, 3))
        fill_the_rest(session)
    path = exported(catalogue, tmp_path / "library.mir")
    catalogue.close()
    return path


def test_a_library_is_the_same_wherever_it_goes(
    catalogue: Catalogue, elsewhere: Catalogue, tmp_path: Path
) -> None:
    with catalogue.session() as session:
        fill(session, range(8), second=(2, 3))
        fill_the_rest(session)
    there = exported(catalogue, tmp_path / "there.mir")
    merged = imported(elsewhere, there)
    assert (merged.added["tracks"], merged.known, merged.taken) == (8, 0, 0)
    here = exported(elsewhere, tmp_path / "here.mir")
    assert content(here) == content(there)
    filled = {name for name, found in content(there).items() if found}
    assert filled >= {table.name for table in metadata.sorted_tables} - LEFT_OUT
    assert not filled & LEFT_OUT  # though there are accounts
    assert rows(here, "SELECT DISTINCT inode FROM files") == [(None,)]
    with elsewhere.session() as session:
        assert models.choice(session) == models.Choice(active=MODEL, pending=OTHER)
        ids, vectors = embeddings.all_vectors(session, MODEL)
        hashes = {track.id: track.audio_hash for track in tracks.get_many(session, ids).values()}
        for track_id, vector in zip(ids, vectors, strict=True):
            number = int(hashes[track_id].removeprefix("hash-"))
            np.testing.assert_array_equal(vector, made_up_hearing(number).vector)


def test_an_import_lets_nobody_in(catalogue: Catalogue, library: Path) -> None:
    with closing(sqlite3.connect(library)) as file:
        for table in LEFT_OUT:
            assert file.execute(f"SELECT COUNT(*) FROM {table}").fetchone() == (0,)
        file.execute("INSERT INTO users VALUES (1, 'eve', 'eve', 'a hash', 'admin', '2026-01-02')")
        file.commit()
    assert imported(catalogue, library).added["tracks"] == 8
    with catalogue.session() as session:
        assert not users.exist(session)


def test_a_second_import_changes_nothing(catalogue: Catalogue, library: Path) -> None:
    imported(catalogue, library)
    before = exported(catalogue, library.with_name("before.mir"))
    again = imported(catalogue, library)
    assert not any(again.added.values())
    assert (again.known, again.taken) == (8, 0)
    after = exported(catalogue, library.with_name("after.mir"))
    whole = "SELECT * FROM {} ORDER BY 1, 2"
    for table in carried():
        asked = whole.format(table.name)
        was, now = ([row for row in rows(p, asked) if "writes" not in row] for p in (before, after))
        assert now == was, table.name


def test_a_known_sound_keeps_its_id_and_tags_and_gets_what_it_lacks(
    catalogue: Catalogue, library: Path
) -> None:
    with catalogue.session() as session:
        # Sound 3 is known by another name and place, heard by the first model only, and later.
        mine = made_up_analysis(
            "/mine.mp3", "hash-3", hearing=made_up_hearing(9, genres=[("Mine", 1)])
        )
        tracks.store(session, made_up_analysis("/x.mp3", "x"), NOW)
        known = tracks.store(session, mine, NOW.replace(year=2030)).id
    merged = imported(catalogue, library)
    assert (merged.known, merged.added["tracks"], merged.taken) == (1, 7, 0)
    with catalogue.session() as session:
        track = tracks.get(session, known)
        assert (track.title, track.artists, track.tag_genres) == ("One", ("Ann",), ())
        assert [label.name for label in track.genres] == ["Mine"]
        assert set(track.paths) == {Path("/mine.mp3"), Path("/music/3.mp3"), Path("/copies/3.mp3")}
        assert track.added_at.year == 2026
        assert [label.name for label in tracks.get(session, known, OTHER).genres] == ["Dub"]
        assert coverage.covered(session) == {MODEL: 9, OTHER: 2}
        vector = embeddings.vector(session, known, MODEL)
        np.testing.assert_array_equal(vector, made_up_hearing(9).vector)
        # The index is to take over the vectors that came, and only those.
        new, _ = embeddings.vectors_since(session, MODEL, 2)
        assert len(new) == 7
        assert known not in new
    assert sorted(new)[0] > known  # ids of here are given on, not those of there


def test_libraries_merged_either_way_hold_the_same_sounds(
    catalogue: Catalogue, elsewhere: Catalogue, tmp_path: Path
) -> None:
    for each, numbers in ((catalogue, range(0, 6)), (elsewhere, range(4, 10))):
        with each.session() as session:
            fill(session, numbers, second=numbers[:2])
    one, two = (
        exported(each, tmp_path / name)
        for each, name in ((catalogue, "one.mir"), (elsewhere, "two.mir"))
    )
    imported(catalogue, two)
    imported(elsewhere, one)
    both = [
        content(exported(each, tmp_path / name))
        for each, name in ((catalogue, "onetwo.mir"), (elsewhere, "twoone.mir"))
    ]
    assert len(both[0]["tracks"]) == 10
    assert both[0] == both[1]


def test_folders_that_lie_elsewhere_are_mapped(catalogue: Catalogue, library: Path) -> None:
    imported(
        catalogue, library, ("/music", "/mnt/nas/m\udcff"), ("/cop", "/no"), ("/copies/", "/c")
    )
    with catalogue.session() as session:
        raw = set(session.execute(select(files_table.c.path)).scalars())
        assert ODD.replace(b"/music", b"/mnt/nas/m\xff") in raw
        assert {b"/c/0.mp3", b"/c/3.mp3", b"/c/6.mp3"} < raw
        assert len(raw) == 11
        assert files.roots(session) == (Path("/mnt/nas/m\udcff"),)
        (failure,) = failures.known(session)
        assert failure.path == Path("/mnt/nas/m\udcff/bad.mp3")
        shown = session.execute(select(files_table.c.shown)).scalars()
        assert "/mnt/nas/m\ufffd/2.mp3" in set(shown)


def test_two_folders_brought_to_one_place_are_refused_where_files_meet(
    catalogue: Catalogue, library: Path
) -> None:
    with pytest.raises(InvalidQuery, match=r"Two files of the export would lie at /one/0\.mp3"):
        imported(catalogue, library, ("/music", "/one"), ("/copies", "/one"))
    with catalogue.session() as session:
        assert tracks.count(session) == 0


def test_paths_that_hold_something_else_here_keep_it(catalogue: Catalogue, library: Path) -> None:
    with catalogue.session() as session:
        tracks.store(session, made_up_analysis(path_of(2), "mine"), NOW)
        tracks.store(session, made_up_analysis(path_of(3), "mine too"), NOW)
        for number in (4, 5):  # could not be read here: the same file as there, and another one
            stamp = number if number == 4 else 99
            failures.record(session, Failure(path_of(number), 1000, stamp, "Late.", "worker"), NOW)
        failures.record(session, Failure(path_of(7), 1000, 7, "Not mine.", "read"), NOW)
        session.execute(
            update(metadata.tables["failures"])
            .where(metadata.tables["failures"].c.modified_ns == 7)
            .values(state="ignored")
        )
    merged = imported(catalogue, library)
    assert merged.taken == 4
    with catalogue.session() as session:
        placed = {file.path: file.track_id for file in files.known_files(session)}
        titles = {track.id: track.title for track in tracks.page(session).items}
        assert titles[placed[path_of(2)]] == titles[placed[path_of(3)]] == "One"
        assert titles[placed[Path("/copies/3.mp3")]] == "Title 3"
        assert titles[placed[path_of(4)]] == "Title 4"
        # Sounds 2, 5 and 7 have no place here.
        assert set(titles.values()) == {"One", *(f"Title {number}" for number in (0, 1, 3, 4, 6))}
        failed = {failure.path for failure in failures.known(session)}
        assert failed == {path_of(5), path_of(7), Path("/music/bad.mp3")}
    assert not any(imported(catalogue, library).added.values())


def test_the_choice_of_models_stays_where_there_is_one(catalogue: Catalogue, library: Path) -> None:
    with catalogue.session() as session:
        models.activate(session, "mine")
    imported(catalogue, library)
    with catalogue.session() as session:
        assert models.choice(session) == models.Choice(active="mine")
        assert {model.id for model in models.known(session)} == {MODEL, OTHER}


def test_a_table_that_is_added_later_goes_along(
    catalogue: Catalogue, elsewhere: Catalogue, tmp_path: Path
) -> None:
    notes = Table(
        "notes",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("track_id", BigInteger, ForeignKey("tracks.id", ondelete="CASCADE"), nullable=False),
        Column("listener", Text, nullable=False),
        Column("note", Text),
    )
    try:
        for each in (catalogue, elsewhere):
            with each.session() as session:
                notes.create(session.connection())
        with catalogue.session() as session:
            fill(session, range(3))
            two = tracks.resolve(session, "Title 2")
            session.execute(insert(notes), [{"track_id": two, "listener": n} for n in ("a", "b")])
        path = exported(catalogue, tmp_path / "noted.mir")
        with elsewhere.session() as session:
            fill(session, [9])  # so that ids differ
        imported(elsewhere, path)
        imported(elsewhere, path)
        with elsewhere.session() as session:
            found = session.execute(select(notes.c.listener, notes.c.track_id)).all()
            assert found == [(n, tracks.resolve(session, "Title 2")) for n in ("a", "b")]
            assert found[0][1] != two
    finally:
        metadata.remove(notes)


def test_an_export_shows_one_moment_while_another_writes(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    with catalogue.session() as session:
        fill(session, range(4))
    written: list[int] = []

    def write_more(done: int, total: int) -> None:
        with catalogue.session() as session:
            number = 100 + len(written)
            tracks.store(session, made_up_analysis(f"/{number}.mp3", f"new-{number}"), NOW)
            tracks.remove_files(session, [path_of(len(written) % 4)])
        written.append(number)

    header = write_to(catalogue, tmp_path / "moment.mir", progress=write_more)
    assert len(written) > 4
    assert header.row_counts["tracks"] == 4
    found = content(tmp_path / "moment.mir")
    assert len(found["tracks"]) == len(found["embeddings"]) == 4
    assert not any("new-" in str(track) for track in found["tracks"])


def test_an_import_that_ends_in_the_middle_changes_nothing(
    catalogue: Catalogue, library: Path
) -> None:
    with catalogue.session() as session:
        fill(session, [0])
    before = content(exported(catalogue, library.with_name("before.mir")))
    engine = catalogue._engine

    def die(*arguments: object) -> None:
        if "INSERT INTO track_labels" in str(arguments[2]):
            raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", die)
    with pytest.raises(KeyboardInterrupt):
        imported(catalogue, library)
    event.remove(engine, "before_cursor_execute", die)
    assert content(exported(catalogue, library.with_name("after.mir"))) == before
    assert imported(catalogue, library).added["tracks"] == 7


@pytest.mark.parametrize("rows_seen", [1, 40, 10_000])
def test_a_killed_import_leaves_the_library_as_it_was(
    catalogue: Catalogue, catalogue_url: str, library: Path, rows_seen: int
) -> None:
    with catalogue.session() as session:
        fill(session, [0])
    before = content(exported(catalogue, library.with_name("before.mir")))
    with open_export(library, library.parent) as opened:
        assert sum(opened.header.row_counts.values()) > 40
    died = subprocess.run(
        [sys.executable, "-m", "tests.import_until_killed", catalogue_url, library, str(rows_seen)],
        cwd=Path(__file__).parents[2],
    )
    assert died.returncode == -signal.SIGKILL
    assert content(exported(catalogue, library.with_name("after.mir"))) == before
    assert imported(catalogue, library).added["tracks"] == 7
    assert not any(imported(catalogue, library).added.values())


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE embeddings SET vector = zeroblob(3)",
        "UPDATE embeddings SET passages = zeroblob(5)",
        "UPDATE embeddings SET vector = CAST(x'0000c07f' || substr(vector, 5) AS BLOB)",
        "UPDATE embeddings SET vector = 'text'",
        "UPDATE tracks SET added_at = 'yesterday'",
        "UPDATE tracks SET artist_mbids = '{'",
        "UPDATE track_labels SET kind = kind || '?'",
    ],
    ids=["short", "passages", "not a number", "text", "no moment", "no JSON", "odd kind"],
)
def test_rows_that_cannot_be_right_are_refused(
    catalogue: Catalogue, library: Path, damage: str
) -> None:
    rows_changed(library, damage)
    with pytest.raises(CatalogueError, match=r"export .*(damaged|cannot be right)"):
        imported(catalogue, library)
    with catalogue.session() as session:
        assert tracks.count(session) == 0


def rows_changed(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA ignore_check_constraints = ON")
        file.execute(statement)
        file.commit()
