"""Measures of a classifier: accuracy, precision, recall, F1, confusion, calibration.

Conventions:

- Classes are the union of the true and the predicted names, in alphabetical order, unless
  given. Macro F1 is the plain mean over the classes that are true at least once: a class
  that was only ever predicted by mistake already costs the others precision or recall.
- Precision of a class never predicted, and recall of one that never occurs, are 0.
- Expected calibration error (Naeini, Cooper and Hauskrecht, AAAI 2015; Guo et al., ICML 2017):
  predictions fall in 10 equal bins of confidence; the error is the mean, weighted by count,
  of |accuracy - mean confidence|. A bin is open below and closed above; 0 is in the first.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well one class is found: all in [0, 1], `support` is how often it is true."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """Counts (classes, classes): rows are true, columns predicted, both as in `classes`."""

    classes: tuple[str, ...]
    counts: NDArray[np.int64]


def validate(true: Sequence[str], predicted: Sequence[str]) -> None:
    """Raise ValueError unless both hold the same positive number of class names."""
    for name, values in (("true", true), ("predicted", predicted)):
        if isinstance(values, str):
            raise ValueError(f"{name} is one string; it must be a sequence of class names")
    if len(true) != len(predicted):
        raise ValueError(
            f"{len(true)} true and {len(predicted)} predicted names do not match. "
            "Were items without a prediction dropped from only one of them?"
        )
    if len(true) == 0:
        raise ValueError("there is nothing to judge. Did the labels match no class of the model?")


def accuracy(true: Sequence[str], predicted: Sequence[str]) -> float:
    """Share of items whose predicted name is the true one."""
    validate(true, predicted)
    return sum(t == p for t, p in zip(true, predicted, strict=True)) / len(true)


def confusion(true: Sequence[str], predicted: Sequence[str]) -> Confusion:
    """Count how often each true class is taken for each predicted one."""
    validate(true, predicted)
    classes = tuple(sorted({*true, *predicted}))
    place = {name: i for i, name in enumerate(classes)}
    counts = np.zeros((len(classes), len(classes)), np.int64)
    for t, p in zip(true, predicted, strict=True):
        counts[place[t], place[p]] += 1
    return Confusion(classes, counts)


def class_scores(true: Sequence[str], predicted: Sequence[str]) -> tuple[ClassScore, ...]:
    """Precision, recall and F1 of every class that is true or predicted at least once."""
    validate(true, predicted)
    support, guessed = Counter(true), Counter(predicted)
    right = Counter(t for t, p in zip(true, predicted, strict=True) if t == p)
    return tuple(
        ClassScore(
            name,
            right[name] / guessed[name] if guessed[name] else 0.0,
            right[name] / support[name] if support[name] else 0.0,
            2 * right[name] / (guessed[name] + support[name]),
            support[name],
        )
        for name in sorted({*true, *predicted})
    )


def macro_f1(true: Sequence[str], predicted: Sequence[str]) -> float:
    """Plain mean of F1 over the classes that are true at least once."""
    return float(np.mean([s.f1 for s in class_scores(true, predicted) if s.support]))


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of like confidence, in (low, high]: how many, how sure and how often right."""

    low: float
    high: float
    n: int
    confidence: float  # mean
    right: int


def reliability(
    confidence: Sequence[float] | NDArray[np.floating], correct: Sequence[bool] | NDArray[np.bool_]
) -> tuple[Bin, ...]:
    """Sort predictions into equal bins of confidence; bins without any are left out.

    confidence: (n,) in [0, 1], the probability given to the predicted class; correct: (n,).
    """
    sure, right = _judged_confidence(confidence, correct)
    bins = _bins(sure)
    return tuple(
        Bin(
            number / BINS,
            (number + 1) / BINS,
            int(np.sum(bins == number)),
            float(sure[bins == number].mean()),
            int(right[bins == number].sum()),
        )
        for number in np.unique(bins)
    )


def expected_calibration_error(
    confidence: Sequence[float] | NDArray[np.floating], correct: Sequence[bool] | NDArray[np.bool_]
) -> float:
    """How far confidence and accuracy lie apart, in [0, 1]; 0 is perfectly calibrated.

    confidence: (n,) in [0, 1], the probability given to the predicted class; correct: (n,).
    """
    sure, right = _judged_confidence(confidence, correct)
    gaps = np.bincount(_bins(sure), weights=right - sure, minlength=BINS)
    return float(np.abs(gaps).sum() / len(sure))


def _judged_confidence(
    confidence: Sequence[float] | NDArray[np.floating], correct: Sequence[bool] | NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    sure = np.asarray(confidence, dtype=np.float64)
    right = np.asarray(correct)
    if right.dtype != np.bool_:
        raise ValueError("correct must be booleans. Are these class names? Compare them first.")
    if sure.shape != right.shape or sure.ndim != 1 or len(sure) == 0:
        raise ValueError(
            f"confidence {sure.shape} and correct {right.shape} must be equal rows, not empty"
        )
    if not np.all((sure >= 0) & (sure <= 1)):
        raise ValueError("confidence lies outside [0, 1]. Are these logits or percentages?")
    return sure, right


def _bins(sure: NDArray[np.float64]) -> NDArray[np.int64]:
    # The small allowance keeps 0.3 * 10 = 3.0000000000000004 in the bin that 0.3 closes.
    return np.clip(np.ceil(sure * BINS - 1e-9).astype(np.int64) - 1, 0, BINS - 1)
