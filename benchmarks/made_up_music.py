"""A made-up library whose names, tags and numbers are as mixed as those of real ones.

The vectors are those of `scale_library.py`, and what is near there has the same artist and album,
as in real music. The rest follows shares as collections have them: a third of the tracks has a
licence, nine in ten have a year, half have genres by tag; each mood is heard in one track in four
to fifty.
Where tracks lie on the two axes of mood is drawn by lot (normal, a standard deviation of 0.35).
Files lie in `/music/ARTIST/ALBUM (YEAR)/NN TITLE.flac`, and came in over three years.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from filtered_similar import GENRES
from scale_library import fill, made_up_tree

from mir.catalogue import plays
from mir.catalogue.plays import NewPlay
from mir.catalogue.text import folded, searchable
from mir.engine import Engine

MODEL = "made up"  # the model that has heard it, as `scale_library.py` calls it
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MOODS = {"calm": 0.25, "dark": 0.2, "happy": 0.18, "energetic": 0.12, "sad": 0.08,
         "romantic": 0.05, "tender": 0.03, "aggressive": 0.02}  # fmt: skip
LICENCES = (*(None,) * 5, "CC BY 4.0", "CC BY-SA 3.0", "CC0 1.0")
KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_SYLLABLES = ("ka", "lo", "mi", "ra", "ne", "tu", "ves", "gar", "ön", "sel", "tha", "rim", "é",
              "bra", "del", "io", "shan", "ku", "mor", "li", "pa", "ster")  # fmt: skip
_SPREAD_DAYS = 1_000
_KINDS, _ODDS = ("listen", "like", "skip", "dislike"), (0.8, 0.1, 0.08, 0.02)


def music(home: Path, count: int) -> np.ndarray:
    """Make a catalogue of so many tracks with ids from 1, and return their vectors."""
    draw = np.random.default_rng(1)
    vectors, (genre, _, circle, album, _) = made_up_tree(count, draw)
    fill(home, vectors, genre % len(GENRES))
    artist_of_album = _artists(circle, album, draw)
    words = _words(4_000, draw)
    artists = _names(words, int(artist_of_album.max()) + 1, draw)
    albums, titles = _names(words, int(album.max()) + 1, draw), _names(words, count, draw)
    year = 2025 - np.minimum(60, draw.gamma(2.0, 9.0, int(album.max()) + 1)).astype(int)
    number = np.zeros(len(year), dtype=int)
    tracks, files, credits = [], [], []
    for n in range(count):
        on = int(album[n])
        by = int(artist_of_album[on])
        number[on] += 1
        title, of, who, when = titles[n], albums[on], artists[by], int(year[on])
        path = f"/music/{who}/{of} ({when})/{number[on]:02} {title}.flac"
        tracks.append(
            (
                *(title, of, None if n % 10 == 0 else when, int(number[on])),
                *(60 + float(draw.gamma(4.0, 45.0)), LICENCES[int(draw.integers(len(LICENCES)))]),
                *(float(draw.normal(118, 26)), float(draw.random()), KEYS[int(draw.integers(12))]),
                *(("minor", "major")[int(draw.random() < 0.6)], 0.3 + 0.7 * float(draw.random())),
                "\n".join(map(searchable, (title, f"{who} {who}", of))),
                f"0{searchable(who)}\x1f{searchable(of)}\x1f00000\x1f{number[on]:05}\x1f{searchable(title)}",
                str((NOW - timedelta(days=_SPREAD_DAYS * float(draw.random()) ** 2)).replace(
                    tzinfo=None)),
                n + 1,
            )
        )  # fmt: skip
        files.append((path.encode(), path, n + 1))
        credits += [(n + 1, "track", by + 1), (n + 1, "album", by + 1)]
    with closing(sqlite3.connect(home / "catalogue.db")) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.executemany(
            "UPDATE tracks SET title = ?, album = ?, year = ?, track_number = ?, seconds = ?, "
            'licence = ?, tempo = ?, tempo_confidence = ?, "key" = ?, mode = ?, '
            "key_confidence = ?, search_text = ?, sort_key = ?, added_at = ? WHERE id = ?",
            tracks,
        )
        database.executemany("UPDATE files SET path = ?, shown = ? WHERE track_id = ?", files)
        database.execute("DELETE FROM track_artists")
        database.execute("DELETE FROM artists")
        database.executemany(
            "INSERT INTO artists (id, name, folded) VALUES (?, ?, ?)",
            ((n + 1, name, folded(name)) for n, name in enumerate(artists)),
        )
        database.executemany(
            "INSERT INTO track_artists (track_id, role, position, artist_id) VALUES (?, ?, 0, ?)",
            credits,
        )
        _tag(database, genre % len(GENRES), draw)
        places = draw.normal(0, 0.35, (count, 2)).clip(-1, 1).tolist()
        database.executemany(
            "UPDATE hearings SET arousal = ?, valence = ? WHERE track_id = ?",
            ((*place, track) for track, place in enumerate(places, start=1)),
        )
        database.commit()
    return vectors


def _artists(circle: np.ndarray, album: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """The artist (albums,) of each album: three albums an artist, all of one circle."""
    circle_of = np.zeros(int(album.max()) + 1, dtype=int)
    circle_of[album] = circle
    albums_in = np.bincount(circle_of)
    within = (draw.random(len(circle_of)) ** 1.5 * (1 + albums_in[circle_of] / 3)).astype(int)
    return np.unique(circle_of * 100_000 + within, return_inverse=True)[1]


def _words(count: int, draw: np.random.Generator) -> list[str]:
    return ["".join(draw.choice(_SYLLABLES, n)) for n in draw.integers(1, 4, count)]


def _names(words: list[str], count: int, draw: np.random.Generator) -> list[str]:
    """So many names of one to four words, no two the same."""
    found: dict[str, None] = {}
    while len(found) < count:
        picked = (len(words) * draw.random(draw.integers(1, 5)) ** 2).astype(int)  # some are common
        found[" ".join(words[n].capitalize() for n in picked)] = None
    return list(found)


def _tag(database: sqlite3.Connection, genre: np.ndarray, draw: np.random.Generator) -> None:
    """Moods and instruments as a model names them, and genres by tag."""
    count = len(genre)
    database.execute("DELETE FROM track_labels")
    rows = []
    for place, (name, share) in enumerate(MOODS.items()):
        heard = np.flatnonzero(draw.random(count) < share) + 1
        rows += [(int(n), "mood", place, name) for n in heard]
    rows += [(n + 1, "instrument", 0, ("guitar", "piano", "voice")[n % 3]) for n in range(count)]
    database.executemany(
        "INSERT INTO track_labels (track_id, model_id, kind, position, name, probability) "
        "VALUES (?, 'made up', ?, ?, ?, 0.4)",
        sorted(rows),
    )
    tagged = np.flatnonzero(draw.random(count) < 0.5)
    database.executemany(
        "INSERT INTO track_genres (track_id, source, position, genre_id) VALUES (?, 'tag', 0, ?)",
        ((int(n) + 1, int(genre[n]) + 1) for n in tagged),
    )


def listen(engine: Engine, listener: str, count: int, draw: np.random.Generator) -> None:
    """Record so many plays of a listener with three tastes within a year before `NOW`."""
    index = engine.index()
    near = [index.search(v, 2_000)[0] for v in index.vectors_of(draw.choice(index.ids, 3))]
    kinds = draw.choice(_KINDS, count, p=_ODDS).tolist()
    sent = [
        NewPlay(int(draw.choice(near[draw.integers(3)])), kind, NOW - timedelta(days=age), listener)
        for kind, age in zip(kinds, draw.uniform(0, 365, count).tolist(), strict=True)
    ]
    with engine.catalogue.session() as session:
        plays.record(session, sent, NOW)
