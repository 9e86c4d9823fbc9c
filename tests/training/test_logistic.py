import numpy as np
import pytest
from numpy.typing import NDArray

from mir.training.logistic import fit_head

Cases = tuple[NDArray[np.float32], NDArray[np.int64]]


def blobs(rng: np.random.Generator, labels: int, sizes: list[int], spread: float) -> Cases:
    """Clouds of points around a corner for each label, far from the origin and unevenly scaled."""
    true = np.repeat(np.arange(labels), sizes)
    centres = 3 * np.eye(labels, 6)
    points = centres[true] + spread * rng.standard_normal((len(true), 6))
    return (points * [1, 100, 0.01, 1, 1, 1] + 50).astype(np.float32), true


@pytest.mark.parametrize("labels", [2, 3, 5])
def test_a_head_tells_apart_what_lies_apart(labels: int) -> None:
    rng = np.random.default_rng(labels)
    train, valid, test = (blobs(rng, labels, [30] * labels, 0.5) for _ in range(3))
    head = fit_head(train, valid, labels)
    assert head.weight.shape == (labels, 6)
    assert (head.logits(test[0]).argmax(1) == test[1]).mean() > 0.95


def test_logits_are_those_of_scikit_learn_on_z_scores() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    train, valid = (blobs(rng, 3, [30, 20, 40], 2.0) for _ in range(2))
    head = fit_head(train, valid, 3)
    mean, deviation = train[0].mean(0), train[0].std(0)
    peer = LogisticRegression(C=head.strength, max_iter=2000).fit(
        (train[0] - mean) / deviation, train[1]
    )
    ours = head.logits(valid[0])
    theirs = peer.decision_function((valid[0] - mean) / deviation)
    np.testing.assert_allclose(ours - ours.mean(1, keepdims=True), theirs, atol=1e-3)


def test_noise_gets_a_strong_penalty_and_clear_labels_a_weak_one() -> None:
    rng = np.random.default_rng(1)
    clear = fit_head(blobs(rng, 3, [60] * 3, 0.3), blobs(rng, 3, [60] * 3, 0.3), 3)
    points, true = blobs(rng, 3, [60] * 3, 0.3)
    others, _ = blobs(rng, 3, [60] * 3, 0.3)
    noise = fit_head((points, rng.permutation(true)), (others, rng.permutation(true)), 3)
    assert noise.strength < 0.01 < clear.strength


def test_balance_gives_a_rare_label_more_room() -> None:
    rng = np.random.default_rng(2)
    train, valid = (blobs(rng, 2, [200, 12], 3.0) for _ in range(2))
    plain, balanced = (fit_head(train, valid, 2, balanced=b) for b in (False, True))
    test = blobs(rng, 2, [200, 200], 3.0)
    named_rare = [(head.logits(test[0]).argmax(1) == 1).mean() for head in (plain, balanced)]
    assert named_rare[1] > named_rare[0] + 0.1
