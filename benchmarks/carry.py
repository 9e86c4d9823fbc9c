"""What `mir export` and `mir import` take, beside what one would write first.

    python benchmarks/carry.py [--tracks 100000] [--naive 2000]

The library is made up (see filtered_similar.py), in SQLite: vectors of 221 numbers, three passages
a track. Each step runs in a process of its own, whose peak memory and CPU time are read at its end:

- `export`: the whole library into a file;
- `import`: that file into an empty library;
- `import again`: the same once more, which finds nothing new.

The naive way is one JSON object a track, written from `tracks.get` and the vectors as lists of
numbers, and read again into `tracks.store`, 32 tracks a transaction. It takes the first `--naive`
tracks only, since it takes as long for each. Printed are seconds, CPU microseconds a track,
memory at the peak and before the step, and sizes; the ratios are of CPU time and bytes a track.
"""

import argparse
import base64
import json
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import filtered_similar as made_up
import numpy as np

from mir.analysis import Analysis, Descriptors, FileFacts, Hearing, Label, Tags
from mir.catalogue import embeddings, models, tracks
from mir.catalogue.portable.merging import merge
from mir.catalogue.portable.moves import Moves
from mir.catalogue.portable.reading import open_export
from mir.catalogue.portable.writing import write
from mir.catalogue.session import open_catalogue

DIMENSION = 221
PASSAGES = 3
BATCH = 32
MOMENT = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step took."""

    wall: float  # seconds
    cpu: float  # seconds
    peak: int  # bytes of memory
    before: int  # likewise, when all was imported and nothing done


def make_library(database: str, count: int) -> None:
    """Fill a new catalogue."""
    made_up.DIMENSION = DIMENSION
    vectors, genre = made_up.made_up_vectors(count, np.random.default_rng(1))
    with closing(open_catalogue(database)) as catalogue, catalogue.session() as session:
        made_up.fill(session, vectors, genre, PASSAGES)


def export(database: str, path: Path) -> None:
    """Write a catalogue to a file as `mir export` does."""
    with closing(open_catalogue(database)) as catalogue:
        write(catalogue, path, models={}, program="benchmark", now=MOMENT)


def import_(database: str, path: Path) -> None:
    """Merge a file into a catalogue as `mir import` does."""
    with (
        closing(open_catalogue(database)) as catalogue,
        open_export(path, path.parent) as opened,
        catalogue.session() as session,
    ):
        merge(session, opened.connection, Moves())


def naive_export(database: str, path: Path, count: int) -> None:
    """Write the first tracks as JSON, an object a line."""
    with closing(open_catalogue(database)) as catalogue, catalogue.session() as session:
        model_id = models.choice(session).active
        assert model_id is not None
        with path.open("w") as file:
            for track_id in range(1, count + 1):
                track = tracks.get(session, track_id)
                row = {
                    "hash": track.audio_hash,
                    "title": track.title,
                    "album": track.album,
                    "artists": track.artists,
                    "year": track.year,
                    "seconds": track.seconds,
                    "descriptors": asdict(track.descriptors),
                    "genres": [asdict(label) for label in track.genres],
                    "moods": [asdict(label) for label in track.moods],
                    "instruments": [asdict(label) for label in track.instruments],
                    "paths": [base64.b64encode(bytes(path)).decode() for path in track.paths],
                    "model": model_id,
                    "vector": embeddings.vector(session, track_id, model_id).tolist(),
                    "passages": embeddings.passages(session, [track_id], model_id)[
                        track_id
                    ].tolist(),
                }
                file.write(json.dumps(row) + "\n")


def naive_import(database: str, path: Path) -> None:
    """Store what `naive_export` wrote, track by track."""
    with closing(open_catalogue(database)) as catalogue, path.open() as file:
        lines = iter(file)
        while some := list(islice(lines, BATCH)):
            with catalogue.session() as session:
                for row in map(json.loads, some):
                    tracks.store(session, _analysis(row), MOMENT)


def _analysis(row: dict) -> Analysis:
    labels = {
        kind: tuple(Label(**label) for label in row[kind])
        for kind in ("genres", "moods", "instruments")
    }
    path = Path(base64.b64decode(row["paths"][0]).decode())
    return Analysis(
        file=FileFacts(path, 1, 1, "flac"),
        audio_hash=row["hash"],
        seconds=row["seconds"],
        tags=Tags(row["title"], tuple(row["artists"]), row["album"], year=row["year"]),
        descriptors=Descriptors(
            **{k: tuple(v) if isinstance(v, list) else v for k, v in row["descriptors"].items()}
        ),
        hearing=Hearing(
            model_id=row["model"],
            vector=np.array(row["vector"], np.float32),
            passages=np.array(row["passages"], np.float32),
            uncertain=False,
            **labels,
        ),
    )


def _timed(step: Callable[..., None], arguments: tuple) -> Cost:
    def peak() -> int:
        return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    before, began, busy = peak(), time.perf_counter(), time.process_time()
    step(*arguments)
    return Cost(time.perf_counter() - began, time.process_time() - busy, peak(), before)


def cost_of(step: Callable[..., None], *arguments: object) -> Cost:
    """What a step takes in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_timed, step, arguments).result()


def main() -> None:
    """Make the library, carry it both ways, print."""
    parser = argparse.ArgumentParser(description="What export and import take.")
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--naive", type=int, default=2_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        first, second, third = (f"sqlite:///{home / name}.db" for name in ("one", "two", "three"))
        file, lines = home / "library.mir", home / "library.json"
        cost_of(make_library, first, given.tracks)
        costs = {
            "export": (cost_of(export, first, file), given.tracks),
            "import": (cost_of(import_, second, file), given.tracks),
            "import again": (cost_of(import_, second, file), given.tracks),
            "naive export": (cost_of(naive_export, first, lines, given.naive), given.naive),
            "naive import": (cost_of(naive_import, third, lines), given.naive),
        }
        sizes = {
            "catalogue": (home / "one.db").stat().st_size / given.tracks,
            "export": file.stat().st_size / given.tracks,
            "naive export": lines.stat().st_size / given.naive,
        }
    print(f"{'':14}{'tracks':>9}{'seconds':>9}{'CPU us a track':>16}{'peak MB':>9}{'before':>8}")
    for name, (cost, count) in costs.items():
        each = 1e6 * cost.cpu / count
        memory = f"{cost.peak / 1e6:9.0f}{cost.before / 1e6:8.0f}"
        print(f"{name:14}{count:9}{cost.wall:9.1f}{each:16.0f}{memory}")
    print("bytes a track: " + ", ".join(f"{name} {size:.0f}" for name, size in sizes.items()))
    for name in ("export", "import"):
        ours, naive = (costs[key][0].cpu / costs[key][1] for key in (name, f"naive {name}"))
        print(f"the naive {name} takes {naive / ours:.1f} times as long for each track")
    print(f"and its file is {sizes['naive export'] / sizes['export']:.1f} times as large")


if __name__ == "__main__":
    main()
