"""Measures of a score against what people said: of yes and no, and of graded votes.

Conventions: ROC AUC is the chance that a track to which the tag applies has a higher score than one
to which it does not, equal scores counting half (Hanley and McNeil, 1982); .5 is
guessing. Average precision is that of the ranking by score, equal scores taken as one step, as
in scikit-learn; guessing reaches the share of tracks to which the tag applies. Rank correlation is
Spearman's, equal values getting their mean rank. Each is NaN where it is undefined: with one
answer only, or with scores or votes that are all alike (but an AUC of equal scores is .5).
"""

import numpy as np
import scipy.stats
from numpy.typing import NDArray

Floats = NDArray[np.floating]


def validate(scores: Floats, truth: Floats) -> None:
    """Raise ValueError unless both are finite rows of equal length, not empty."""
    if scores.shape != truth.shape or scores.ndim != 1 or len(scores) == 0:
        raise ValueError(f"scores {scores.shape} and truth {truth.shape} must be equal rows")
    if not (np.all(np.isfinite(scores)) and np.all(np.isfinite(truth))):
        raise ValueError("scores or votes hold NaN; leave out tracks that nobody voted on")


def roc_auc(scores: Floats, truth: Floats) -> float:
    """Area under the receiver operating characteristic, in [0, 1]; truth: 0 and 1."""
    validate(scores, truth)
    applies = truth == 1
    positive, negative = int(applies.sum()), int((~applies).sum())
    if not positive or not negative:
        return float("nan")
    ranks = scipy.stats.rankdata(scores)
    wins = ranks[applies].sum() - positive * (positive + 1) / 2
    return float(wins / (positive * negative))


def average_precision(scores: Floats, truth: Floats) -> float:
    """Mean over the tracks to which the tag applies of the precision at their score, in (0, 1]."""
    from sklearn.metrics import average_precision_score  # type: ignore[import-untyped]

    validate(scores, truth)
    return float(average_precision_score(truth, scores)) if np.any(truth == 1) else float("nan")


def rank_correlation(scores: Floats, truth: Floats) -> float:
    """Spearman's rank correlation, in [-1, 1]."""
    validate(scores, truth)
    first, second = scipy.stats.rankdata(scores), scipy.stats.rankdata(truth)
    first, second = first - first.mean(), second - second.mean()
    spread = float(np.sqrt(np.sum(first**2) * np.sum(second**2)))
    return float(np.sum(first * second)) / spread if spread > 0 else float("nan")
