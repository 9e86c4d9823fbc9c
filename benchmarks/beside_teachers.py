"""Does the model hear better than the teachers it learnt from, and than both together?

    python benchmarks/beside_teachers.py TEACHERS MUSIC LABELS.csv… [--model FILE]… [--cache FOLDER]

TEACHERS is the folder with `labels.npz` and `names.json` (docs/training.md). Each LABELS.csv is
judged by the protocol of `mir evaluate similarity` on the clips that both teachers have heard:
teachers' vectors are the mean over their patches of a file, z-scored; "both" are the two side by
side. Then excerpts of MUSIC: each track is known by 20 seconds, and asked for by the 10 seconds
at another place; both places are those that the teachers have heard, so that the teachers need
not be run. Names in `names.json` begin with the name of the CSV's folder, and with `free/`
for MUSIC.

The shipped model (or that of MIR_MODEL) comes first, then each `--model`. Vectors are kept in the
cache folder.
"""

import argparse
import os
import random
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import platformdirs
from kept_vectors import Kept, vectors_of
from numpy.typing import NDArray
from teachers import Stretch, Teachers, read_teachers

from mir.audio.decode import Span
from mir.evaluation import interval
from mir.evaluation.labelled import read_labels
from mir.evaluation.neighbourhood import hubness_table
from mir.evaluation.report import Report, Row, Table
from mir.evaluation.self_retrieval import WITHIN, Sought, ranks_of_own
from mir.evaluation.similarity import RANDOM_DIMENSION, judge, zscored
from mir.model.embedder import Embedder
from mir.settings import load_settings

SEED = 0  # that of `mir evaluate`
ASKED_PATCHES = 3  # of a stretch: they lie within its first 10 seconds
ASKED_SECONDS, KNOWN_SECONDS = 10.0, 20.0


class Models:
    """The models to judge by name, and their vectors, heard when they are not kept."""

    def __init__(self, files: Sequence[Path | None], cache: Path, jobs: int) -> None:
        """Load each model once to learn its name."""
        self._cache, self._jobs = cache, jobs
        self.by_name: dict[str, tuple[partial[Embedder], str]] = {}
        for file in files:
            load = partial(Embedder.load, file)
            info = load().info
            name = info.name if info.name not in self.by_name else f"{info.name} {info.model_id}"
            self.by_name[name] = (load, info.model_id)

    def hear(
        self, label: str, paths: Sequence[Path], spans: Sequence[Span] | None = None
    ) -> dict[str, Kept]:
        """Vectors of files, or of one stretch of each, by model; `label` names them on disk."""
        return {
            name: vectors_of(
                paths, load, self._jobs, self._cache / identity / f"{label}.npz", label, spans
            )
            for name, (load, identity) in self.by_name.items()
        }


def main() -> int:
    """Run the benchmark; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("teachers", type=Path)
    parser.add_argument("music", type=Path)
    parser.add_argument("labels", type=Path, nargs="+")
    parser.add_argument("--model", type=Path, action="append", default=[], help="another model")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--cache", type=Path, default=Path(platformdirs.user_cache_dir("mir-bench"))
    )
    given = parser.parse_args()
    teachers = read_teachers(given.teachers)
    files = (load_settings(os.environ).model, *given.model)
    models = Models(files, given.cache / "beside-teachers", given.jobs)
    tables: list[Table] = []
    for csv_path in given.labels:
        tables += labelled_tables(csv_path, teachers, models)
    tables.append(excerpt_table(given.music.resolve(), teachers, models))
    facts = {name: identity for name, (_, identity) in models.by_name.items()}
    print(Report("The model beside its teachers", facts, tuple(tables)).as_markdown())
    return 0


def labelled_tables(csv_path: Path, teachers: Teachers, models: Models) -> list[Table]:
    """Protocol of similarity, and hubness, for the clips that teachers and models have heard."""
    labelled = read_labels(csv_path)
    folder = csv_path.parent
    names = {
        item.path: f"{labelled.name}/{item.path.relative_to(folder).as_posix()}"
        for item in labelled.items
    }
    items = [item for item in labelled.items if names[item.path] in teachers.stretches]
    heard = models.hear(labelled.name, [item.path for item in items])
    shared = set.intersection(*(set(kept.paths) for kept in heard.values()))
    items = [item for item in items if item.path in shared]
    rows = [
        [row for stretch in teachers.stretches[names[item.path]] for row in stretch.rows]
        for item in items
    ]
    rng = np.random.default_rng(SEED)
    features = {"random": rng.standard_normal((len(items), RANDOM_DIMENSION))}
    features |= {name: zscored(vectors) for name, vectors in teachers.mean(rows).items()}
    for name, kept in heard.items():
        vectors = _in_order(kept, [item.path for item in items])
        features |= {name: vectors, f"{name} z": zscored(vectors)}
    title = f"{labelled.name}, {len(labelled.items) - len(items)} of its clips left out"
    return [judge(title, items, features), hubness_table(title, items, features, rng)]


def excerpt_table(music: Path, teachers: Teachers, models: Models) -> Table:
    """Self-retrieval among all tracks, each known by one stretch and asked for by another."""
    known: dict[Path, Stretch] = {}
    asked: dict[Path, Stretch] = {}
    rng = random.Random(SEED)
    for file, stretches in sorted(teachers.stretches.items()):
        path = music / file.removeprefix("free/")
        if not file.startswith("free/") or not path.exists():
            continue
        longest = max(len(stretch.rows) for stretch in stretches)
        full = [stretch for stretch in stretches if len(stretch.rows) == longest]
        known[path] = full[len(full) // 2]
        apart = [stretch for stretch in stretches if _apart(stretch, known[path])]
        if apart:
            asked[path] = rng.choice(apart)
    if not asked:
        raise SystemExit(f"{music} holds none of the tracks that the teachers have heard.")
    paths, sought = list(known), list(asked)
    own = np.array([paths.index(path) for path in sought])
    whole = teachers.mean([known[path].rows for path in paths])
    parts = teachers.mean([asked[path].rows[:ASKED_PATCHES] for path in sought])
    kinds = {
        name: Sought(zscored(whole[name]), zscored(parts[name], whole[name])) for name in whole
    }
    kinds |= _models_sought(models, known, asked)
    rows = tuple(Row(name, _success(ranks_of_own(each, own))) for name, each in kinds.items())
    return Table(
        f"{len(sought)} excerpts of 10 s among {len(paths)} tracks known by 20 s each",
        "vectors",
        rows,
        "Share of excerpts whose own track is first or among ten, ± half Wilson's 95 % interval. "
        "Nothing of an excerpt is in the 20 s; the original sound is heard in both.",
    )


def _models_sought(
    models: Models, known: Mapping[Path, Stretch], asked: Mapping[Path, Stretch]
) -> dict[str, Sought]:
    known_spans = [Span(stretch.start, KNOWN_SECONDS) for stretch in known.values()]
    asked_spans = [Span(stretch.start, ASKED_SECONDS) for stretch in asked.values()]
    whole = models.hear("known", list(known), known_spans)
    parts = models.hear("asked", list(asked), asked_spans)
    kinds = {}
    for name in whole:
        tracks, excerpts = _in_order(whole[name], list(known)), _in_order(parts[name], list(asked))
        kinds[name] = Sought(tracks, excerpts)
        kinds[f"{name} z"] = Sought(zscored(tracks), zscored(excerpts, tracks))
    return kinds


def _apart(stretch: Stretch, other: Stretch) -> bool:
    """Whether the excerpt of a stretch is long enough and lies outside the other's 20 seconds."""
    begins_after = stretch.start >= other.start + KNOWN_SECONDS
    ends_before = stretch.start + ASKED_SECONDS <= other.start
    return len(stretch.rows) >= ASKED_PATCHES and (begins_after or ends_before)


def _success(found: NDArray[np.int64]) -> dict[str, interval.Measured]:
    return {f"@{k}": interval.proportion(int(np.sum(found <= k)), len(found)) for k in WITHIN}


def _in_order(kept: Kept, paths: Sequence[Path]) -> NDArray[np.float32]:
    place = {path: i for i, path in enumerate(kept.paths)}
    missing = [path for path in paths if path not in place]
    if missing:
        raise SystemExit(f"{missing[0]} cannot be heard; leave it out of the folder.")
    return kept.vectors[[place[path] for path in paths]]


if __name__ == "__main__":
    sys.exit(main())
