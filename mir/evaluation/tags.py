"""Do the model's moods and instruments agree with people? Judged on their votes.

Asked are the tracks of the test split, and every probability counts, not only those that stand out
enough to be shown. Votes of 0 and 1 are judged by ROC AUC and average precision, graded ones by
Spearman's rank correlation; intervals are bootstrap ones over artists. Beside the model stand
scores by lot and a ridge regression on MFCC statistics that has learnt from the votes on
train and valid. What a model has learnt from, its card says.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray, Hearing
from mir.evaluation import interval, tagging
from mir.evaluation.baselines import mfcc_votes
from mir.evaluation.hearing import HeardSet
from mir.evaluation.interval import Measured
from mir.evaluation.pictures import Dots
from mir.evaluation.report import Cell, Row, Table, measured
from mir.evaluation.voted import Question, VotedSet
from mir.listen import ModelFacts
from mir.model.card import AXES, ModelInfo
from mir.model.embedder import Embedder

Floats = NDArray[np.floating]
Measure = Callable[[Floats, Floats], float]


class EveryName:
    """An ear that names every genre, mood and instrument of its model, however improbable."""

    def __init__(self, load: Callable[[], Embedder]) -> None:
        """Load the model; an instance is what a worker process listens with."""
        self._embedder = load()

    @property
    def info(self) -> ModelFacts:
        """Facts about the model."""
        return self._embedder.info

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        """What the network makes of passages, given as mel power (frames, n_mels)."""
        return self._embedder.hear_everything(mels)


def names_of(info: ModelInfo) -> tuple[str, ...]:
    """Everything that a model can be asked about: moods, instruments, axes, genres."""
    return (*info.moods, *info.instruments, *info.axes, *info.genres)


def tag_tables(
    voted: VotedSet, models: Mapping[str, HeardSet], rng: np.random.Generator
) -> tuple[Table, ...]:
    """Judge models by name, each of which has heard the files by `EveryName`; the last is judged.

    One table for votes of 0 and 1 by ROC AUC, one by average precision, one for graded votes.
    """
    judged = list(models.values())[-1]
    position = {item.path: i for i, item in enumerate(voted.labelled.items)}
    kept = [position[item.path] for item in judged.items]
    votes = {question: values[kept] for question, values in voted.votes.items()}
    yes_no = {q: v for q, v in votes.items() if set(v[np.isfinite(v)]) <= {0.0, 1.0}}
    graded = {q: v for q, v in votes.items() if q not in yes_no}
    name = voted.labelled.name
    tables = []
    if yes_no:
        scores = {q: _scores(q, v, models, rng) for q, v in yes_no.items()}
        for title, measure in (
            ("ROC AUC", tagging.roc_auc),
            ("average precision", tagging.average_precision),
        ):
            tables.append(_table(f"{name}: {title}", measure, judged, yes_no, scores, rng))
    if graded:
        scores = {q: _scores(q, v, models, rng) for q, v in graded.items()}
        title = f"{name}: rank correlation with votes"
        tables.append(_table(title, tagging.rank_correlation, judged, graded, scores, rng))
    if voted.unmatched:
        rows = tuple(Row(column, {"why": "no such name"}) for column in voted.unmatched)
        tables.append(Table(f"{name}: columns that were not judged", "column", rows))
    return tuple(tables)


def _table(
    title: str,
    measure: Measure,
    judged: HeardSet,
    votes: Mapping[Question, Floats],
    scores: Mapping[Question, Mapping[str, Floats]],
    rng: np.random.Generator,
) -> Table:
    rows = []
    for question, values in votes.items():
        asked = _asked(judged, values)
        makers = [judged.items[i].maker for i in asked]
        cells: dict[str, Cell] = {"n": len(asked)}
        for by, said in scores[question].items():
            cells[by] = _measured(measure, said, values[asked], makers, rng)
        rows.append(Row(str(question), cells))
    rows = _alike(rows)
    kinds = [column for column in rows[0].cells if column != "n"]
    picture = Dots(
        title,
        "The further to the right the better; random scores show what guessing gives.",
        title.partition(": ")[2],
        tuple(row.name for row in rows),
        tuple((kind, tuple(measured(row.cells[kind]) for row in rows)) for kind in kinds),
    )
    note = "± is half a 95 % bootstrap interval over artists, n tracks of the test split."
    if "MFCC" in kinds:
        note += (
            " MFCC has learnt from the votes on the other splits; what a model has learnt from its "
            "card says."
        )
    return Table(title, "votes", tuple(rows), note, (picture,))


def _measured(
    measure: Measure,
    said: Floats,
    truth: Floats,
    makers: Sequence[str],
    rng: np.random.Generator,
) -> Measured | None:
    if len(makers) == 0:
        return None

    def statistics(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.array([measure(said[drawn], truth[drawn])])

    return interval.bootstrap(statistics, makers, rng)[0]


def _scores(
    question: Question,
    votes: Floats,
    models: Mapping[str, HeardSet],
    rng: np.random.Generator,
) -> dict[str, Floats]:
    """Scores of the asked test tracks by whoever gives them."""
    judged = list(models.values())[-1]
    asked = _asked(judged, votes)
    given: dict[str, Floats] = {"random": rng.standard_normal(len(asked))}
    learnt = mfcc_votes(judged, votes)
    if learnt is not None:
        tests = [i for i, item in enumerate(judged.items) if item.split == "test"]
        given["MFCC"] = learnt[np.isin(tests, asked)]
    for name, heard_set in models.items():
        given[name] = np.array([_score(heard_set.heard[i].hearing, question.name) for i in asked])
    return given


def _score(hearing: Hearing, name: str) -> float:
    """What the model gives a name; 0 where it does not know it, as an older one may not."""
    if name in AXES:
        return getattr(hearing, name) or 0.0
    for label in (*hearing.moods, *hearing.instruments, *hearing.genres):
        if label.name == name:
            return label.probability
    return 0.0


def _asked(heard_set: HeardSet, votes: Floats) -> NDArray[np.int64]:
    """Positions of the test tracks that somebody voted on."""
    return np.array(
        [
            i
            for i, item in enumerate(heard_set.items)
            if item.split == "test" and np.isfinite(votes[i])
        ],
        np.int64,
    )


def _alike(rows: list[Row]) -> list[Row]:
    """Give every row the same columns: MFCC may have had nothing to learn for some."""
    columns = max((tuple(row.cells) for row in rows), key=len)
    return [Row(row.name, {column: row.cells.get(column) for column in columns}) for row in rows]
