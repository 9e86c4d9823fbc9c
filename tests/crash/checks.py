"""What must hold of a library whatever was killed, and what it holds, to be compared."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mir.catalogue import embeddings, failures, files, tracks
from mir.catalogue.session import Catalogue
from mir.engine import Engine


@dataclass(frozen=True, slots=True)
class Content:
    """A library's content without what chance decides, such as ids."""

    hashes: dict[Path, str]  # audio hash of each file
    titles: dict[str, str | None]  # by audio hash
    vectors: dict[str, bytes]  # by audio hash
    failed: frozenset[Path]


def content(engine: Engine) -> Content:
    """Read the whole content; it also asserts that each track with a file has its vector.

    Tracks whose files a killed run has not found again are left out; they wait for the next run.
    """
    with engine.catalogue.session() as session:
        known = list(files.known_files(session))
        rows = tracks.get_many(session, sorted({file.track_id for file in known}))
        ids, vectors = embeddings.all_vectors(session, engine.model_id)
        failed = frozenset(failure.path for failure in failures.known(session))
        everything = tracks.get_many(session, ids.tolist())
    assert set(rows) <= set(ids.tolist())
    return Content(
        hashes={file.path: rows[file.track_id].audio_hash for file in known},
        titles={row.audio_hash: row.title for row in rows.values()},
        vectors={
            everything[n].audio_hash: vector.tobytes()
            for n, vector in zip(ids.tolist(), vectors, strict=True)
            if n in everything
        },
        failed=failed,
    )


def assert_sound_database(url: str) -> None:
    """SQLite finds no fault in its own file; Postgres holds its rules itself."""
    if not url.startswith("sqlite"):
        return
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def assert_index_agrees(engine: Engine) -> None:
    """The index, mended where need be, holds the vectors of the catalogue and no others."""
    view = engine.view()
    with engine.catalogue.session() as session:
        ids, vectors = embeddings.all_vectors(session, engine.model_id)
    order = np.argsort(ids)
    np.testing.assert_array_equal(view.index.ids, ids[order])
    ours = view.index.vectors_of(view.index.ids)
    assert ours.tobytes() == vectors[order].tobytes()


def hashes(catalogue: Catalogue) -> set[str]:
    """The sounds that are stored at this moment."""
    with catalogue.session() as session:
        return {track.audio_hash for track in tracks.page(session, limit=1000).items}
