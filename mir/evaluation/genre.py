"""Is the genre right that the model names? Judged on labels that people gave.

Only files whose label the model has a name for count (`canonical_genre` knows other words,
such as jungle for drum and bass), and of these only the test split. A right answer is the
very genre: house is wrong where the label says electronic, true as it may be.

Measured: accuracy of the first genre; top 3, whether the label is among the three named;
macro F1; the calibration error of the first probability; the share that the model calls
uncertain, and the accuracy on the others. Beside it stands the one genre that is most frequent.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from mir.analysis import Label
from mir.evaluation import classification, interval
from mir.evaluation.hearing import HeardSet
from mir.evaluation.labelled import LabelledSet
from mir.evaluation.report import Cell, Row, Table
from mir.model.labels import canonical_genre

_SHOWN = 4  # wrong genres named for each label, so that a line stays within 80 columns


@dataclass(frozen=True, slots=True)
class Prediction:
    """One file: its label in the model's words, and what the model said."""

    true: str
    genres: tuple[Label, ...]  # most probable first, at least one
    uncertain: bool


def judgeable(labelled: LabelledSet, known: Collection[str]) -> LabelledSet:
    """Keep the test items whose label is one of the `known` genres of the model."""
    items = tuple(
        item
        for item in labelled.items
        if item.split == "test" and canonical_genre(item.label) in known
    )
    return LabelledSet(labelled.name, items)


def predictions(heard_set: HeardSet) -> tuple[Prediction, ...]:
    """Pair labels with what was heard; each label must have a name in the model."""
    result = []
    for item, heard in zip(heard_set.items, heard_set.heard, strict=True):
        name = canonical_genre(item.label)
        if name is None:
            raise ValueError(f"{item.label!r} is no genre of the model; pass the set to judgeable")
        if heard.hearing.genres:
            result.append(Prediction(name, heard.hearing.genres, heard.hearing.uncertain))
    return tuple(result)


def genre_tables(name: str, judged: tuple[Prediction, ...]) -> tuple[Table, ...]:
    """Make the tables: all together, each class, and what each class is taken for."""
    if not judged:
        return (Table(f"{name}: no label that the model knows", "genres", ()),)
    return (_summary(name, judged), _classes(name, judged), _confusions(name, judged))


def _summary(name: str, judged: tuple[Prediction, ...]) -> Table:
    true = [p.true for p in judged]
    common, often = Counter(true).most_common(1)[0]
    rows = (
        Row("most frequent", _figures_of_one(true, common, often)),
        Row("mir", _figures(judged)),
    )
    note = (
        f"Most frequent: always {common}. ± is Wilson's 95 % interval; F1 the macro F1; ECE the "
        "expected calibration error (10 bins); unsure the share that the model calls uncertain; "
        "if sure the accuracy on the others."
    )
    return Table(f"{name}: {len(judged)} tracks of {len(set(true))} genres", "genre by", rows, note)


def _figures(judged: tuple[Prediction, ...]) -> dict[str, Cell]:
    true = [p.true for p in judged]
    first = [p.genres[0].name for p in judged]
    right = np.array([t == f for t, f in zip(true, first, strict=True)])
    among = sum(p.true in [label.name for label in p.genres[:3]] for p in judged)
    certain = np.array([not p.uncertain for p in judged])
    return {
        "accuracy": interval.proportion(int(right.sum()), len(judged)),
        "top 3": interval.proportion(among, len(judged)),
        "F1": classification.macro_f1(true, first),
        "ECE": classification.expected_calibration_error(
            np.clip([p.genres[0].probability for p in judged], 0.0, 1.0), right
        ),
        "unsure": 1.0 - float(certain.mean()),
        "if sure": float(right[certain].mean()) if certain.any() else None,
    }


def _figures_of_one(true: list[str], common: str, often: int) -> dict[str, Cell]:
    return {
        "accuracy": interval.proportion(often, len(true)),
        "top 3": None,
        "F1": classification.macro_f1(true, [common] * len(true)),
        "ECE": None,
        "unsure": None,
        "if sure": None,
    }


def _classes(name: str, judged: tuple[Prediction, ...]) -> Table:
    scores = classification.class_scores(
        [p.true for p in judged], [p.genres[0].name for p in judged]
    )
    rows = tuple(
        Row(
            score.name,
            {
                "precision": score.precision,
                "recall": score.recall,
                "F1": score.f1,
                "n": score.support,
            },
        )
        for score in scores
        if score.support
    )
    return Table(f"{name}: each genre", "genre", rows)


def _confusions(name: str, judged: tuple[Prediction, ...]) -> Table:
    table = classification.confusion([p.true for p in judged], [p.genres[0].name for p in judged])
    rows = []
    for genre, counts in zip(table.classes, table.counts, strict=True):
        if counts.sum() == 0:
            continue
        order = np.argsort(-counts, kind="stable")
        named = [f"{table.classes[i]} {counts[i]}" for i in order[:_SHOWN] if counts[i]]
        rest = int(counts.sum() - counts[order[:_SHOWN]].sum())
        named += [f"others {rest}"] if rest else []
        rows.append(Row(genre, {"is called": ", ".join(named)}))
    return Table(f"{name}: what each genre is taken for", "genre", tuple(rows))
