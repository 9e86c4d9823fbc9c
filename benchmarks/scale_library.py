"""A library of any size for benchmarks, whose vectors lie as those of music do.

The vectors are made up as music is: genres, in them styles, artists, albums and tracks, each level
spread around its parent by a spectrum like that of real vectors (half of the variance in seven
directions, 99 % in 120; the tenth neighbour of 37,000 at a cosine of 0.86, of real ones 0.84).
Genres follow the upmost level. Rows go straight into the tables.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from filtered_similar import GENRES, NoEmbedder

from mir.catalogue.session import open_catalogue
from mir.engine import Engine
from mir.settings import Settings

DIMENSION = 221
# Tracks for one of a level, and how far it spreads; the last are the tracks themselves.
_LEVELS = ((50_000, 0.45), (1_600, 0.75), (120, 0.8), (12, 0.8), (1, 0.5))
_MODEL = "made up"

# One row a track from the table `made (i, genre)`; `?` would cost a Python object each.
_ROWS = (
    """INSERT INTO tracks (id, audio_hash, title, album, year, seconds, artist_mbids, tempo,
       tempo_confidence, "key", mode, key_confidence, loudness, mfcc_mean, mfcc_std, search_text,
       sort_key, added_at)
       SELECT i, printf('%040x', i), 'Title ' || i, 'Album ' || (i / 12), 1960 + i % 60,
       180.0 + i % 120, '[]', 80.0 + i % 90, 0.6, 'C', 'minor', 0.4, -8.0 - i % 9,
       zeroblob(160), zeroblob(160), 'title ' || i || char(10) || 'artist ' || i % 40000,
       printf('artist %06d album %06d %03d', i % 40000, i / 12, i % 12), '2024-01-01 00:00:00'
       FROM made""",
    """INSERT INTO files (track_id, path, shown, size, modified_ns, container)
       SELECT i, CAST('/music/' || i || '.flac' AS BLOB), '/music/' || i || '.flac', 1, 1, 'flac'
       FROM made""",
    """INSERT INTO artists (id, name, folded)
       SELECT i, 'Artist ' || (i - 1), 'artist ' || (i - 1) FROM made WHERE i <= 40000""",
    """INSERT INTO track_artists (track_id, role, position, artist_id)
       SELECT i, 'track', 0, i % min(40000, (SELECT max(i) FROM made)) + 1 FROM made""",
    """INSERT INTO track_genres (track_id, source, position, genre_id, probability)
       SELECT i, 'made up', step.column1, (genre + step.column2) % 17 + 1, step.column3
       FROM made, (VALUES (0, 0, 0.7), (1, 5, 0.1), (2, 11, 0.05)) AS step""",
    """INSERT INTO track_labels (track_id, model_id, kind, position, name, probability)
       SELECT i, 'made up', step.column1, 0, step.column2, 0.6
       FROM made, (VALUES ('instrument', 'piano'), ('mood', 'calm')) AS step""",
    "INSERT INTO hearings (track_id, model_id, uncertain) SELECT i, 'made up', 0 FROM made",
    "INSERT INTO state (key, value) VALUES ('active_model', 'made up')",
    "UPDATE state SET value = '1' WHERE key = 'revision'",
    f"INSERT INTO models (id, name, dimension, genres) VALUES ('made up', 'x', {DIMENSION}, '[]')",
)


def made_up_tree(count: int, draw: np.random.Generator) -> tuple[np.ndarray, list[np.ndarray]]:
    """Unit vectors (count, DIMENSION), and for each track its place (count,) on every level.

    The levels are those of `_LEVELS`: genre, style, circle of artists, album, track.
    """
    step = np.arange(1, DIMENSION + 1)
    spectrum = (step + 1.0) ** -0.9 * np.exp(-step / 55)
    spread = np.sqrt(spectrum / spectrum.sum()).astype(np.float32)
    places, lineage = np.zeros((1, DIMENSION), np.float32), []
    for level, (tracks_each, scale) in enumerate(_LEVELS):
        size = max(len(GENRES) + 3 if level == 0 else 1, count // tracks_each)
        weight = draw.pareto(1.5, len(places)) + 0.3  # few are large and many small
        parent = draw.choice(len(places), size, p=weight / weight.sum())
        around = draw.standard_normal((size, DIMENSION), dtype=np.float32)
        around *= spread * scale
        around += places[parent]
        places = around
        lineage = [*(above[parent] for above in lineage), np.arange(size)]
    places /= np.linalg.norm(places, axis=1, keepdims=True)
    return places, lineage


def made_up_vectors(count: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors (count, DIMENSION) and the number of the genre (count,) of each."""
    vectors, lineage = made_up_tree(count, draw)
    return vectors, lineage[0] % len(GENRES)


def engine_at(home: Path, embedder: Any = None) -> Engine:
    """The library in that folder, with a network where one is needed."""
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'catalogue.db'}")
    catalogue = open_catalogue(settings.database_url)
    return Engine(settings, catalogue, embedder=embedder or NoEmbedder())


def fill(home: Path, vectors: np.ndarray, genre: np.ndarray) -> None:
    """Make a catalogue of as many tracks as there are vectors, with ids from 1."""
    engine_at(home).close()
    with closing(sqlite3.connect(home / "catalogue.db")) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("CREATE TEMP TABLE made (i INTEGER PRIMARY KEY, genre INTEGER)")
        numbered = enumerate(genre.tolist(), start=1)
        database.executemany("INSERT INTO made VALUES (?, ?)", numbered)
        names = [(name, name) for name in GENRES]
        database.executemany("INSERT INTO genres (name, folded) VALUES (?, ?)", names)
        for statement in _ROWS:
            database.execute(statement)
        database.executemany(
            "INSERT INTO embeddings (model_id, track_id, revision, vector, passage_count, passages)"
            f" VALUES ('{_MODEL}', ?, 1, ?, 3, zeroblob({3 * 2 * DIMENSION}))",
            ((number, row.tobytes()) for number, row in enumerate(vectors, start=1)),
        )
        database.commit()
