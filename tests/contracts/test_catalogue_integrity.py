"""What belongs to nothing is found and taken out, and nothing else, on each database."""

from pathlib import Path

from sqlalchemy import delete, text

from mir.catalogue import files, integrity, tracks
from mir.catalogue.revision import revision
from mir.catalogue.session import Catalogue
from mir.catalogue.tables import files as files_table
from mir.catalogue.tables import tracks as tracks_table
from tests.made_up_analyses import NOW, made_up_analysis


def fill(catalogue: Catalogue) -> list[int]:
    """Three tracks of a file each."""
    with catalogue.session() as session:
        return [
            tracks.store(session, made_up_analysis(f"/{n}.mp3", f"h{n}"), NOW).id for n in range(3)
        ]


def test_a_sound_catalogue_is_left_alone(catalogue: Catalogue) -> None:
    fill(catalogue)
    with catalogue.session() as session:
        before = revision(session)
        assert integrity.damage(session) == ()
        assert not integrity.orphans(session)
        assert integrity.drop_orphans(session) == integrity.Orphans()
        assert tracks.count(session) == 3
        assert revision(session) == before


def test_tracks_that_wait_for_their_files_are_left_alone(catalogue: Catalogue) -> None:
    _, *others = fill(catalogue)
    with catalogue.session() as session:
        session.execute(delete(files_table).where(files_table.c.track_id.in_(others)))
    with catalogue.session() as session:
        assert not integrity.orphans(session)
        assert integrity.drop_orphans(session) == integrity.Orphans()
        assert tracks.silent(session) == tuple(others)


def test_rows_that_name_what_is_gone_are_taken_out(sqlite_catalogue: Catalogue) -> None:
    first, second, third = fill(sqlite_catalogue)
    # Another program at the database, which does not heed foreign keys as this one has it do.
    engine = sqlite_catalogue._engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        connection.execute(delete(tracks_table).where(tracks_table.c.id.in_([first, third])))
        connection.invalidate()
    with sqlite_catalogue.session() as session:
        found = integrity.drop_orphans(session)
        counted = dict(found.rows)
        assert counted["files"] == counted["embeddings"] == counted["hearings"] == 2
        assert "rows that name what is gone: 2 of embeddings, 2 of files," in str(found)
    with sqlite_catalogue.session() as session:
        assert not integrity.orphans(session)
        assert [file.path for file in files.known_files(session)] == [Path("/1.mp3")]
        assert tracks.get(session, second).genres
        assert list(session.execute(text("PRAGMA foreign_key_check"))) == []


def test_a_damaged_file_is_noticed(sqlite_url: str, sqlite_catalogue: Catalogue) -> None:
    fill(sqlite_catalogue)
    sqlite_catalogue.compact()
    with sqlite_catalogue.session() as session:
        session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        page_size = session.execute(text("PRAGMA page_size")).scalar_one()
        page = session.execute(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_files_track_id'")
        ).scalar_one()
    sqlite_catalogue.close()
    with Path(sqlite_url.removeprefix("sqlite:///")).open("r+b") as file:
        file.seek((page - 1) * page_size + 8)
        file.write(b"\xff" * 64)
    with sqlite_catalogue.session() as session:
        assert integrity.damage(session)
