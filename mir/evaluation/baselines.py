"""What a model must beat: guessing, the commonest class, and a classic from the same training side.

The MFCC baselines see the mean and deviation of 20 MFCCs, z-scored over train and valid, and
learn from the labels of the very set that is judged. That is an advantage which the model
does not have unless it was trained on that set. Their strengths are fixed: nothing is tuned.
"""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from mir.analysis import Label
from mir.evaluation.genre import NAMED, Prediction, genre_of
from mir.evaluation.hearing import HeardSet
from mir.evaluation.similarity import PROBE_STRENGTH, mfcc_vectors, zscored

_RIDGE = 10.0  # penalty of the regression, on z-scored features

Floats = NDArray[np.floating]


def random_genres(heard_set: HeardSet, rng: np.random.Generator) -> tuple[Prediction, ...]:
    """Guess each test track's genre by lot, all genres of the set alike."""
    genres = sorted({genre_of(item) for item in heard_set.items})
    guesses = []
    for item in heard_set.items:
        if item.split == "test":
            drawn = rng.permutation(len(genres))[:NAMED]
            labels = tuple(Label(genres[i], 1 / len(genres)) for i in drawn)
            guesses.append(Prediction(genre_of(item), labels, False, item.maker))
    return tuple(guesses)


def majority_genres(heard_set: HeardSet) -> tuple[Prediction, ...]:
    """Name the commonest genres of train and valid, with their shares; of test if it is alone."""
    learnt = [genre_of(item) for item in heard_set.items if item.split != "test"]
    learnt = learnt or [genre_of(item) for item in heard_set.items]
    common = Counter(learnt).most_common(NAMED)
    labels = tuple(Label(name, count / len(learnt)) for name, count in common)
    return tuple(
        Prediction(genre_of(item), labels, False, item.maker)
        for item in heard_set.items
        if item.split == "test"
    )


def mfcc_genres(heard_set: HeardSet) -> tuple[Prediction, ...] | None:
    """Predict by logistic regression on MFCC statistics; None without two genres to learn."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    test, features = _split(heard_set)
    labels = np.array([genre_of(item) for item in heard_set.items])
    if len(set(labels[~test])) < 2 or not test.any():
        return None
    classifier = LogisticRegression(C=PROBE_STRENGTH, max_iter=5000)
    classifier.fit(features[~test], labels[~test])
    guesses = []
    asked = [item for item in heard_set.items if item.split == "test"]
    for item, shares in zip(asked, classifier.predict_proba(features[test]), strict=True):
        order = np.argsort(-shares, kind="stable")[:NAMED]
        named = tuple(Label(str(classifier.classes_[i]), float(shares[i])) for i in order)
        guesses.append(Prediction(genre_of(item), named, False, item.maker))
    return tuple(guesses)


def mfcc_votes(heard_set: HeardSet, votes: Floats) -> Floats | None:
    """Predict a column of votes for the test tracks by ridge regression on MFCC statistics.

    votes: (items,) with NaN where nobody voted. None with fewer than two different votes to learn.
    """
    from sklearn.linear_model import Ridge

    test, features = _split(heard_set)
    learn = ~test & np.isfinite(votes)
    if len(set(votes[learn])) < 2:
        return None
    regression = Ridge(alpha=_RIDGE).fit(features[learn], votes[learn])
    predicted: Floats = regression.predict(features[test])
    return predicted


def _split(heard_set: HeardSet) -> tuple[NDArray[np.bool_], Floats]:
    """Which items are test (n,), and features (n, 40) scaled by the others."""
    test = np.array([item.split == "test" for item in heard_set.items], np.bool_)
    features = mfcc_vectors(heard_set.heard)
    return test, zscored(features, features[~test]) if (~test).any() else zscored(features)
