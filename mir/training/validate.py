"""How well a network hears tracks of artists that it has not learnt from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from mir.evaluation import classification, interval, ranking
from mir.evaluation.interval import Measured
from mir.model.network import MusicNetwork
from mir.training.artists import artist_key
from mir.training.dataset import Dataset
from mir.training.device import Device
from mir.training.objective import Objective
from mir.training.outputs import Outputs, outputs

K = 10
_BATCH = 128
_PATCHES = 8  # of a track, between epochs: enough to rank it, at a fraction of the cost


@dataclass(frozen=True, slots=True)
class Judgement:
    """Figures on one side of the split; None where its labels cannot tell."""

    tracks: int  # with labels of people
    accuracy: Measured | None  # of the first genre
    macro_f1: float | None
    precision: Measured | None  # share of the query's label among its ten nearest


@dataclass(frozen=True, slots=True)
class Validation:
    """Figures on the valid side between epochs."""

    loss: float
    accuracy: float | None
    macro_f1: float | None
    precision: float | None

    @property
    def figure(self) -> float:
        """What epochs and settings are compared by; more is better.

        Precision among the ten nearest: it is what the vectors are for, and steadier than accuracy
        on few tracks. Without labels of people it is the loss, negated.
        """
        return -self.loss if self.precision is None else self.precision


def validate(objective: Objective, dataset: Dataset, device: Device) -> Validation:
    """Loss and figures on the valid side; the neighbours are those of train and valid."""
    objective.eval()
    total, seen = 0.0, 0
    with torch.inference_mode(), device.autocast():
        for batch in dataset.in_order("valid", _BATCH):
            here = batch.to(device.place)
            size = len(here.frames)
            total += objective(here, here.frames)["total"].item() * size
            seen += size
    found = judge(objective.network, dataset, "valid", ("train", "valid"), device, _PATCHES)
    return Validation(
        loss=total / max(seen, 1),
        accuracy=found.accuracy.value if found.accuracy else None,
        macro_f1=found.macro_f1,
        precision=found.precision.value if found.precision else None,
    )


def judge(
    network: MusicNetwork,
    dataset: Dataset,
    side: str,
    among: Sequence[str],
    device: Device,
    most: int | None = None,
) -> Judgement:
    """Judge the tracks on `side` by their labels; their neighbours are the tracks on `among`.

    Precision at 10 is measured within each source of labels, the query's artist left out (see
    `mir.evaluation.ranking`). most: patches heard of a track; None: all.
    """
    material = dataset.material
    heard = outputs(network, dataset, among, device, most)
    place = {file: row for row, file in enumerate(heard.files)}
    queries = [file for file in dataset.tracks(side) if any(file in each for each in material.sets)]
    true, predicted = [], []
    for file in queries:
        if file in material.genre_of:
            true.append(material.genres[material.genre_of[file]])
            predicted.append(material.genres[int(heard.genre_logits[place[file]].argmax())])
    hits = [float(right) for right in _precisions(dataset, heard, set(queries))]
    right = sum(t == p for t, p in zip(true, predicted, strict=True))
    return Judgement(
        tracks=len(queries),
        accuracy=interval.proportion(right, len(true)) if true else None,
        macro_f1=classification.macro_f1(true, predicted) if true else None,
        precision=interval.mean(hits) if hits else None,
    )


def _precisions(dataset: Dataset, heard: Outputs, queries: set[str]) -> list[float]:
    """Precision at 10 of each query that has neighbours at all."""
    vectors = centred(heard.vectors)
    place = {file: row for row, file in enumerate(heard.files)}
    found = []
    for files in dataset.material.sets:
        members = [each for each in dataset.material.labels if each.file in files & place.keys()]
        asked = [i for i, each in enumerate(members) if each.file in queries]
        if not asked:
            continue
        labels = np.array([each.label for each in members])
        artists = [artist_key(each.artist) or each.album or "" for each in members]
        rows = vectors[[place[each.file] for each in members]]
        ranked = ranking.neighbours(rows, asked, artists)
        for query, near in zip(asked, ranked, strict=True):
            if len(near):
                found.append(ranking.precision_at_k(labels[near] == labels[query], K))
    return found


def centred(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors (n, d) less their mean, as export centres them; none exactly 0."""
    return vectors - vectors.mean(0) + np.float32(1e-9)
