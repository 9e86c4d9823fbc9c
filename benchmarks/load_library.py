"""The library that `load.py` asks: made-up tracks that the shipped network knows, and real files.

    python benchmarks/load_library.py HOME      index the real files again and again, until ended

The vectors and rows are those of `scale_library.py`, said to be heard by the shipped network, so
that clips are compared with them. Beside them lie excerpts of the demo library and a recording of
53 MB, which are streamed, sent as clips and indexed.
"""

import shutil
import sqlite3
import sys
from contextlib import closing, suppress
from pathlib import Path

import numpy as np
import soundfile
from scale_library import fill, made_up_vectors

from indexer.ingest import ingest
from mir.demo import demo_folder
from mir.engine import Engine, open_engine
from mir.model.shelf import shipped_id
from mir.settings import load_settings

_LONG_SECONDS, _RATE = 300, 44_100


def opened(home: Path) -> Engine:
    """The library in that folder, with the shipped network."""
    return open_engine(load_settings({}, home=home))


def music_of(home: Path) -> Path:
    """The folder of its real files."""
    return home.parent / "music"


def make(home: Path, tracks: int, from_home: Path | None = None) -> list[int]:
    """Make it, of so many tracks or of a made-up library's copy; the ids of the real tracks.

    The last of them is the long recording.
    """
    home.mkdir(parents=True)
    if from_home is None:
        fill(home, *made_up_vectors(tracks, np.random.default_rng(1)))
    else:
        shutil.copy(from_home / "catalogue.db", home)
    with closing(sqlite3.connect(home / "catalogue.db")) as database:
        database.execute("PRAGMA foreign_keys = OFF")
        for table in ("embeddings", "hearings", "track_labels"):
            database.execute(f"UPDATE {table} SET model_id = ?", [shipped_id()])
        database.execute("UPDATE track_genres SET source = ?", [shipped_id()])
        database.execute("UPDATE models SET id = ?, name = 'shipped'", [shipped_id()])
        database.execute("UPDATE state SET value = ? WHERE key = 'active_model'", [shipped_id()])
        database.commit()
    music = music_of(home)
    shutil.copytree(demo_folder(), music / "demo")
    (music / "long").mkdir()
    noise = np.random.default_rng(2).normal(0, 0.1, (_LONG_SECONDS * _RATE, 2))
    soundfile.write(music / "long" / "long.wav", noise, _RATE, subtype="PCM_16")
    with opened(home) as engine:
        ingest(engine, [music / "demo"], jobs=2)
        ingest(engine, [music / "long"], jobs=1)
    with closing(sqlite3.connect(home / "catalogue.db")) as database:
        rows = database.execute(
            "SELECT track_id FROM files WHERE shown LIKE ? ORDER BY track_id", [f"{music}%"]
        )
        return [row[0] for row in rows]


def main() -> int:
    """Write, and write again."""
    with suppress(KeyboardInterrupt), opened(Path(sys.argv[1])) as engine:
        while True:
            ingest(engine, [music_of(Path(sys.argv[1])) / "demo"], jobs=1, again=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
