"""Moods that people voted on, read off a finished embedding as further tags.

A file of votes is a CSV with the columns `file` and `split` and one column for each mood, whose
cells are the share of listeners, 0 to 1, who felt it; other columns of text are passed over. What
is fitted is one linear map from a track's embedding to the log odds of each share (ridge
regression on the train side, its strength chosen by rank correlation on the valid side), so
that it becomes rows of the network's linear tag head and costs nothing in use. A network that
learnt the moods with everything else would bend towards the few tracks that have votes.

Arousal and valence follow from four of the moods, as the corners of Russell's circumplex (1980):
happy and tense are aroused, sad and calm are not; happy and calm are pleasant, tense and sad
are not.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mir.errors import TrainingError
from mir.model.card import TagAxis

_BESIDE = frozenset({"file", "split", "artist", "album", "label", "sublabel"})
_STRENGTHS = np.geomspace(1.0, 1e4, 13)
_CORNERS = {"happy": (1, 1), "tense": (1, -1), "calm": (-1, 1), "sad": (-1, -1)}
_SPAN = 1.5  # deviations of the training music at which an axis reaches tanh(1), 0.76
_EDGE = 0.01  # shares are kept this far from 0 and 1, whose log odds are infinite


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """Shares of listeners, one row a file."""

    moods: tuple[str, ...]
    files: tuple[str, ...]  # relative to the data folder
    splits: tuple[str, ...]  # train, valid or test
    shares: NDArray[np.float64]  # (files, moods) in [0, 1]


@dataclass(frozen=True, slots=True, eq=False)
class MoodHead:
    """Rows for a linear tag head: logits = embedding @ weight.T + bias."""

    moods: tuple[str, ...]
    weight: NDArray[np.float32]  # (moods, D)
    bias: NDArray[np.float32]  # (moods,)
    correlation: Mapping[str, float]  # Spearman's, on the valid side
    strength: float  # of the ridge penalty


def read_votes(path: Path, data: Path) -> Votes:
    """Read a file of votes; `file` is relative to the CSV's folder, which lies in `data`.

    Raises TrainingError where it is no such file, or a share is no number from 0 to 1.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as opened:
            rows = list(csv.DictReader(opened))
        prefix = path.parent.absolute().relative_to(data.absolute())
    except (OSError, ValueError) as error:
        raise TrainingError(
            f"{path} is not a file of votes inside {data}: {error}; it needs the columns "
            "file, split, and one for each mood"
        ) from error
    columns = tuple(rows[0]) if rows else ()
    moods = tuple(name for name in columns if name not in _BESIDE)
    if not {"file", "split"} <= set(columns) or not moods:
        raise TrainingError(
            f"{path} has the columns {', '.join(columns) or 'of an empty file'}; it needs file, "
            "split, and one for each mood"
        )
    return Votes(
        moods,
        tuple((prefix / row["file"]).as_posix() for row in rows),
        tuple(row["split"] for row in rows),
        np.array([[_share(path, row, mood) for mood in moods] for row in rows]),
    )


def fit_moods(votes: Votes, files: Sequence[str], embeddings: NDArray[np.float32]) -> MoodHead:
    """Fit a head for the moods to the embeddings (files, D) of tracks.

    Raises TrainingError where fewer than ten tracks with votes train or validate.
    """
    from scipy.stats import spearmanr
    from sklearn.linear_model import Ridge  # type: ignore[import-untyped]

    row_of = {file: row for row, file in enumerate(files)}
    side: dict[str, list[tuple[int, int]]] = {"train": [], "valid": [], "test": []}
    for index, (file, split) in enumerate(zip(votes.files, votes.splits, strict=True)):
        if file in row_of and split in side:
            side[split].append((index, row_of[file]))
    if min(len(side["train"]), len(side["valid"])) < 10:
        raise TrainingError(
            f"{len(side['train'])} tracks with votes train and {len(side['valid'])} validate; "
            "both sides need ten. Are the paths those of the labels?"
        )

    def pairs(name: str) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        indices, rows = (list(each) for each in zip(*side[name], strict=True))
        return votes.shares[indices], embeddings[rows]

    (felt, heard), (felt_valid, heard_valid) = pairs("train"), pairs("valid")
    odds = np.log(felt.clip(_EDGE, 1 - _EDGE) / (1 - felt.clip(_EDGE, 1 - _EDGE)))

    def fitted(strength: float) -> Ridge:
        return Ridge(alpha=strength).fit(heard, odds)

    def correlations(strength: float) -> list[float]:
        said = fitted(strength).predict(heard_valid).reshape(len(heard_valid), -1)
        found = [spearmanr(said[:, k], felt_valid[:, k])[0] for k in range(len(votes.moods))]
        return [float(value) for value in np.nan_to_num(found)]

    best = max(_STRENGTHS, key=lambda strength: sum(correlations(float(strength))))
    ridge = fitted(float(best))
    return MoodHead(
        votes.moods,
        np.atleast_2d(ridge.coef_).astype(np.float32),
        np.atleast_1d(ridge.intercept_).astype(np.float32),
        dict(zip(votes.moods, correlations(float(best)), strict=True)),
        float(best),
    )


def mood_axes(head: MoodHead, first: int, embeddings: NDArray[np.float32]) -> tuple[TagAxis, ...]:
    """Arousal and valence where the head has the moods that make them, else nothing.

    first: column of the head's first mood among all tags. embeddings: (tracks, D) of the training
    music, whose average lies at 0 and whose spread sets the scale.
    """
    if not _CORNERS.keys() <= set(head.moods):
        return ()
    chosen = [head.moods.index(mood) for mood in _CORNERS]
    logits = embeddings @ head.weight[chosen].T + head.bias[chosen]  # (tracks, 4)
    mean, deviation = logits.mean(0), logits.std(0) + 1e-6
    axes = []
    for name, signs in zip(
        ("arousal", "valence"), zip(*_CORNERS.values(), strict=True), strict=True
    ):
        weights = np.array(signs) / deviation
        weights = weights / (_SPAN * ((logits - mean) @ weights).std() + 1e-6)
        columns = tuple(first + place for place in chosen)
        offset = -float(mean @ weights)
        axes.append(TagAxis(name, columns, tuple(float(w) for w in weights), offset))
    return tuple(axes)


def _share(path: Path, row: Mapping[str, str], mood: str) -> float:
    try:
        share = float(row[mood])
    except (TypeError, ValueError):
        share = -1.0
    if not 0 <= share <= 1:
        raise TrainingError(
            f"{path} says {row[mood]!r} of {mood} for {row['file']}; a share of listeners is a "
            "number from 0 to 1"
        )
    return share
