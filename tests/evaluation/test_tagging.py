import math

import numpy as np
import pytest
import scipy.stats
from sklearn.metrics import average_precision_score, roc_auc_score

from mir.evaluation import tagging


def drawn(seed: int, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = (rng.random(120) < 0.3).astype(float)
    scores = truth + rng.standard_normal(120)
    return (scores.round() if ties else scores), truth


@pytest.mark.parametrize("ties", [False, True])
def test_the_measures_are_those_of_the_field(ties: bool) -> None:
    scores, truth = drawn(0, ties)

    assert tagging.roc_auc(scores, truth) == pytest.approx(roc_auc_score(truth, scores))
    assert tagging.average_precision(scores, truth) == pytest.approx(
        average_precision_score(truth, scores)
    )
    votes = np.random.default_rng(1).random(120).round(1)
    assert tagging.rank_correlation(scores, votes) == pytest.approx(
        scipy.stats.spearmanr(scores, votes).statistic
    )


def test_only_the_order_of_the_scores_counts() -> None:
    scores, truth = drawn(2)

    for measure in (tagging.roc_auc, tagging.average_precision, tagging.rank_correlation):
        assert measure(np.exp(scores), truth) == pytest.approx(measure(scores, truth))


def test_what_is_undefined_is_nan() -> None:
    scores = np.arange(4.0)

    assert math.isnan(tagging.roc_auc(scores, np.ones(4)))
    assert math.isnan(tagging.roc_auc(scores, np.zeros(4)))
    assert math.isnan(tagging.average_precision(scores, np.zeros(4)))
    assert math.isnan(tagging.rank_correlation(scores, np.ones(4)))


def test_a_missing_vote_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        tagging.roc_auc(np.arange(2.0), np.array([1, np.nan]))
    with pytest.raises(ValueError, match="equal rows"):
        tagging.rank_correlation(np.arange(2.0), np.arange(3.0))
