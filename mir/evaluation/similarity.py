"""Do tracks of a kind lie near each other? The protocol for judging track vectors.

The queries are the test split of a labelled set, the neighbours the whole set without the
query's own artist (`mir.evaluation.ranking` says more). Measured are, each over the queries:

- precision at 10 for the label and, where there is one, for the sublabel;
- MAP, the mean of average precision for the label;
- probe accuracy: a logistic regression trained on the vectors of train and valid, tested on
  test. Its strength is fixed (L2, C = 0.05): nothing is tuned on what is being judged.

A model's unit vectors are compared by plain cosine, as the search compares them, and once
more z-scored over the whole set, as other features must be before their cosine means anything.
The probe always sees z-scored vectors. Beside the model stand random vectors, which show
what chance gives, and MFCC statistics (mean and deviation of 20 coefficients), the classic
baseline.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mir.errors import InvalidQuery
from mir.evaluation import interval, ranking
from mir.evaluation.hearing import HeardSet
from mir.evaluation.interval import Measured
from mir.evaluation.labelled import Item
from mir.evaluation.report import Cell, Row, Table

K = 10
RANDOM_DIMENSION = 128
_PROBE_STRENGTH = 0.05

Floats = NDArray[np.floating]


def similarity_table(heard_set: HeardSet, rng: np.random.Generator) -> Table:
    """Judge the model's vectors beside random ones and MFCC statistics.

    Raises InvalidQuery if too few files could be heard to judge anything.
    """
    heard, items = heard_set.heard, heard_set.items
    if not any(item.split == "test" for item in items) or len(items) < 2:
        raise InvalidQuery(
            f"{heard_set.name}: of {len(items) + len(heard_set.left_out)} files {len(items)} could "
            "be heard, too few to ask with; check that the audio lies beside the CSV."
        )
    model = np.stack([h.hearing.vector for h in heard])
    mfcc = np.array([h.descriptors.mfcc_mean + h.descriptors.mfcc_std for h in heard])
    features = {
        "random": rng.standard_normal((len(items), RANDOM_DIMENSION)),
        "MFCC": zscored(mfcc),
        "mir": model,
        "mir z-scored": zscored(model),
    }
    return judge(heard_set.name, items, features)


def judge(name: str, items: Sequence[Item], features: Mapping[str, Floats]) -> Table:
    """Judge each kind of vectors, (items, dimension) as the cosine is to see them."""
    queries = sum(item.split == "test" for item in items)
    return Table(
        f"{name}: {queries} queries among {len(items)} tracks",
        "vectors",
        tuple(Row(kind, figures(items, vectors)) for kind, vectors in features.items()),
        "Cosine; same artist excluded; ± is a 95 % interval over the queries: normal, but Wilson's "
        "for the probe. MAP is for the label, sub the sublabel.",
    )


def figures(items: Sequence[Item], vectors: Floats) -> dict[str, Cell]:
    """Return the figures of one kind of vectors; None where the set cannot tell.

    Queries by whose artist the whole set is have no neighbours and do not count.
    """
    labels = np.array([item.label for item in items])
    sublabels = np.array([item.sublabel for item in items])
    artists = [item.artist for item in items]
    ranking.validate_collection(vectors, len(items), len(artists))
    queries = np.array([i for i, item in enumerate(items) if item.split == "test"], np.int64)
    precisions, fine_precisions, averages = [], [], []
    for query, near in zip(queries, ranking.neighbours(vectors, queries, artists), strict=True):
        if len(near) == 0:
            continue
        relevant = labels[near] == labels[query]
        precisions.append(ranking.precision_at_k(relevant, K))
        average = ranking.average_precision(relevant)
        if average is not None:
            averages.append(average)
        if sublabels[query]:
            fine = sublabels[near] == sublabels[query]
            fine_precisions.append(ranking.precision_at_k(fine, K))
    return {
        "size": vectors.shape[1],
        f"label P@{K}": _mean(precisions),
        f"sub P@{K}": _mean(fine_precisions),
        "MAP": _mean(averages),
        "probe": probe_accuracy(items, vectors),
    }


def probe_accuracy(items: Sequence[Item], vectors: Floats) -> Measured | None:
    """Accuracy of a linear classifier on test; None with fewer than two labels to learn."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    test = np.array([item.split == "test" for item in items])
    labels = np.array([item.label for item in items])
    if not test.any() or len(set(labels[~test])) < 2:
        return None
    scaled = zscored(vectors)
    classifier = LogisticRegression(C=_PROBE_STRENGTH, max_iter=5000)
    classifier.fit(scaled[~test], labels[~test])
    right = classifier.predict(scaled[test]) == labels[test]
    return interval.proportion(int(right.sum()), len(right))


def zscored(vectors: Floats) -> Floats:
    """Bring each column to mean 0 and deviation 1; a column that never changes becomes 0."""
    if len(vectors) == 0:
        return vectors
    deviation = vectors.std(axis=0)
    return (vectors - vectors.mean(axis=0)) / np.where(deviation > 1e-9, deviation, 1.0)


def _mean(values: Sequence[float]) -> Measured | None:
    return interval.mean(values) if values else None
