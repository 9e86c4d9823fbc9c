"""Is `mir path` smoother than a straight line?

    python benchmarks/path.py [--tracks 100000] [--questions 60] [--scratch FOLDER]

The library is that of `scale_library.py`, made up as music is; one core. Ten steps lead between two
tracks drawn by lot. The naive way takes for each of nine points, evenly spaced on the line between
the two vectors, the nearest track not yet taken, from all scores. Compared are the longest step
and the sum of squared steps (cosine distance; chord). `finding_speed.py` has the times.
"""

import argparse
import os
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from scale_library import engine_at, fill, made_up_vectors

from mir.engine import Engine
from mir.recommend.path import path
from mir.vectors.index import VectorIndex

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
    """Print the figures; whether both measures are better by path."""
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
    print(f"{'path is no worse in':24}{better[0]:14.0%}{better[1]:16.0%}")

    return bool((ours.mean(axis=0) < theirs.mean(axis=0)).all())


def main() -> int:
    """Make the library and ask; 0 if paths are smoother."""
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
