"""How long every kind of question takes in a library of 100,000 tracks, beside its bar.

    python benchmarks/finding_speed.py [--tracks N] [--rounds N] [--only WORD…] [--home FOLDER]

The library is that of `made_up_music.py`; everything runs on one core. Questions go through the
whole application, without the socket, in turn: each round asks each kind once, of tracks drawn by
lot, so that whatever else the machine does strikes all alike. Printed are CPU milliseconds (p50
and p95), p95 of the clock, and the bar: 30 ms for similar tracks, 60 for recommendations to
somebody with 1,000 plays, 150 for a path, 250 for a clip of which decoding and network 200.

A filter is asked for cold, when nothing remembers which tracks pass it, and warm. Some kinds have
a peer, what one would write with numpy, asked the same in the same round; the last column is the
median of its time over ours. The exit status is 1 where a p95 of CPU time lies above its bar.
"""

import argparse
import io
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from made_up_music import MODEL, listen, music
from scale import engine_at

from mir.analysis import Hearing
from mir.catalogue import plays, tracks
from mir.demo import demo_folder
from mir.engine import Engine
from mir.model.embedder import Embedder
from mir.recent import Recent

LISTENERS, PLAYS = 20, 1_000
CLIPS = {".mp3", ".ogg", ".flac", ".m4a", ".opus", ".wav"}
FILTERS = {
    "genre": {"genre": "jazz"},
    "genre by tag": {"genre": "rock", "genre_by": "tag"},
    "genre by model": {"genre": "rock", "genre_by": "model"},
    "three genres, not one": {"genre": ["rock", "jazz", "soul"], "not_genre": "punk"},
    "mood": {"mood": "calm"},
    "bpm": {"bpm_from": 90, "bpm_to": 110},
    "key, harmonic": {"key": "Am", "harmonic": "true"},
    "year": {"year_from": 1990, "year_to": 1999},
    "length": {"seconds_from": 120, "seconds_to": 300},
    "added": {"added_since": "2026-01-01"},
    "licence": {"licence": "CC BY"},
    "path": {"path": "/music/K*/**"},
    "path, any folder": {"path": "*ka*.flac"},
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of question: `ask` takes the number of the round; `ready` runs before, untimed."""

    name: str
    ask: Callable[[int], object]
    bar: float | None = None  # milliseconds
    ready: Callable[[int], object] | None = None
    peer: Callable[[int], object] | None = None


class Ear:
    """The shipped network under the name that the library knows."""

    def __init__(self) -> None:
        """Load it."""
        self._embedder = Embedder.load()
        self.info = replace(self._embedder.info, model_id=MODEL)

    def hear(self, mels: Any) -> Hearing:
        """What it hears; see `Embedder.hear`."""
        return self._embedder.hear(mels)


class Asker:
    """The application over the library, what questions are drawn from, and the peers."""

    def __init__(self, engine: Engine, rounds: int) -> None:
        """Draw what is asked about."""
        from web.app import create_app

        self.engine = engine
        self.client = create_app(engine).test_client()
        index = engine.index()
        self.vectors = index.vectors_of(index.ids)  # ids are 1, 2, …
        draw = np.random.default_rng(3)
        self.drawn = draw.integers(1, len(index) + 1, (rounds, 4)).tolist()
        self.clips = [p.read_bytes() for p in sorted(demo_folder().iterdir()) if p.suffix in CLIPS]

    def post(self, path: str, number: int, **fields: Any) -> object:
        """The answer to one of the clips."""
        clip = (io.BytesIO(self.clips[number % len(self.clips)]), "clip")
        answer = self.client.post(f"/api/v1/{path}", data={"clip": clip, **fields})
        assert answer.status_code == 200, answer.text
        return answer.json

    def brute_force(self, number: int) -> object:
        """The ten nearest by numpy, and their tracks."""
        scores = self.vectors @ self.vectors[self.drawn[number][0] - 1]
        return self._tracks(np.argsort(-scores)[1:11])

    def straight_line(self, number: int) -> object:
        """Nine tracks nearest to points of the line between two, none twice."""
        start, end, *_ = (track - 1 for track in self.drawn[number])
        way = [start, end]
        for along in np.linspace(0, 1, 11)[1:-1]:
            scores = self.vectors @ ((1 - along) * self.vectors[start] + along * self.vectors[end])
            scores[way] = -9
            way.append(int(scores.argmax()))
        return self._tracks(np.array(way))

    def mean_of_history(self, number: int) -> object:
        """The twenty nearest to the mean of what a listener played that they did not play."""
        with self.engine.catalogue.session() as session:
            events = plays.history(session, f"listener {number % LISTENERS}")
        played = np.array([event.track - 1 for event in events])
        scores = self.vectors @ self.vectors[played].mean(axis=0)
        scores[played] = -9
        return self._tracks(np.argsort(-scores)[:20])

    def _tracks(self, rows: np.ndarray) -> object:
        with self.engine.catalogue.session() as session:
            return tracks.get_many(session, (rows + 1).tolist())

    def get(self, route: str, **query: Any) -> list[Any]:
        """The tracks or hits that the API answers with."""
        answer = self.client.get(f"/api/v1/{route}", query_string=query)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json
        found: list[Any] = body["hits"] if "hits" in body else body["tracks"]
        return found

    def forget(self) -> None:
        """Let no filter be remembered."""
        self.engine.filters = Recent(16)


def kinds(asker: Asker) -> Iterator[Kind]:
    """Every kind of question, with its bar."""
    get, of = asker.get, asker.drawn
    artists, albums = makers(asker.engine)

    def similar(**cut: Any) -> Callable[[int], object]:
        return lambda n: get(f"tracks/{of[n][0]}/similar", **cut)

    def by_artist(theirs: list[str]) -> Callable[[int], object]:
        return lambda n: get("similar", like_artist=theirs[n])

    def forget(_: int) -> None:
        asker.forget()

    yield Kind("similar", similar(), 30, peer=asker.brute_force)
    for name, fields in FILTERS.items():
        ask = similar(**fields)
        yield Kind(f"similar, {name}: cold", ask, 30, ready=forget)
        yield Kind(f"similar, {name}", ask, 30, ready=ask)
    yield Kind("similar, artist: cold", lambda n: similar(artist=artists[20][n])(n), 30, forget)
    yield Kind("similar, album: cold", lambda n: similar(album=albums[n])(n), 30, forget)
    yield Kind("similar, 50 tracks", similar(count=50), 30)
    yield Kind("similar, variety", similar(variety=0.5), 30)
    yield Kind("similar, 1 of an artist", similar(per_artist=1), 30)
    yield Kind("similar, 1 of an album", similar(per_album=1, per_artist=2, variety=0.3), 30)
    yield Kind("similar, 401 to 410", similar(offset=400), 30)
    yield Kind("similar, 1,901 to 1,910", similar(offset=1900))
    for size, theirs in artists.items():
        yield Kind(f"similar to an artist, {size}", by_artist(theirs), 30)
    yield Kind("similar to an album", lambda n: get("similar", like_album=albums[n]), 30)
    yield Kind("similar to 3, unlike 1",
               lambda n: get("similar", seed=of[n][:3], unlike=of[n][3]), 30)  # fmt: skip

    yield Kind("next", lambda n: get("recommendations", seed=of[n][0], listener="none"), 60)
    yield Kind("next, 3 seeds", lambda n: get("recommendations", seed=of[n][:3], listener="no"), 60)

    def path(steps: int, **fields: Any) -> Callable[[int], object]:
        return lambda n: get("path", start=of[n][0], end=of[n][1], steps=steps, **fields)

    yield Kind("path, 10 steps", path(10), 150, peer=asker.straight_line)
    yield Kind("path, 50 steps", path(50), 150)
    yield Kind("path, 10 in a genre", path(10, **FILTERS["genre"]), 150)

    def recommend(**fields: Any) -> Callable[[int], object]:
        return lambda n: get("recommendations", listener=f"listener {n % LISTENERS}", **fields)

    yield Kind("recommend", recommend(), 60, peer=asker.mean_of_history)
    yield Kind("recommend, genre: cold", recommend(**FILTERS["genre"]), 60, ready=forget)
    yield Kind("recommend, 2 seeds", lambda n: recommend(seed=of[n][:2])(n), 60)
    yield Kind("recommend, 45 minutes", recommend(duration="45m"), 60)
    yield Kind("recommend, no plays", lambda n: get("recommendations", listener="none"), 60)

    yield Kind("list, first page", lambda n: get("tracks"))
    yield Kind("list, genre", lambda n: get("tracks", **FILTERS["genre"]))
    yield Kind("list, genre, at 2,000", lambda n: get("tracks", offset=2000, **FILTERS["genre"]))
    yield Kind("list, mood, at 2,000", lambda n: get("tracks", offset=2000, **FILTERS["mood"]))
    yield Kind("clip", lambda n: asker.post("search", n), 250)
    yield Kind("clip, heard only", lambda n: asker.post("classify", n), 200)
    yield Kind("clip, genre", lambda n: asker.post("search", n, **FILTERS["genre"]), 250)


def makers(engine: Engine) -> tuple[dict[int, list[str]], list[str]]:
    """Artists with about 20 and 100 tracks, and albums with ten to fourteen, by name."""
    by_count = (
        "SELECT a.name FROM artists a JOIN track_artists t ON t.artist_id = a.id "
        "WHERE role = 'track' GROUP BY a.id HAVING count(*) BETWEEN ? AND ?"
    )
    with closing(sqlite3.connect(engine.settings.home / "catalogue.db")) as database:
        artists = {
            size: [name for (name,) in database.execute(by_count, (size, size * 5 // 4))]
            for size in (20, 100)
        }
        albums = [
            name
            for (name,) in database.execute(
                "SELECT album FROM tracks GROUP BY album HAVING count(*) BETWEEN 10 AND 14"
            )
        ]
    return artists, albums


def measured(asker: Asker, wanted: list[Kind], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of each kind and round: `cpu`, `wall`, and `peer` in CPU time."""
    found = {kind.name: {"cpu": [], "wall": [], "peer": []} for kind in wanted}
    for n in range(-1, rounds):
        for kind in wanted:
            if kind.ready:
                kind.ready(n)
            began, began_busy = time.perf_counter(), time.process_time()
            kind.ask(n)
            busy, wall = time.process_time() - began_busy, time.perf_counter() - began
            if n < 0:
                continue  # loads whatever is loaded late
            found[kind.name]["cpu"].append(1000 * busy)
            found[kind.name]["wall"].append(1000 * wall)
            if kind.peer:
                began_busy = time.process_time()
                kind.peer(n)
                found[kind.name]["peer"].append(1000 * (time.process_time() - began_busy))
    return found


def report(wanted: list[Kind], found: dict[str, dict[str, list[float]]]) -> bool:
    """Print a line a kind; whether all lie within their bars."""
    within = True
    print(f"{'CPU ms':38}{'p50':>7}{'p95':>7}{'clock p95':>11}{'bar':>6}{'peer / ours':>13}")
    for kind in wanted:
        times = found[kind.name]
        p50, p95 = np.percentile(times["cpu"], (50, 95))
        over = kind.bar is not None and p95 > kind.bar
        within = within and not over
        bar = f"{kind.bar:.0f}" if kind.bar else ""
        ratio = f"{np.median(np.array(times['peer']) / times['cpu']):.1f}" if kind.peer else ""
        clock = np.percentile(times["wall"], 95)
        verdict = "  OVER" if over else ""
        print(f"{kind.name:38}{p50:7.1f}{p95:7.1f}{clock:11.1f}{bar:>6}{ratio:>13}{verdict}")
    return within


def main() -> int:
    """Make the library and ask; 0 if every p95 lies within its bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", nargs="+", default=[""], help="kinds whose name has such a word")
    parser.add_argument("--home", type=Path, help="a folder that keeps the library (0.7 GB)")
    given = parser.parse_args()
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:  # start again on one: numpy counts the cores when it is loaded
        os.sched_setaffinity(0, {max(cores)})
        os.execv(sys.executable, [sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        fresh = not (home / "catalogue.db").exists()
        if fresh:
            music(home, given.tracks)
        with engine_at(home, Ear()) as engine:
            if fresh:
                draw = np.random.default_rng(2)
                for n in range(LISTENERS):
                    listen(engine, f"listener {n}", PLAYS, draw)
            asker = Asker(engine, given.rounds)
            wanted = [k for k in kinds(asker) if any(word in k.name for word in given.only)]
            found = measured(asker, wanted, given.rounds)
    return 0 if report(wanted, found) else 1


if __name__ == "__main__":
    sys.exit(main())
