"""The anchors of a map on disk, in one file that is whole or as it was before."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mir.durable import write_whole

_FILE = "map.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """Where the anchors of a map lie, and what it was made of."""

    model_id: str
    made_of: int  # tracks that the library had
    ids: NDArray[np.int64]  # (n,) of tracks, ascending
    points: NDArray[np.float32]  # (n, 2) in [-1, 1]


def save(directory: Path, anchors: Anchors) -> None:
    """Keep the anchors in that folder; OSError if it cannot be."""
    directory.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    np.savez(
        written,
        model_id=np.array(anchors.model_id),
        made_of=np.array(anchors.made_of),
        ids=anchors.ids,
        points=anchors.points,
    )
    write_whole(directory / _FILE, written.getvalue())


def load(directory: Path) -> Anchors | None:
    """What is kept in that folder; None where there is nothing, or nothing that can be used.

    The map is a cache: a damaged one is made anew.
    """
    try:
        content = io.BytesIO((directory / _FILE).read_bytes())
        with np.load(content, allow_pickle=False) as kept:
            ids, points = kept["ids"], kept["points"]
            good = (
                ids.dtype == np.int64
                and points.dtype == np.float32
                and points.shape == (len(ids), 2)
                and bool(np.isfinite(points).all() and (np.diff(ids) > 0).all())
            )
            if not good:
                return None
            return Anchors(str(kept["model_id"]), int(kept["made_of"]), ids, points)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def stamp(directory: Path) -> tuple[int, int] | None:
    """What changes whenever the map is made anew; None where there is none."""
    try:
        found = (directory / _FILE).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns
