"""The teachers' own vectors, read from the soft labels that training learns from.

`labels.npz` has a row for each patch of 2.992 s: docs/training.md tells its arrays. Patches come in
stretches of up to 20 seconds.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

NAMES = {"msd_embedding": "MSD_musicnn", "audioset_embedding": "EfficientAT"}
BOTH = "both"

_PATCH = 2.992  # seconds

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive patches of one file: positions of their rows, and where they start in seconds."""

    rows: tuple[int, ...]
    start: float

    @property
    def end(self) -> float:
        """Where the last patch ends, in seconds."""
        return self.start + len(self.rows) * _PATCH


@dataclass(frozen=True, slots=True, eq=False)
class Teachers:
    """Vectors of each teacher for every patch, and the patches of each file."""

    embeddings: Mapping[str, NDArray[np.float32]]  # by name: (rows, any)
    stretches: Mapping[str, tuple[Stretch, ...]]  # by file, in order of time

    def mean(self, rows: Sequence[Sequence[int]]) -> dict[str, Floats]:
        """Mean vectors of groups of rows by teacher, (groups, any), and of both side by side.

        They must be z-scored before their cosine means anything.
        """
        means = {
            name: np.stack([vectors[list(group)].mean(axis=0) for group in rows])
            for name, vectors in self.embeddings.items()
        }
        return means | {BOTH: np.concatenate(list(means.values()), axis=1)}


def read_teachers(folder: Path) -> Teachers:
    """Read `labels.npz` and `names.json` of a folder."""
    with np.load(folder / "labels.npz") as stored:
        embeddings = {name: stored[key].astype(np.float32) for key, name in NAMES.items()}
        index, starts = stored["file_index"], stored["start"]
    files = json.loads((folder / "names.json").read_text(encoding="utf-8"))["files"]
    stretches = {}
    for number, file in enumerate(files):
        rows = np.flatnonzero(index == number)
        rows = rows[np.argsort(starts[rows], kind="stable")]
        stretches[file] = tuple(_stretches(rows, starts[rows]))
    return Teachers(embeddings, stretches)


def _stretches(rows: NDArray[np.int64], starts: NDArray[np.float32]) -> list[Stretch]:
    breaks = np.flatnonzero(np.abs(np.diff(starts) - _PATCH) > 0.01) + 1
    return [
        Stretch(tuple(map(int, part)), float(times[0]))
        for part, times in zip(np.split(rows, breaks), np.split(starts, breaks), strict=True)
    ]
