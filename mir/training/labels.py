"""Label files: soft labels of teachers (.npz) and labels of people (.csv).

A teacher file holds one row for each patch of 2.992 s: `file_index` and `start` (seconds)
say where it lies, `msd_logits` and `audioset_logits` are the teachers' outputs before the
sigmoid, `msd_embedding` and `audioset_embedding` their features. `names.json` beside it lists
`files` (paths relative to the data folder), `msd_tags` and `audioset_classes`.

A human label file has the columns `file, split, label, sublabel, artist`, paths relative to its
own folder; `split` is train, valid or test, and no artist may stand in two of them.
"""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mir.errors import TrainingError
from mir.model.labels import GENRES, canonical_genre

_ARRAYS = (
    "file_index",
    "start",
    "msd_logits",
    "msd_embedding",
    "audioset_logits",
    "audioset_embedding",
)


@dataclass(frozen=True, slots=True)
class HumanLabel:
    """What people say of one file, and on which side of the split it stands."""

    split: str
    genre: str | None  # our name for the label, None where we have none
    sublabel: str | None
    artist: str


@dataclass(frozen=True, slots=True, eq=False)
class TeacherLabels:
    """Soft labels, one row a patch, sorted by file and start."""

    files: tuple[str, ...]
    tags: tuple[str, ...]  # the teachers' tags: MSD first, then AudioSet
    file_index: NDArray[np.int32]  # (rows,)
    start: NDArray[np.float32]  # (rows,) seconds
    tag_probabilities: NDArray[np.float32]  # (rows, tags)
    genre_probabilities: NDArray[np.float32]  # (rows, len(GENRES)), rows sum to 1
    features: NDArray[np.float32]  # (rows, features), standardised


def read_teacher_labels(path: Path) -> TeacherLabels:
    """Read a teacher file and the `names.json` beside it; TrainingError where either is amiss."""
    try:
        names = json.loads(path.with_name("names.json").read_text("utf-8"))
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in _ARRAYS}
        msd_tags, classes = names["msd_tags"], names["audioset_classes"]
        files = tuple(names["files"])
    except (OSError, KeyError, ValueError) as error:
        raise TrainingError(
            f"{path} and the names.json beside it are not a label file: {error!r}; "
            "see docs/training.md for the format"
        ) from error
    msd = _sigmoid(arrays["msd_logits"])
    audioset = _sigmoid(arrays["audioset_logits"])
    features = np.hstack(
        [_standardised(arrays["msd_embedding"]), _standardised(arrays["audioset_embedding"])]
    )
    return TeacherLabels(
        files=files,
        tags=(*msd_tags, *classes),
        file_index=arrays["file_index"],
        start=arrays["start"],
        tag_probabilities=np.hstack([msd, audioset]),
        genre_probabilities=_genres(msd, msd_tags, audioset, classes),
        features=features,
    )


def read_human_labels(path: Path, data: Path) -> dict[str, HumanLabel]:
    """Read a label file; keys are paths relative to the folder `data`.

    Raises TrainingError where a column is missing or an artist stands on two sides of the split.
    """
    try:
        with path.open(newline="", encoding="utf-8") as opened:
            rows = list(csv.DictReader(opened))
        prefix = path.parent.absolute().relative_to(data.absolute())
        labels = {
            (prefix / row["file"]).as_posix(): HumanLabel(
                row["split"],
                canonical_genre(row["label"]),
                row["sublabel"] or None,
                row["artist"],
            )
            for row in rows
        }
    except (OSError, KeyError, ValueError) as error:
        raise TrainingError(
            f"{path} is not a label file inside {data}: {error!r}; it needs the columns "
            "file, split, label, sublabel, artist"
        ) from error
    sides: dict[str, str] = {}
    for name, label in labels.items():
        if sides.setdefault(label.artist or name, label.split) != label.split:
            raise TrainingError(
                f"the artist {label.artist!r} stands in two splits of {path}; "
                "put all files of an artist on one side"
            )
    return labels


def _sigmoid(logits: NDArray[np.float16]) -> NDArray[np.float32]:
    return (1.0 / (1.0 + np.exp(-logits.astype(np.float32)))).astype(np.float32)


def _standardised(features: NDArray[np.float16]) -> NDArray[np.float32]:
    values = features.astype(np.float32)
    return ((values - values.mean(0)) / (values.std(0) + 1e-3)).clip(-5, 5)


def _genres(
    msd: NDArray[np.float32],
    msd_tags: Sequence[str],
    audioset: NDArray[np.float32],
    classes: Sequence[str],
) -> NDArray[np.float32]:
    """The teachers' tags as competing genres: the strongest member of each, brought to sum 1.

    AudioSet's classes are rarer than Last.fm's words and the teacher shyer, hence the factor.
    """
    scores = np.full((len(msd), len(GENRES)), 1e-3, np.float32)
    for column, members in enumerate(GENRES.values()):
        for tag in members.msd:
            np.maximum(scores[:, column], msd[:, msd_tags.index(tag)], out=scores[:, column])
        for name in members.audioset:
            np.maximum(
                scores[:, column], 2 * audioset[:, classes.index(name)], out=scores[:, column]
            )
    return scores / scores.sum(1, keepdims=True)
