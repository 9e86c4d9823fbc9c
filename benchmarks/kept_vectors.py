"""Hears files as indexing does and keeps their vectors by model, so that asking again is free."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mir.audio.decode import Span
from mir.evaluation.hearing import hear_set
from mir.evaluation.labelled import Item, LabelledSet
from mir.model.embedder import Embedder

AUDIO = (".mp3", ".flac", ".ogg", ".opus", ".wav", ".aiff", ".aif", ".m4a", ".wma")


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Files that could be heard, with their length in seconds and their unit vectors (n, d)."""

    paths: tuple[Path, ...]
    seconds: NDArray[np.float64]
    vectors: NDArray[np.float32]


def tracks_in(folder: Path) -> list[Path]:
    """Return every audio file below a folder, in order; SystemExit where there is none."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in AUDIO)
    if not found:
        raise SystemExit(f"{folder} holds no audio file; name a folder of music.")
    return found


def vectors_of(
    paths: Sequence[Path],
    load: Callable[[], Embedder],
    jobs: int,
    kept: Path,
    label: str,
    spans: Sequence[Span] | None = None,
) -> Kept:
    """Vectors of files from `kept` (an .npz) if it holds these very files, else heard anew.

    With `spans`, one for each file, only that stretch is heard. A file counts as the same if
    path, size, time and stretch are. What cannot be heard is left out and named on standard error.
    """
    stats = [path.stat() for path in paths]
    state = [
        f"{path}\t{stat.st_size}\t{stat.st_mtime_ns}\t{spans[i] if spans else ''}"
        for i, (path, stat) in enumerate(zip(paths, stats, strict=True))
    ]
    if kept.exists():
        with np.load(kept) as stored:
            if stored["state"].tolist() == state:
                heard_paths = tuple(paths[i] for i in stored["heard"])
                return Kept(heard_paths, stored["seconds"], stored["vectors"])

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\rhearing {label} {done}/{total} ", end="", file=sys.stderr)

    items = tuple(Item(path, "test", "music", "", "") for path in paths)
    result = hear_set(LabelledSet(label, items), load, jobs, show, spans)
    for file, reason in result.left_out:
        print(f"left out: {file}: {reason}", file=sys.stderr)
    if not result.heard:
        raise SystemExit(f"None of {len(paths)} files of {label} could be heard.")
    place = {path: i for i, path in enumerate(paths)}
    heard_paths = tuple(item.path for item in result.items)
    found = Kept(
        heard_paths,
        np.array([h.seconds for h in result.heard]),
        np.stack([h.hearing.vector for h in result.heard]),
    )
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        kept,
        state=np.array(state),
        heard=np.array([place[path] for path in heard_paths]),
        seconds=found.seconds,
        vectors=found.vectors,
    )
    return found
