"""A linear classifier on embeddings: multinomial logistic regression, ready to be built in."""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Inverse strengths of the penalty (scikit-learn's C), weakest last; the valid side chooses.
_STRENGTHS = np.geomspace(1e-4, 10.0, 11)


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """Logits of an embedding x are `weight @ x + bias`."""

    weight: NDArray[np.float64]  # (labels, dimension)
    bias: NDArray[np.float64]  # (labels,)
    strength: float  # C: what the likelihood weighs against the penalty

    def logits(self, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, dimension) -> (n, labels)."""
        return embeddings @ self.weight.T + self.bias


def fit_head(
    train: tuple[NDArray[np.float32], NDArray[np.int64]],
    valid: tuple[NDArray[np.float32], NDArray[np.int64]],
    labels: int,
    balanced: bool = False,
) -> LinearHead:
    """Fit on `train`, with the penalty (L2) by which the labels of `valid` are the likeliest.

    Both are embeddings (n, dimension) and labels (n,) in [0, labels), each of which occurs in
    `train`. balanced: every label counts the same, however many files bear it.
    """
    from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    mean, deviation = train[0].mean(0), train[0].std(0) + 1e-6
    z = (train[0] - mean) / deviation
    counts = np.bincount(train[1], minlength=labels)
    importance = 1.0 / counts if balanced else np.ones(labels)
    best, least = None, np.inf
    for strength in _STRENGTHS:
        model = LogisticRegression(
            C=strength, class_weight="balanced" if balanced else None, max_iter=2000
        )
        with warnings.catch_warnings():
            # What has not quite settled is judged like the others.
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(z, train[1])
        head = _unfolded(model.coef_, model.intercept_, mean, deviation, strength)
        loss = _loss(head.logits(valid[0]), valid[1], importance)
        if loss < least:
            best, least = head, loss
    assert best is not None, "a loss is not a number"
    return best


def _unfolded(
    weight: NDArray[np.float64],
    bias: NDArray[np.float64],
    mean: NDArray[np.float32],
    deviation: NDArray[np.float32],
    strength: float,
) -> LinearHead:
    """The classifier of z-scored embeddings as one of the embeddings themselves."""
    if len(weight) == 1:  # of two labels scikit-learn gives the difference
        weight, bias = np.vstack([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    weight = weight / deviation
    return LinearHead(weight, bias - weight @ mean, float(strength))


def _loss(
    logits: NDArray[np.float64], labels: NDArray[np.int64], importance: NDArray[np.float64]
) -> float:
    """Mean cross-entropy, each case weighed by the importance of its label."""
    log_sum = np.logaddexp.reduce(logits, axis=1)
    costs = log_sum - logits[np.arange(len(labels)), labels]
    return float(np.average(costs, weights=importance[labels]))
