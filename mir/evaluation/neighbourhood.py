"""How the neighbours of each track look: precision by k under either filter, and hubness.

The artist filter leaves out neighbours by the query's own artist (or, where the artist is unknown,
from its album), the album filter only those from its own album: the difference is how much a
model gains by other albums of the same artist. An unknown album filters nothing.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mir.evaluation import hubness, interval, ranking
from mir.evaluation.interval import Measured
from mir.evaluation.labelled import Item
from mir.evaluation.pictures import Lines, Spread
from mir.evaluation.report import Row, Table

KS = (1, 5, 10, 20)

Floats = NDArray[np.floating]
Figures = dict[str, Measured | None]


def precision_tables(
    name: str, items: Sequence[Item], features: Mapping[str, Floats]
) -> tuple[Table, ...]:
    """One table for the artist filter, and one for the album filter where albums are known."""
    tables = [_precision_table(name, "artist", items, features, [item.maker for item in items])]
    if any(item.album for item in items):
        releases = [item.release for item in items]
        tables.append(_precision_table(name, "album", items, features, releases))
    return tuple(tables)


def precisions(
    items: Sequence[Item],
    vectors: Floats,
    left_out: Sequence[str],
    names: Sequence[str] | None = None,
) -> Figures:
    """Precision at each of `KS` and MAP for the label, over the queries of the test split.

    left_out: a name for each item; neighbours that bear the query's own do not count. Queries
    without neighbours are left out; None where none is left. names: what is asked for instead of
    the label, such as the sublabel; an item whose name is "" asks nothing.
    """
    labels = np.array([item.label for item in items] if names is None else names)
    queries = np.array(
        [i for i, item in enumerate(items) if item.split == "test" and labels[i]], np.int64
    )
    found: dict[str, list[float]] = {column: [] for column in (*(f"P@{k}" for k in KS), "MAP")}
    for query, near in zip(queries, ranking.neighbours(vectors, queries, left_out), strict=True):
        if len(near) == 0:
            continue
        relevant = labels[near] == labels[query]
        for k in KS:
            found[f"P@{k}"].append(ranking.precision_at_k(relevant, k))
        average = ranking.average_precision(relevant)
        if average is not None:
            found["MAP"].append(average)
    return {column: interval.mean(values) if values else None for column, values in found.items()}


def hubness_table(
    name: str, items: Sequence[Item], features: Mapping[str, Floats], rng: np.random.Generator
) -> Table:
    """Skewness of k-occurrence, share of tracks that nobody's list holds, and the largest hub."""
    k = min(hubness.K, len(items) - 1)
    makers = [item.maker for item in items]
    rows, spreads = [], []
    for kind, vectors in features.items():
        counts = hubness.k_occurrence(vectors, k)

        def statistics(
            drawn: NDArray[np.int64], counts: NDArray[np.int64] = counts
        ) -> NDArray[np.float64]:
            return np.array([hubness.skewness(counts[drawn])])

        (skewness,) = interval.bootstrap(statistics, makers, rng)
        never = interval.proportion(hubness.orphans(counts), len(counts))
        largest = int(counts.max())
        rows.append(
            Row(kind, {"skewness": skewness, "never": never, "largest": largest, "n": len(items)})
        )
        spreads.append((kind, tuple(sorted(map(int, counts), reverse=True))))
    picture = Spread(
        f"{name}: how often each track is among the {k} nearest of another",
        f"Tracks in falling order of how often they occur; {k} is the mean of each line.",
        ("tracks", f"lists of {k} that hold it"),
        tuple(spreads),
    )
    return Table(
        f"{name}: hubness, {k} neighbours of each track",
        "vectors",
        tuple(rows),
        "Every track asks, nothing is filtered. Skewness of the number of lists that hold a "
        "track (0: all alike); never: share of tracks in none; largest: lists with the commonest. "
        "± is half a 95 % interval, bootstrap over artists for skewness, Wilson's for never.",
        (picture,),
    )


def _precision_table(
    name: str,
    left_out: str,
    items: Sequence[Item],
    features: Mapping[str, Floats],
    names: Sequence[str],
) -> Table:
    by_kind = {kind: precisions(items, vectors, names) for kind, vectors in features.items()}
    measures = [f"P@{k}" for k in KS]
    rows = tuple(
        Row(measure, {kind: figures[measure] for kind, figures in by_kind.items()})
        for measure in (*measures, "MAP")
    )
    picture = Lines(
        f"{name}: the nearest that bear the query's label, same {left_out} excluded",
        "Precision falls the further one goes; the higher line is the better model.",
        ("nearest tracks", "precision"),
        tuple(map(float, KS)),
        tuple((kind, tuple(figures[m] for m in measures)) for kind, figures in by_kind.items()),
    )
    return Table(
        f"{name}: the nearest, same {left_out} excluded",
        "at",
        rows,
        f"Precision for the label among the k nearest, and MAP, same {left_out} excluded; ± is a "
        "normal 95 % interval over the queries.",
        (picture,),
    )
