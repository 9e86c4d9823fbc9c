"""Each genre on its own: how well it is found, what it is taken for, and how sure the model is."""

import numpy as np
from numpy.typing import NDArray

from mir.evaluation import classification, interval
from mir.evaluation.genre import Predictions, class_rates, codes
from mir.evaluation.pictures import Dots, Matrix, Reliability
from mir.evaluation.report import Cell, Row, Table

_SHOWN = 4  # wrong genres named for each label, so that a line stays within 80 columns
_OTHER = "other"


def class_tables(name: str, said: Predictions, rng: np.random.Generator) -> tuple[Table, ...]:
    """Make the tables of one model's answers; none if there are no answers."""
    if not said:
        return ()
    return (
        _classes(name, said, rng),
        _confusion(name, said),
        _taken_for(name, said),
        _reliability(name, said),
    )


def _classes(name: str, said: Predictions, rng: np.random.Generator) -> Table:
    true, first, names = codes(said)

    def statistics(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        rates = class_rates(true[drawn], first[drawn])[:, 2]
        found = np.full(len(names), np.nan)
        found[: len(rates)] = rates
        # A genre that was not drawn has no F1, rather than one of 0.
        found[np.bincount(true[drawn], minlength=len(names)) == 0] = np.nan
        return found

    f1 = interval.bootstrap(statistics, [p.maker for p in said], rng)
    rows = []
    for position, genre in enumerate(names):
        support, guessed = int((true == position).sum()), int((first == position).sum())
        right = int(((true == position) & (first == position)).sum())
        if support:
            precision = interval.proportion(right, guessed) if guessed else None
            recall = interval.proportion(right, support)
            cells: dict[str, Cell] = {
                "precision": precision,
                "recall": recall,
                "F1": f1[position],
                "n": support,
            }
            rows.append(Row(genre, cells))
    picture = Dots(
        f"{name}: F1 of each genre",
        "Wide intervals mark genres of which there are few tracks.",
        "F1",
        tuple(row.name for row in rows),
        (("F1", tuple(f1[names.index(row.name)] for row in rows)),),
    )
    return Table(
        f"{name}: each genre",
        "genre",
        tuple(rows),
        "± is half a 95 % interval: Wilson's, for F1 bootstrap over artists. n tracks bear the "
        "label; precision is over those that are called so, - where none is.",
        (picture,),
    )


def _confusion(name: str, said: Predictions) -> Table:
    table = classification.confusion([p.true for p in said], [p.genres[0].name for p in said])
    is_true = table.counts.sum(axis=1) > 0
    known = [genre for genre, there in zip(table.classes, is_true, strict=True) if there]
    counts = table.counts[is_true][:, is_true]
    others = table.counts[is_true][:, ~is_true].sum(axis=1)
    whole = np.column_stack([counts, others]) if others.any() else counts
    columns = [*known, _OTHER] if others.any() else known
    heads: list[str] = [str(number + 1) for number in range(len(known))] + [_OTHER] * bool(
        others.any()
    )
    rows = tuple(
        Row(f"{number + 1} {genre}", dict(zip(heads, map(int, line), strict=True)))
        for number, (genre, line) in enumerate(zip(known, whole, strict=True))
    )
    picture = Matrix(
        f"{name}: which genre is called what",
        "Right answers are on the diagonal; darker fields are larger shares of their row.",
        tuple(known),
        tuple(columns),
        tuple(tuple(map(int, line)) for line in whole),
    )
    return Table(
        f"{name}: confusion matrix",
        "is (down), is called (across)",
        rows,
        "Tracks; the columns are the genres of the rows by number"
        + (", other is what no track of the set is." if others.any() else "."),
        (picture,),
    )


def _taken_for(name: str, said: Predictions) -> Table:
    table = classification.confusion([p.true for p in said], [p.genres[0].name for p in said])
    rows = []
    for genre, counts in zip(table.classes, table.counts, strict=True):
        if counts.sum() == 0:
            continue
        order = np.argsort(-counts, kind="stable")
        named = [f"{table.classes[i]} {counts[i]}" for i in order[:_SHOWN] if counts[i]]
        rest = int(counts.sum() - counts[order[:_SHOWN]].sum())
        named += [f"others {rest}"] if rest else []
        rows.append(Row(genre, {"is called": ", ".join(named)}))
    return Table(f"{name}: what each genre is taken for", "genre", tuple(rows))


def _reliability(name: str, said: Predictions) -> Table:
    confidence = np.clip([p.genres[0].probability for p in said], 0.0, 1.0)
    right = np.array([p.genres[0].name == p.true for p in said])
    rows, points = [], []
    for each in classification.reliability(confidence, right):
        accuracy = interval.proportion(each.right, each.n)
        cells: dict[str, Cell] = {"mean": each.confidence, "accuracy": accuracy, "n": each.n}
        rows.append(Row(f"{each.low:.1f} to {each.high:.1f}", cells))
        points.append((each.confidence, accuracy))
    picture = Reliability(
        f"{name}: whether the model may be believed",
        "On the dashed line a probability means what it says; below it the model is too sure.",
        (("mir", tuple(points)),),
    )
    return Table(
        f"{name}: calibration",
        "confidence",
        tuple(rows),
        "Tracks by the probability of the first genre: its mean, and how often it is right, ± "
        "half Wilson's 95 % interval.",
        (picture,),
    )
