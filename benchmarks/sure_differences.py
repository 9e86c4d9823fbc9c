"""Whether the differences that hits tell of are clear in the probabilities that are not stored.

    python benchmarks/sure_differences.py FOLDER [--tracks 250] [--nearest 10]

Of a track only what stands out is stored: three genres, up to five moods and instruments. A hit
that says "no piano" concludes from that. Here the model hears tracks of the folder, drawn evenly,
and all probabilities are kept; each track is compared with its nearest as a hit would be. Printed
is for each kind how many differences a hit tells of, and by how many times the name is more
probable in the track that has it: what 99 and 95 of 100 differences reach, and the share with 1.5
times or more. For genres it is also by how much at least.
"""

import argparse
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mir.analysis import FloatArray, Hearing
from mir.audio.walk import is_audio
from mir.errors import AudioError
from mir.listen import Heard, listen
from mir.model.embedder import Embedder
from mir.search.compare import compare
from mir.search.portrait import portrait_of_clip

KINDS = ("genres", "instruments", "moods")
CLEAR = 1.5


@dataclass(slots=True)
class TwoEars:
    """Hears as an index run does, and keeps all that the model hears beside it."""

    embedder: Embedder
    everything: list[Hearing] = field(default_factory=list)

    @property
    def info(self) -> object:
        """Facts about the model."""
        return self.embedder.info

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        """What is stored of a recording."""
        kept = list(mels)
        self.everything.append(self.embedder.hear_everything(kept))
        return self.embedder.hear(kept)


def probabilities(hearing: Hearing, kind: str) -> dict[str, float]:
    """The probability of every name of a kind."""
    return {label.name: label.probability for label in getattr(hearing, kind)}


def main() -> None:
    """Hear, compare and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tracks", type=int, default=250)
    parser.add_argument("--nearest", type=int, default=10)
    arguments = parser.parse_args()
    files = sorted(path for path in arguments.folder.rglob("*") if is_audio(path.name))
    random.Random(1).shuffle(files)
    ears = TwoEars(Embedder.load())
    heard: list[Heard] = []
    for path in files[: arguments.tracks]:
        try:
            heard.append(listen(path, ears))  # type: ignore[arg-type]
        except AudioError as error:
            print(error)
    vectors = np.stack([each.hearing.vector for each in heard])
    scores = vectors @ vectors.T
    np.fill_diagonal(scores, -2)
    nearest = np.argsort(-scores, axis=1)[:, : arguments.nearest]
    ratios: dict[str, list[float]] = {kind: [] for kind in KINDS}
    gaps: list[float] = []
    for query, found in enumerate(nearest.tolist()):
        for track in found:
            why = compare(portrait_of_clip(heard[query]), portrait_of_clip(heard[track]))
            for kind in KINDS:
                here, there = (probabilities(ears.everything[n], kind) for n in (query, track))
                names = getattr(why, kind)
                for labels, has, lacks in (
                    (names.query_only, here, there),
                    (names.track_only, there, here),
                ):
                    for label in labels:
                        ratios[kind].append(has[label.name] / max(lacks[label.name], 1e-9))
                        if kind == "genres":
                            gaps.append(has[label.name] - lacks[label.name])
    hits = nearest.size
    print(f"{len(heard)} tracks, {hits} hits")
    print(f"{'':12}{'told a hit':>12}{'99 of 100':>12}{'95 of 100':>12}{'1.5 times':>12}")
    for kind, found_ratios in ratios.items():
        told = np.array(found_ratios)
        if not told.size:
            print(f"{kind:12}{0:12.3f}")
            continue
        least, usual = np.percentile(told, [1, 5])
        clear = (told >= CLEAR).mean()
        print(f"{kind:12}{told.size / hits:12.3f}{least:12.2f}{usual:12.2f}{clear:12.1%}")
    if gaps:
        print(f"genres differ by at least {min(gaps):.2f}")


if __name__ == "__main__":
    main()
