"""Every kind of question that `finding_speed.py` asks, the bars beside them, and numpy's ways."""

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from made_up_music import MODEL, NOW

from mir.analysis import Hearing
from mir.catalogue import plays, tracks
from mir.catalogue.plays import NewPlay
from mir.demo import demo_folder
from mir.engine import Engine
from mir.model.embedder import Embedder
from mir.recent import Recent

LISTENERS = 20  # with plays, called "listener 0" and so on
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

    def play(self, number: int) -> None:
        """A play of listener 0 arrives, as from a radio."""
        sent = [NewPlay(self.drawn[number][0], "listen", NOW, "listener 0")]
        with self.engine.catalogue.session() as session:
            plays.record(session, sent, NOW)

    def forget_feelings(self) -> None:
        """Let nobody remember where tracks lie between calm and energetic, dark and bright."""
        self.engine.feelings = Recent(2)


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

    by = {"unplayed": "true", "listener": "listener 0"}
    lately = {"not_played_since": "30d", "listener": "listener 0"}
    yield Kind("similar, unplayed", similar(**by), 30)
    yield Kind("similar, unplayed, after a play", similar(**by), 30, ready=asker.play)
    yield Kind("similar, not played for 30 days", similar(**lately), 30)

    def mood(**cut: Any) -> Callable[[int], object]:
        points = np.random.default_rng(4).uniform(-1, 1, (len(of), 2)).tolist()
        return lambda n: get("mood", arousal=points[n][0], valence=points[n][1], **cut)

    yield Kind("mood", mood(), 30)
    yield Kind("mood, genre, unplayed", mood(**FILTERS["genre"], **by), 30)
    yield Kind("mood, variety", mood(variety=0.5), 30)
    yield Kind("mood, 1 of an artist", mood(per_artist=1), 30)
    yield Kind("mood, the first time", mood(), ready=lambda _: asker.forget_feelings())

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
