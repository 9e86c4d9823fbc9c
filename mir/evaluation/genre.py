"""Is the genre right that the model names? Judged on labels that people gave.

Only files whose label the model has a name for count (`canonical_genre` knows other words,
such as jungle for drum and bass), and of these only the test split. A right answer is the
very genre: house is wrong where the label says electronic, true as it may be.

Measured: accuracy of the first genre; macro precision, recall and F1; top 3, whether the label is
among the three named; the calibration error of the first probability; the share that the
model calls uncertain, and the accuracy on the others. Shares bear Wilson's interval, the rest a
bootstrap one over artists. `mir.evaluation.baselines` says what stands beside.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.analysis import Label
from mir.evaluation import classification, interval
from mir.evaluation.hearing import HeardSet
from mir.evaluation.interval import Measured
from mir.evaluation.labelled import Item, LabelledSet
from mir.evaluation.pictures import Dots
from mir.evaluation.report import Row, Table
from mir.model.labels import canonical_genre

NAMED = 3  # genres that an answer consists of

Predictions = Sequence["Prediction"]


@dataclass(frozen=True, slots=True)
class Prediction:
    """One file: its label in the model's words, what was said of it, and who made it."""

    true: str
    genres: tuple[Label, ...]  # most probable first, at least one
    uncertain: bool
    maker: str = ""


def judgeable(labelled: LabelledSet, known: Collection[str]) -> LabelledSet:
    """Keep the items whose label is one of the `known` genres of the model."""
    items = tuple(item for item in labelled.items if canonical_genre(item.label) in known)
    return LabelledSet(labelled.name, items)


def genre_of(item: Item) -> str:
    """The label in the words of the model; ValueError where it has none."""
    name = canonical_genre(item.label)
    if name is None:
        raise ValueError(f"{item.label!r} is no genre of the model; pass the set to judgeable")
    return name


def predictions(heard_set: HeardSet) -> tuple[Prediction, ...]:
    """Pair the labels of the test split with what was heard."""
    return tuple(
        Prediction(genre_of(item), heard.hearing.genres, heard.hearing.uncertain, item.maker)
        for item, heard in zip(heard_set.items, heard_set.heard, strict=True)
        if item.split == "test" and heard.hearing.genres
    )


def summary_tables(
    name: str, answers: Mapping[str, Predictions], rng: np.random.Generator
) -> tuple[Table, ...]:
    """Judge several answers to the same tracks, by name: how often right, and how sure.

    The last is the model's that is judged.
    """
    judged = list(answers.values())[-1]
    if not judged:
        return (Table(f"{name}: no test label that the model knows", "genre by", ()),)
    genres = len({p.true for p in judged})
    accuracies = {
        by: interval.proportion(sum(p.genres[0].name == p.true for p in said), len(said))
        for by, said in answers.items()
    }
    macros = {by: _macros(said, rng) for by, said in answers.items()}
    rows = [Row(by, {"accuracy": accuracies[by], **macros[by]}) for by in answers]
    picture = Dots(
        f"{name}: how often the genre is right",
        "The further to the right the better.",
        "share",
        tuple(answers),
        (
            ("accuracy", tuple(accuracies.values())),
            ("macro F1", tuple(macro["F1"] for macro in macros.values())),
        ),
    )
    right = Table(
        f"{name}: {len(judged)} tracks of {genres} genres",
        "genre by",
        tuple(rows),
        "Precision, recall and F1 are means over the genres. ± is half a 95 % interval: Wilson's "
        "for accuracy, else bootstrap over artists.",
        (picture,),
    )
    sure = Table(
        f"{name}: how sure, and whether rightly",
        "genre by",
        tuple(Row(by, _sureness(said, rng)) for by, said in answers.items()),
        "Top 3: the label is among the three named. ECE: expected calibration error of the first "
        "probability (10 bins). Unsure: share called uncertain; if sure: accuracy on the others.",
    )
    return right, sure


def _macros(said: Predictions, rng: np.random.Generator) -> dict[str, Measured | None]:
    """Macro precision, recall and F1 with their intervals."""
    true, first, _ = codes(said)

    def statistics(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        return macro_rates(true[drawn], first[drawn])

    makers = [p.maker for p in said]
    found = interval.bootstrap(statistics, makers, rng)
    return dict(zip(("precision", "recall", "F1"), found, strict=True))


def _sureness(said: Predictions, rng: np.random.Generator) -> dict[str, Measured | None]:
    true, first, _ = codes(said)
    right = true == first
    confidence = np.clip([p.genres[0].probability for p in said], 0.0, 1.0)

    def statistics(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.array(
            [classification.expected_calibration_error(confidence[drawn], right[drawn])]
        )

    (error,) = interval.bootstrap(statistics, [p.maker for p in said], rng)
    certain = np.array([not p.uncertain for p in said])
    among = sum(p.true in [label.name for label in p.genres[:NAMED]] for p in said)
    return {
        "top 3": interval.proportion(among, len(said)),
        "ECE": error,
        "unsure": interval.proportion(int((~certain).sum()), len(said)),
        "if sure": (
            interval.proportion(int(right[certain].sum()), int(certain.sum()))
            if certain.any()
            else None
        ),
    }


def codes(said: Predictions) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[str, ...]]:
    """True and first predicted genres as positions in the third, the names of both in order."""
    names = tuple(sorted({p.true for p in said} | {p.genres[0].name for p in said}))
    place = {name: i for i, name in enumerate(names)}
    true = np.array([place[p.true] for p in said], np.int64)
    return true, np.array([place[p.genres[0].name] for p in said], np.int64), names


def macro_rates(true: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.float64]:
    """Precision, recall and F1, (3,): plain means over the classes that are true at least once."""
    rates = class_rates(true, first)
    present = np.bincount(true, minlength=len(rates)) > 0
    means: NDArray[np.float64] = rates[present].mean(axis=0)
    return means


def class_rates(true: NDArray[np.int64], first: NDArray[np.int64]) -> NDArray[np.float64]:
    """Precision, recall and F1 of each class, (classes, 3), as `classification` defines them.

    Taken from positions rather than names: a bootstrap asks a thousand times.
    """
    size = int(max(true.max(), first.max())) + 1
    right = np.bincount(true[true == first], minlength=size)
    support, guessed = np.bincount(true, minlength=size), np.bincount(first, minlength=size)
    whole = np.stack([guessed, support, (guessed + support) / 2], axis=1)
    return right[:, None] / np.maximum(whole, 0.5)
