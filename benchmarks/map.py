"""How much of the neighbourhood of tracks a map keeps, beside principal components.

    python benchmarks/map.py [--tracks 1000 20000 100000] [--seed 1]

The vectors are made up (`scale_library.py`). Of the ten nearest tracks by vector, what share is
among the ten nearest on the map, and what share of those is of the track's genre: for 2,000 tracks
drawn by lot, with half of a bootstrap's 95 % interval. Seconds are of the wall, placing included.
"""

import argparse
import os
import sys
import time

import numpy as np
from scale_library import made_up_vectors

from mir.map.layout import between, chosen, laid_out

ASKED, NEAREST = 2_000, 10


def nearest(rows: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """The nearest `NEAREST` rows of each asked one (asked, NEAREST), itself left out."""
    squares = (rows**2).sum(axis=1)
    found = []
    for one in np.array_split(asked, max(1, len(asked) // 100)):
        far = squares[None] - 2 * rows[one] @ rows.T
        far[np.arange(len(one)), one] = np.inf
        found.append(np.argpartition(far, NEAREST, axis=1)[:, :NEAREST])
    return np.concatenate(found)


def principal(vectors: np.ndarray) -> np.ndarray:
    """The older way: the first two principal components."""
    centred = vectors - vectors.mean(axis=0)
    return centred @ np.linalg.eigh(centred.T @ centred)[1][:, -2:]


def mapped(vectors: np.ndarray) -> np.ndarray:
    """The map as `mir map` makes it."""
    anchors = chosen(len(vectors))
    points = np.empty((len(vectors), 2), dtype=np.float32)
    points[anchors] = laid_out(vectors[anchors])
    others = np.setdiff1d(np.arange(len(vectors)), anchors)
    points[others] = between(vectors[others], vectors[anchors], points[anchors])
    return points


def told(shares: np.ndarray, draw: np.random.Generator) -> str:
    """The mean of shares with half of its interval."""
    means = [draw.choice(shares, len(shares)).mean() for _ in range(500)]
    low, high = np.quantile(means, [0.025, 0.975])
    return f"{shares.mean():.3f} ± {(high - low) / 2:.3f}"


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, nargs="+", default=[1_000, 20_000, 100_000])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = np.random.default_rng(arguments.seed)
    print("| tracks | way | kept of the ten nearest | of the same genre | seconds |")
    print("|---|---|---|---|---|")
    for count in arguments.tracks:
        vectors, genre = made_up_vectors(count, draw)
        asked = draw.choice(count, min(count, ASKED), replace=False)
        near = nearest(vectors, asked)
        kept: dict[str, float] = {}
        for name, way in (("principal components", principal), ("map", mapped)):
            began = time.perf_counter()
            points = np.asarray(way(vectors), dtype=np.float64)
            seconds = time.perf_counter() - began
            drawn = nearest(points, asked)
            shares = np.array(
                [len(set(a) & set(b)) / NEAREST for a, b in zip(near, drawn, strict=True)]
            )
            same = (genre[drawn] == genre[asked][:, None]).mean(axis=1)
            kept[name] = float(shares.mean())
            print(
                f"| {count:,} | {name} | {told(shares, draw)} | {told(same, draw)} "
                f"| {seconds:.1f} |"
            )
        print(f"{count}: {kept['map'] / kept['principal components']:.1f} times as many kept")
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
