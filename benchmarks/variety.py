"""What the variety slider gives and costs, and what correcting hubs would, on labelled music.

    python benchmarks/variety.py LABELS.csv… [--cache FOLDER] [--jobs 2]

The queries are the test split, the neighbours the whole set without the query's own artist, as in
`mir evaluate similarity`. For each value of the slider (`mir.search.variety.varied` among the 100
nearest): precision at 10 for the label, the mean cosine distance between any two of the ten, and
the mean cosine to the query.

Hubs: the scores themselves, CSLS (A. Conneau et al., "Word translation without parallel data",
ICLR 2018: half of a track's mean cosine to its own ten nearest is taken off) and mutual proximity
(D. Schnitzer et al., "Local and global scaling reduce hubs in space", JMLR 13, 2012, with
independent normal distances): precision at 10, the skewness of k-occurrence for k = 10, the share
of tracks in nobody's list, and the length of the longest. Vectors are kept in the cache folder.
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

import numpy as np
import platformdirs
from kept_vectors import vectors_of
from numpy.typing import NDArray
from scipy.stats import norm

from mir.evaluation import hubness, interval
from mir.evaluation.labelled import read_labels
from mir.model.embedder import Embedder
from mir.search.pool import VARIED
from mir.search.variety import varied
from mir.settings import load_settings

K = 10
VARIETIES = (0.0, 0.25, 0.5, 0.75, 1.0)

Floats = NDArray[np.float64]


def main() -> int:
    """Print both tables for each set; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("labels", type=Path, nargs="+")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--cache", type=Path, default=Path(platformdirs.user_cache_dir("mir-bench"))
    )
    given = parser.parse_args()
    load = partial(Embedder.load, load_settings(os.environ).model)
    folder = given.cache / "beside-teachers" / load().info.model_id  # that benchmark hears the same
    for csv_path in given.labels:
        labelled = read_labels(csv_path)
        paths = [item.path for item in labelled.items]
        file = folder / f"{labelled.name}.npz"
        kept = vectors_of(paths, load, given.jobs, file, labelled.name)
        item_of = {item.path: item for item in labelled.items}
        items = [item_of[path] for path in kept.paths]
        labels = np.array([item.label for item in items])
        makers = np.array([item.maker or f"unknown {n}" for n, item in enumerate(items)])
        queries = [n for n, item in enumerate(items) if item.split == "test"]
        print(f"\n{labelled.name}: {len(queries)} queries among {len(items)} tracks")
        vectors = kept.vectors.astype(np.float64)
        slider(vectors, labels, makers, queries)
        hubs(vectors, labels, makers, queries)
    return 0


def slider(vectors: Floats, labels: NDArray, makers: NDArray, queries: list[int]) -> None:
    """Print what each value of the slider does."""
    print(f"{'variety':>10}{'P@10':>16}{'distance':>10}{'cosine':>10}")
    for variety in VARIETIES:
        right, distance, nearness = [], [], []
        for query in queries:
            scores = vectors @ vectors[query]
            scores[makers == makers[query]] = -2
            near = np.argsort(-scores, kind="stable")[:VARIED]
            near = near[scores[near] > -2]
            ten = near[varied(scores[near], vectors[near], variety)[:K]]
            among = (vectors[ten] @ vectors[ten].T)[np.triu_indices(len(ten), 1)]
            right.append(float(np.mean(labels[ten] == labels[query])))
            distance.append(float(1 - among.mean()))
            nearness.append(float(scores[ten].mean()))
        print(
            f"{variety:10.2f}{_said(right):>16}{np.mean(distance):10.3f}{np.mean(nearness):10.3f}"
        )


def hubs(vectors: Floats, labels: NDArray, makers: NDArray, queries: list[int]) -> None:
    """Print what each correction does."""
    print(f"{'scores':>18}{'P@10':>16}{'skewness':>10}{'never':>8}{'longest':>9}")
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -2)
    ways = {
        "cosine": cosines,
        "CSLS": csls(cosines),
        "mutual proximity": mutual_proximity(cosines),
    }
    for name, scores in ways.items():
        scores = scores.copy()
        np.fill_diagonal(scores, -np.inf)
        counts = np.bincount(_nearest(scores).ravel(), minlength=len(scores))
        filtered = np.where(makers[queries][:, None] == makers[None], -np.inf, scores[queries])
        right = (labels[_nearest(filtered)] == labels[queries][:, None]).mean(axis=1)
        print(
            f"{name:>18}{_said(right.tolist()):>16}{hubness.skewness(counts):10.2f}"
            f"{hubness.orphans(counts) / len(counts):8.1%}{counts.max():9d}"
        )


def csls(cosines: Floats) -> Floats:
    """Cosines (n, n) less half of how near each track is to its own ten nearest."""
    return cosines - np.sort(cosines, axis=1)[:, -K:].mean(axis=1)[None] / 2


def mutual_proximity(cosines: Floats) -> Floats:
    """How probable it is for both that another track is further away than the other one."""
    others = np.where(np.eye(len(cosines), dtype=bool), np.nan, cosines)
    mean, deviation = np.nanmean(others, axis=1), np.nanstd(others, axis=1)
    mine = norm.cdf(cosines, mean[:, None], deviation[:, None])
    return mine * mine.T


def _nearest(scores: Floats) -> NDArray[np.int64]:
    return np.argsort(-scores, axis=1, kind="stable")[:, :K]


def _said(values: list[float]) -> str:
    found = interval.mean(values)
    return f"{found.value:.3f} ± {found.margin:.3f}"


if __name__ == "__main__":
    sys.exit(main())
