"""Is `mir path` smoother than a straight line, and how long do the questions by seeds take?

    python benchmarks/path.py [--tracks 100000] [--questions 60] [--scratch FOLDER]

The library is that of `scale.py`, made up as music is; one core. Ten steps lead between two tracks
drawn by lot. The naive way takes for each of nine points, evenly spaced on the line between the
two vectors, the nearest track not yet taken, from all scores. Compared are the longest step
and the sum of squared steps (cosine distance; chord). Times are CPU milliseconds, p50 and p95.
"""

import argparse
import os
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from filtered_similar import GENRES
from scale import engine_at, fill, made_up_vectors, timed

from mir.catalogue.filters import Filter
from mir.engine import Engine
from mir.recommend.next_tracks import next_tracks
from mir.recommend.path import path
from mir.search.like import like
from mir.search.listing import Listing
from mir.search.seeds import Seeds
from mir.vectors.index import VectorIndex

LIMIT_MS = {"path": 150.0, "similar": 30.0, "next": 60.0}
STEPS = 10


def straight(index: VectorIndex, start: int, end: int) -> list[int]:
    """Ids of the naive way."""
    ends = index.vectors_of(np.array([start, end]))
    way, taken = [start], [start - 1, end - 1]
    for along in np.linspace(0, 1, STEPS + 1)[1:-1]:
        point = (1 - along) * ends[0] + along * ends[1]
        scores = index.scores(point.astype(np.float32))
        scores[taken] = -9
        taken.append(int(scores.argmax()))
        way.append(taken[-1] + 1)
    return [*way, end]


def smoothness(index: VectorIndex, way: list[int]) -> tuple[float, float]:
    """Longest step (cosine distance) and the sum of squared chords."""
    vectors = index.vectors_of(np.array(way))
    steps = [1 - float(a @ b) for a, b in pairwise(vectors)]
    return max(steps), 2 * sum(steps)


def ask(engine: Engine, count: int, questions: int) -> bool:
    """Print the figures; whether all lie within the limits."""
    index = engine.index()
    draw = np.random.default_rng(3)
    pairs = draw.choice(count, (questions, 2), replace=False) + 1
    ours = np.array(
        [smoothness(index, [h.track.id for h in path(engine, *p, STEPS)]) for p in pairs.tolist()]
    )
    theirs = np.array([smoothness(index, straight(index, *p)) for p in pairs.tolist()])
    print(f"{'':24}{'longest step':>14}{'sum of squares':>16}")
    print(f"{'path':24}{ours[:, 0].mean():14.3f}{ours[:, 1].mean():16.3f}")
    print(f"{'straight line':24}{theirs[:, 0].mean():14.3f}{theirs[:, 1].mean():16.3f}")
    better = (ours <= theirs + 1e-6).mean(axis=0)
    print(f"{'path is no worse in':24}{better[0]:14.0%}{better[1]:16.0%}\n")

    genre = Filter(genres_any=GENRES[:3])
    few = [tuple(seeds) for seeds in draw.integers(1, count + 1, (questions, 3)).tolist()]
    kinds = {
        "path": lambda n: path(engine, *pairs[n].tolist(), STEPS),
        "path, 50 steps": lambda n: path(engine, *pairs[n].tolist(), 50),
        "path in genres": lambda n: path(engine, *pairs[n].tolist(), STEPS, genre),
        "similar": lambda n: like(engine, Seeds(few[n][:1])),
        "similar, 3 seeds, 1 not": lambda n: like(engine, Seeds(few[n], unlike=few[n - 1][:1])),
        "similar, variety": lambda n: like(engine, Seeds(few[n][:1]), None, Listing(variety=0.5)),
        "similar, 1 per artist": lambda n: like(
            engine, Seeds(few[n][:1]), None, Listing(per_artist=1)
        ),
        "similar, 400 tracks on": lambda n: like(
            engine, Seeds(few[n][:1]), None, Listing(offset=400)
        ),
        "next, variety": lambda n: next_tracks(engine, Seeds(few[n]), listing=Listing(variety=0.5)),
    }
    within = True
    print(f"{'CPU ms':26}{'p50':>8}{'p95':>8}{'limit':>8}")
    for name, question in kinds.items():
        question(0)
        times = [timed(lambda n=n, q=question: q(n)) for n in range(questions)]
        p50, p95 = np.percentile(times, (50, 95))
        limit = LIMIT_MS[name.split(",")[0].split()[0]]
        within = within and p95 <= limit
        print(f"{name:26}{p50:8.1f}{p95:8.1f}{limit:8.0f}")
    return within and bool((ours.mean(axis=0) < theirs.mean(axis=0)).all())


def main() -> int:
    """Make the library and ask; 0 if every question is within its limit and paths are smoother."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=60)
    parser.add_argument("--scratch", type=Path, help="a folder with 1 GB of space")
    given = parser.parse_args()
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:  # start again on one: numpy counts the cores when it is loaded
        os.sched_setaffinity(0, {max(cores)})
        os.execv(sys.executable, [sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory(dir=given.scratch) as folder:
        fill(Path(folder), *made_up_vectors(given.tracks, np.random.default_rng(1)))
        with engine_at(Path(folder)) as engine:
            return 0 if ask(engine, given.tracks, given.questions) else 1


if __name__ == "__main__":
    sys.exit(main())
