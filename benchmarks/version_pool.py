"""The recordings that `versions.py` compares: rendered performances first, then other music."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from heard_chroma import chroma_of
from kept_vectors import tracks_in
from numpy.typing import NDArray
from performances import Performance, collect

from mir.versions.chroma import Chroma
from mir.versions.similarity import Moments, moments
from mir.versions.summary import summary


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """All recordings, performances first; `groups` are their pieces or packages."""

    performances: list[Performance]
    names: list[str]
    groups: list[str]
    chroma: list[Chroma]
    moments: list[Moments]
    summaries: NDArray[np.float32]  # (recordings, dimension), the mean taken away, unit length

    @property
    def queries(self) -> range:
        """Positions of the performances."""
        return range(len(self.performances))


def read_pool(folder: Path, music: Path) -> Pool:
    """Render and hear what is missing; MissingProgram where FluidSynth or a soundfont is."""
    performances = collect(folder, lambda n, name: say(f"rendering {n + 1}: {name}"))
    paths = [folder / each.file for each in performances]
    others = tracks_in(music)
    found, cost = chroma_of(
        [*paths, *others],
        folder / "chroma.npz",
        lambda n, name: say(f"hearing {n + 1} of {len(paths) + len(others)}: {name}"),
    )
    say("")
    if cost.sound:
        print(f"Heard anew: {cost.sound / 3600:.1f} h; decoding {cost.sound / cost.decoding:.0f},")
        print(f"chroma {cost.sound / cost.chroma:.0f} times real time on one core.\n")
    vectors = {path: summary(each) for path, each in found.items()}
    others = [path for path in others if vectors.get(path) is not None]
    chromas = [found[path] for path in (*paths, *others)]
    summaries = np.stack([vectors[path] for path in (*paths, *others)])
    summaries -= summaries.mean(axis=0)
    summaries /= np.linalg.norm(summaries, axis=1, keepdims=True)
    return Pool(
        performances,
        [each.file for each in performances] + [str(path.relative_to(music)) for path in others],
        [each.piece for each in performances] + [path.parent.name for path in others],
        chromas,
        [moments(each) for each in chromas],
        summaries,
    )


def say(text: str) -> None:
    """Overwrite the line of progress, where somebody watches; an empty text clears it."""
    if sys.stderr.isatty():
        print(f"\r{text[:78]:78}", end="" if text else "\r", file=sys.stderr, flush=True)
