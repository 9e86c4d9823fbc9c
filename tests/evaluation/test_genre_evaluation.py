from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from mir.analysis import Label
from mir.evaluation import classification
from mir.evaluation.baselines import majority_genres, mfcc_genres, random_genres
from mir.evaluation.genre import Prediction, judgeable, predictions, summary_tables
from mir.evaluation.genre_by_class import class_tables
from mir.evaluation.hearing import HeardSet
from mir.evaluation.labelled import Item, LabelledSet
from mir.evaluation.report import Report, Table


def item(label: str, split: str = "test") -> Item:
    return Item(Path(label), split, label, "", "")


def said(true: str, *names: str, first: float = 0.6, uncertain: bool = False) -> Prediction:
    shares = (first, 0.2, 0.1)
    labels = tuple(Label(n, p) for n, p in zip(names, shares, strict=False))
    return Prediction(true, labels, uncertain)


JUDGED = (
    said("rock", "rock", "pop", "jazz"),
    said("rock", "pop", "rock", "jazz"),
    said("jazz", "jazz", "pop", "rock", first=1.0),
    said("jazz", "pop", "folk", "rock", uncertain=True),
)


def tables(judged: tuple[Prediction, ...]) -> tuple[Table, ...]:
    rng = np.random.default_rng(0)
    return (*summary_tables("mine", {"mir": judged}, rng), *class_tables("mine", judged, rng))


def test_only_items_whose_label_the_model_knows_count() -> None:
    labelled = LabelledSet(
        "mine", (item("Rock"), item("jungle"), item("gamelan"), item("rock", "train"))
    )

    kept = judgeable(labelled, {"rock", "drum and bass"})

    assert [i.label for i in kept.items] == ["Rock", "jungle", "rock"]


def test_labels_are_put_into_the_words_of_the_model() -> None:
    heard = SimpleNamespace(
        hearing=SimpleNamespace(genres=(Label("drum and bass", 0.8),), uncertain=False)
    )
    heard_set = HeardSet("mine", (item("Jungle"),), (heard,), ())

    assert predictions(heard_set) == (
        Prediction("drum and bass", (Label("drum and bass", 0.8),), False),
    )


def test_only_the_test_split_is_asked() -> None:
    heard = SimpleNamespace(hearing=SimpleNamespace(genres=(Label("rock", 0.8),), uncertain=False))
    heard_set = HeardSet("mine", (item("rock", "train"), item("rock")), (heard, heard), ())

    assert len(predictions(heard_set)) == 1


def test_golden_figures() -> None:
    right, sure, classes, confusion, taken_for, calibration = tables(JUDGED)

    (mir,) = right.rows
    assert right.title == "mine: 4 tracks of 2 genres"
    assert mir.cells["accuracy"].value == 0.5
    assert mir.cells["accuracy"].n == 4
    assert mir.cells["F1"].value == pytest.approx(2 / 3)
    assert mir.cells["precision"].value == 1.0
    assert mir.cells["recall"].value == 0.5
    assert mir.cells["F1"].low < mir.cells["F1"].value
    (mir,) = sure.rows
    assert mir.cells["top 3"].value == 0.75
    assert mir.cells["unsure"].value == 0.25
    assert mir.cells["if sure"].value == pytest.approx(2 / 3)
    assert mir.cells["if sure"].n == 3
    # 0.6 three times, right once; 1.0 once, right.
    assert mir.cells["ECE"].value == pytest.approx((3 * 0.6 - 1) / 4)
    assert {row.name: row.cells["recall"].value for row in classes.rows} == {
        "jazz": 0.5,
        "rock": 0.5,
    }
    assert {row.name: dict(row.cells) for row in confusion.rows} == {
        "1 jazz": {"1": 1, "2": 0, "other": 1},
        "2 rock": {"1": 0, "2": 1, "other": 1},
    }
    assert {row.name: row.cells["is called"] for row in taken_for.rows} == {
        "jazz": "jazz 1, pop 1",
        "rock": "pop 1, rock 1",
    }
    assert [(row.name, row.cells["n"]) for row in calibration.rows] == [
        ("0.5 to 0.6", 3),
        ("0.9 to 1.0", 1),
    ]
    (picture,) = confusion.pictures
    assert picture.counts == ((1, 0, 1), (0, 1, 1))


def test_a_perfect_model_is_perfect() -> None:
    judged = tuple(said(name, name, first=1.0) for name in ("rock", "jazz", "folk"))

    right, sure, _, confusion, *_ = tables(judged)

    assert [right.rows[0].cells[c].value for c in ("accuracy", "precision", "recall", "F1")] == [
        1
    ] * 4
    assert sure.rows[0].cells["ECE"].value == 0.0
    assert "other" not in confusion.columns


def test_figures_agree_with_those_of_the_measures_themselves() -> None:
    rng = np.random.default_rng(1)
    names = np.array(["rock", "jazz", "folk", "pop", "never true"])
    true = names[rng.integers(4, size=200)]
    first = np.where(rng.random(200) < 0.6, true, names[rng.integers(5, size=200)])
    judged = tuple(said(str(t), str(f)) for t, f in zip(true, first, strict=True))

    right, _, classes, *_ = tables(judged)

    figure = right.rows[0].cells["F1"]
    assert figure.value == pytest.approx(classification.macro_f1(list(true), list(first)))
    assert figure.low < figure.value < figure.high
    scores = {s.name: s for s in classification.class_scores(list(true), list(first))}
    for row in classes.rows:
        assert row.cells["F1"].value == pytest.approx(scores[row.name].f1)
        assert row.cells["precision"].value == pytest.approx(scores[row.name].precision)


def test_tracks_of_one_artist_do_not_count_as_many() -> None:
    judged = tuple(said("rock", "rock" if i % 2 else "jazz") for i in range(40))
    alone = summary_tables("mine", {"mir": judged}, np.random.default_rng(0))[0]
    two = tuple(
        Prediction(p.true, p.genres, False, f"artist {i % 2}") for i, p in enumerate(judged)
    )
    grouped = summary_tables("mine", {"mir": two}, np.random.default_rng(0))[0]

    assert grouped.rows[0].cells["recall"].margin > 2 * alone.rows[0].cells["recall"].margin


def heard_with(values: np.ndarray) -> SimpleNamespace:
    return SimpleNamespace(descriptors=SimpleNamespace(mfcc_mean=tuple(values), mfcc_std=()))


def learnable() -> HeardSet:
    """Sixty tracks of two genres, one twice as common, that MFCCs tell apart."""
    rng = np.random.default_rng(2)
    labels = ["rock", "rock", "jazz"] * 20
    items = tuple(item(label, "test" if i < 15 else "train") for i, label in enumerate(labels))
    heard = tuple(heard_with(rng.standard_normal(4) + 4 * (label == "rock")) for label in labels)
    return HeardSet("mine", items, heard, ())


def test_the_baselines_answer_for_every_test_track() -> None:
    heard_set = learnable()

    majority = majority_genres(heard_set)
    learnt = mfcc_genres(heard_set)
    drawn = random_genres(heard_set, np.random.default_rng(0))

    assert {p.genres[0] for p in majority} == {Label("rock", 30 / 45)}
    assert learnt is not None
    assert [p.true for p in learnt] == [p.true for p in majority] == [p.true for p in drawn]
    assert sum(p.genres[0].name == p.true for p in learnt) == 15
    assert {p.genres[0].name for p in drawn} == {"rock", "jazz"}
    assert {p.genres[0].probability for p in drawn} == {0.5}


def test_without_a_training_side_the_majority_is_that_of_test_and_nothing_is_learnt() -> None:
    whole = learnable()
    only_test = HeardSet("mine", whole.items[:15], whole.heard[:15], ())

    assert mfcc_genres(only_test) is None
    assert majority_genres(only_test)[0].genres[0] == Label("rock", 10 / 15)


def test_rare_mistakes_are_counted_together() -> None:
    judged = tuple(said("rock", name) for name in ("rock", "a", "b", "c", "d", "e"))

    (row,) = tables(judged)[4].rows

    assert row.cells["is called"].endswith("others 2")


def test_a_set_of_unknown_labels_says_so() -> None:
    (table,) = tables(())

    assert "no test label" in table.title


def test_the_printed_tables_fit_eighty_columns() -> None:
    lines = Report("t", {}, tables(JUDGED)).as_markdown().splitlines()

    assert max(len(line) for line in lines if line.startswith("|")) <= 80
