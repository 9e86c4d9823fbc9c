"""How long do questions by a point of mood take, lists of tracks, and filters by plays?

    python benchmarks/mood_and_plays.py [--tracks 100000] [--plays 1000] [--questions 60]
        [--scratch FOLDER]

The library is that of `scale.py`, made up as music is; moods and places on the axes of mood are
drawn by lot (normal, a standard deviation of 0.35), and so are the plays: listens, likes and skips
of one listener over a month. One core; CPU milliseconds, p50 and p95.

- "after a play": before each question a play arrives, as from a radio; what filters remember
  stays, and what was played is read anew;
- "first": nothing is remembered, as after each change of the library.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from filtered_similar import GENRES
from scale import engine_at, fill, made_up_vectors, timed

from mir.catalogue import plays
from mir.catalogue.filters import Filter
from mir.catalogue.plays import NewPlay
from mir.engine import Engine
from mir.recent import Recent
from mir.search.browse import browse
from mir.search.listing import Listing
from mir.search.mood import Point, near_mood
from mir.search.query import similar

LIMIT_MS = 30.0  # of questions by mood and by track, the library being as it was
NOW = datetime(2026, 3, 1, tzinfo=UTC)
MOODS = ("calm", "dark", "happy", "party")
_KINDS = ("listen", "listen", "like", "skip")


def feel(home: Path, count: int, draw: np.random.Generator) -> None:
    """Give every track of the catalogue a mood, and a place on both axes."""
    places = draw.normal(0, 0.35, (count, 2)).clip(-1, 1).astype(np.float32).tolist()
    named = [MOODS[number] for number in draw.integers(len(MOODS), size=count)]
    with closing(sqlite3.connect(home / "catalogue.db")) as database:
        database.executemany(
            "UPDATE hearings SET arousal = ?, valence = ? WHERE track_id = ?",
            ((*place, track) for track, place in enumerate(places, start=1)),
        )
        database.executemany(
            "UPDATE track_labels SET name = ? WHERE track_id = ? AND model_id = 'made up'"
            " AND kind = 'mood' AND position = 0",
            ((name, track) for track, name in enumerate(named, start=1)),
        )
        database.commit()


def play(engine: Engine, count: int, tracks: int, draw: np.random.Generator) -> None:
    """Let the listener play so many tracks at moments of the last month."""
    sent = [
        NewPlay(track, _KINDS[kind], NOW - timedelta(minutes=ago))
        for track, kind, ago in zip(
            draw.integers(1, tracks + 1, count).tolist(),
            draw.integers(len(_KINDS), size=count).tolist(),
            draw.choice(43_200, count, replace=False).tolist(),
            strict=True,
        )
    ]
    with engine.catalogue.session() as session:
        plays.record(session, sent, NOW)


def ask(engine: Engine, tracks: int, questions: int, draw: np.random.Generator) -> bool:
    """Print the figures; whether those with a limit lie within it."""
    engine.view()
    seeds = draw.integers(1, tracks + 1, questions).tolist()
    points = [Point(*place) for place in draw.uniform(-1, 1, (questions, 2)).tolist()]
    new, month = Filter(unplayed=True), Filter(not_played_since=NOW - timedelta(days=14))
    genre, both = Filter(genres_any=GENRES[:3]), Filter(genres_any=GENRES[:3], unplayed=True)
    calm, path = Filter(moods=("calm",)), Filter(path="*7.flac")

    def forget(question: Callable[[int], object]) -> Callable[[int], object]:
        def first(n: int) -> object:
            engine.filters, engine.feelings = Recent(16), Recent(2)
            return question(n)

        return first

    kinds: dict[str, tuple[bool, Callable[[int], object]]] = {
        "mood": (True, lambda n: near_mood(engine, points[n])),
        "mood, in three genres, unplayed": (True, lambda n: near_mood(engine, points[n], both)),
        "mood, variety 0.5": (
            True,
            lambda n: near_mood(engine, points[n], genre, Listing(variety=0.5)),
        ),
        "mood, one of each artist": (
            True,
            lambda n: near_mood(engine, points[n], genre, Listing(per_artist=1)),
        ),
        "mood, first": (False, forget(lambda n: near_mood(engine, points[n]))),
        "similar": (True, lambda n: similar(engine, seeds[n])),
        "similar, unplayed": (True, lambda n: similar(engine, seeds[n], new)),
        "similar, not played for 14 days": (True, lambda n: similar(engine, seeds[n], month)),
        "similar, unplayed, first": (False, forget(lambda n: similar(engine, seeds[n], new))),
        "list, unplayed": (True, lambda n: browse(engine, new)),
        "list, a mood, first": (False, forget(lambda n: browse(engine, calm))),
        "list, a path, first": (False, forget(lambda n: browse(engine, path))),
    }
    within = True
    print(f"{'CPU ms':34}{'p50':>8}{'p95':>8}")
    for name, (limited, question) in kinds.items():
        question(0)
        times = [timed(lambda n=n, q=question: q(n)) for n in range(questions)]
        within = _shown(name, times, limited) and within
    times = []
    for n in range(questions):
        play(engine, 1, tracks, draw)
        times.append(timed(lambda n=n: similar(engine, seeds[n], new)))
    return _shown("similar, unplayed, after a play", times, True) and within


def _shown(name: str, times: list[float], limited: bool) -> bool:
    p50, p95 = np.percentile(times, (50, 95))
    over = limited and p95 > LIMIT_MS
    print(f"{name:34}{p50:8.1f}{p95:8.1f}{'  OVER' if over else ''}", flush=True)
    return not over


def main() -> int:
    """Make the library and ask; 0 if every limit is kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--plays", type=int, default=1_000)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--scratch", type=Path, help="a folder with 1 GB of space")
    given = parser.parse_args()
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:  # start again on one: numpy counts the cores when it is loaded
        os.sched_setaffinity(0, {max(cores)})
        os.execv(sys.executable, [sys.executable, *sys.argv])
    draw = np.random.default_rng(1)
    with tempfile.TemporaryDirectory(dir=given.scratch) as folder:
        fill(Path(folder), *made_up_vectors(given.tracks, draw))
        feel(Path(folder), given.tracks, draw)
        with engine_at(Path(folder)) as engine:
            play(engine, given.plays, given.tracks, draw)
            return 0 if ask(engine, given.tracks, given.questions, draw) else 1


if __name__ == "__main__":
    sys.exit(main())
