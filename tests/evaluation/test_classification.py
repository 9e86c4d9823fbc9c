import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_recall_fscore_support

from mir.evaluation import classification

PAIRS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcde")), min_size=1, max_size=60
)


@given(PAIRS)
def test_the_measures_agree_with_scikit_learn(pairs: list) -> None:
    true, predicted = map(list, zip(*pairs, strict=True))

    scores = classification.class_scores(true, predicted)

    names = [score.name for score in scores]
    expected = precision_recall_fscore_support(true, predicted, labels=names, zero_division=0)
    for row, attribute in zip(expected, ("precision", "recall", "f1", "support"), strict=True):
        assert [getattr(score, attribute) for score in scores] == pytest.approx(list(row))
    assert classification.macro_f1(true, predicted) == pytest.approx(
        f1_score(true, predicted, labels=sorted(set(true)), average="macro", zero_division=0)
    )


@given(PAIRS)
def test_the_confusion_matrix_counts_every_item_once(pairs: list) -> None:
    true, predicted = map(list, zip(*pairs, strict=True))

    table = classification.confusion(true, predicted)

    assert table.counts.sum() == len(pairs)
    right = np.trace(table.counts) / len(pairs)
    assert classification.accuracy(true, predicted) == pytest.approx(right)


def test_golden_confusion() -> None:
    table = classification.confusion(
        ["rock", "rock", "jazz", "rock"], ["rock", "jazz", "jazz", "folk"]
    )

    assert table.classes == ("folk", "jazz", "rock")
    assert table.counts.tolist() == [[0, 0, 0], [0, 1, 0], [1, 1, 1]]


def test_golden_calibration() -> None:
    # Two bins: 0.9 twice, right once (gap 0.4); 0.6 twice, right once (gap 0.1).
    error = classification.expected_calibration_error(
        [0.9, 0.9, 0.6, 0.6], [True, False, True, False]
    )

    assert error == pytest.approx((2 * 0.4 + 2 * 0.1) / 4)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_the_calibration_error_is_between_the_overall_gap_and_one(pairs: list) -> None:
    confidence, correct = (np.array(column) for column in zip(*pairs, strict=True))

    error = classification.expected_calibration_error(confidence, correct)

    assert abs(correct.mean() - confidence.mean()) <= error + 1e-12
    assert error <= 1


def test_a_well_calibrated_classifier_has_a_small_error() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0, 1, 20_000)

    calibrated = classification.expected_calibration_error(
        confidence, rng.uniform(0, 1, 20_000) < confidence
    )
    too_sure = classification.expected_calibration_error(
        confidence, rng.uniform(0, 1, 20_000) < confidence / 2
    )

    assert calibrated < 0.02
    assert too_sure > 0.2


@pytest.mark.parametrize(
    ("true", "predicted", "hint"),
    [
        ([], [], "no class"),
        (["a"], ["a", "b"], "dropped"),
        ("rock", ["r", "o", "c", "k"], "one string"),
    ],
)
def test_wrong_names_are_refused_with_hint(
    true: list[str], predicted: list[str], hint: str
) -> None:
    with pytest.raises(ValueError, match=hint):
        classification.accuracy(true, predicted)


@pytest.mark.parametrize(
    ("confidence", "correct", "hint"),
    [
        ([93.0], [True], "percentages"),
        ([0.3], ["rock"], "Compare"),
        ([0.3], [True, False], "equal rows"),
        ([], np.zeros(0, bool), "not empty"),
    ],
)
def test_wrong_confidences_are_refused_with_hint(
    confidence: list[float], correct: list[bool], hint: str
) -> None:
    with pytest.raises(ValueError, match=hint):
        classification.expected_calibration_error(confidence, correct)


def test_bins_of_like_confidence_hold_every_prediction_once() -> None:
    rng = np.random.default_rng(5)
    confidence = rng.random(300)
    correct = rng.random(300) < confidence

    bins = classification.reliability(confidence, correct)

    assert sum(each.n for each in bins) == 300
    assert sum(each.right for each in bins) == correct.sum()
    assert all(each.low < each.confidence <= each.high for each in bins)
    error = sum(abs(each.right - each.n * each.confidence) for each in bins) / 300
    assert error == pytest.approx(classification.expected_calibration_error(confidence, correct))
