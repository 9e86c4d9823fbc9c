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
what chance gives, MFCC statistics (mean and deviation of 20 coefficients), the classic baseline,
and other models where some are named.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mir.errors import InvalidQuery
from mir.evaluation import interval
from mir.evaluation.hearing import HeardSet
from mir.evaluation.interval import Measured
from mir.evaluation.labelled import Item
from mir.evaluation.neighbourhood import hubness_table, precision_tables, precisions
from mir.evaluation.pictures import Dots
from mir.evaluation.report import Cell, Row, Table, measured
from mir.evaluation.self_retrieval import Sought
from mir.listen import Heard

K = 10
RANDOM_DIMENSION = 128
PROBE_STRENGTH = 0.05

Floats = NDArray[np.floating]


def track_vectors(models: Mapping[str, HeardSet], rng: np.random.Generator) -> dict[str, Floats]:
    """Vectors of each kind by name, (items, dimension), as the cosine is to see them.

    models: the same files as heard by each model, by name; the last is judged, those before it
    stand beside it. Raises InvalidQuery if too few files could be heard to judge anything.
    """
    judged = list(models.values())[-1]
    heard, items = judged.heard, judged.items
    if not any(item.split == "test" for item in items) or len(items) < 2:
        raise InvalidQuery(
            f"{judged.name}: of {len(items) + len(judged.left_out)} files {len(items)} could "
            "be heard, too few to ask with; check that the audio lies beside the CSV."
        )
    vectors = {name: model_vectors(each.heard) for name, each in models.items()}
    name = list(models)[-1]
    return {
        "random": rng.standard_normal((len(items), RANDOM_DIMENSION)),
        "MFCC": zscored(mfcc_vectors(heard)),
        **vectors,
        f"{name} z-scored": zscored(vectors[name]),
    }


def sought_vectors(
    tracks: Mapping[str, HeardSet], excerpts: Mapping[str, HeardSet], rng: np.random.Generator
) -> dict[str, Sought]:
    """Vectors of tracks and of excerpts by kind, scaled alike; both as heard by each model."""
    name = list(tracks)[-1]
    whole, parts = tracks[name].heard, excerpts[name].heard
    size = (len(whole) + len(parts), RANDOM_DIMENSION)
    made = rng.standard_normal(size)
    mfcc, part_mfcc = mfcc_vectors(whole), mfcc_vectors(parts)
    return {
        "random": Sought(made[: len(whole)], made[len(whole) :]),
        "MFCC": Sought(zscored(mfcc), zscored(part_mfcc, mfcc)),
        **{
            each: Sought(model_vectors(tracks[each].heard), model_vectors(excerpts[each].heard))
            for each in tracks
        },
    }


def model_vectors(heard: Sequence[Heard]) -> Floats:
    """The model's unit vectors, (items, dimension)."""
    return np.stack([h.hearing.vector for h in heard])


def mfcc_vectors(heard: Sequence[Heard]) -> Floats:
    """Mean and deviation of the MFCCs, (items, 40): the classic baseline."""
    return np.array([h.descriptors.mfcc_mean + h.descriptors.mfcc_std for h in heard])


def similarity_tables(
    name: str, items: Sequence[Item], features: Mapping[str, Floats], rng: np.random.Generator
) -> tuple[Table, ...]:
    """Every table of tracks among tracks: the protocol, precision by k and filter, hubness."""
    return (
        judge(name, items, features),
        *precision_tables(name, items, features),
        hubness_table(name, items, features, rng),
    )


def judge(name: str, items: Sequence[Item], features: Mapping[str, Floats]) -> Table:
    """Judge each kind of vectors, (items, dimension) as the cosine is to see them."""
    queries = sum(item.split == "test" for item in items)
    by_kind = {kind: figures(items, vectors) for kind, vectors in features.items()}
    picture = Dots(
        f"{name}: neighbours, ranking and probe for the label",
        "The further to the right the better; random vectors show what chance gives.",
        "share",
        tuple(by_kind),
        tuple(
            (column, tuple(measured(cells[column]) for cells in by_kind.values()))
            for column in (f"label P@{K}", "MAP", "probe")
        ),
    )
    return Table(
        f"{name}: {queries} queries among {len(items)} tracks",
        "vectors",
        tuple(Row(kind, cells) for kind, cells in by_kind.items()),
        "Cosine; same artist excluded; ± is a 95 % interval over the queries: normal, but Wilson's "
        "for the probe. MAP is for the label, sub the sublabel.",
        (picture,),
    )


def figures(items: Sequence[Item], vectors: Floats) -> dict[str, Cell]:
    """Return the figures of one kind of vectors; None where the set cannot tell.

    Queries by whose artist the whole set is have no neighbours and do not count.
    """
    makers = [item.maker for item in items]
    by_label = precisions(items, vectors, makers)
    by_sublabel = precisions(items, vectors, makers, [item.sublabel for item in items])
    return {
        "size": vectors.shape[1],
        f"label P@{K}": by_label[f"P@{K}"],
        f"sub P@{K}": by_sublabel[f"P@{K}"],
        "MAP": by_label["MAP"],
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
    classifier = LogisticRegression(C=PROBE_STRENGTH, max_iter=5000)
    classifier.fit(scaled[~test], labels[~test])
    right = classifier.predict(scaled[test]) == labels[test]
    return interval.proportion(int(right.sum()), len(right))


def zscored(vectors: Floats, like: Floats | None = None) -> Floats:
    """Bring each column to mean 0 and deviation 1; a column that never changes becomes 0.

    With `like` (any, dimension) mean and deviation are those of other vectors.
    """
    like = vectors if like is None else like
    if len(like) == 0:
        return vectors
    deviation = like.std(axis=0)
    return (vectors - like.mean(axis=0)) / np.where(deviation > 1e-9, deviation, 1.0)
