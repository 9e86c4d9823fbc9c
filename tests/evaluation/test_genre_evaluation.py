from pathlib import Path
from types import SimpleNamespace

import pytest

from mir.analysis import Label
from mir.evaluation.genre import Prediction, genre_tables, judgeable, predictions
from mir.evaluation.hearing import HeardSet
from mir.evaluation.labelled import Item, LabelledSet
from mir.evaluation.report import Report


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


def test_only_test_items_whose_label_the_model_knows_count() -> None:
    labelled = LabelledSet(
        "mine", (item("Rock"), item("jungle"), item("gamelan"), item("rock", "train"))
    )

    kept = judgeable(labelled, {"rock", "drum and bass"})

    assert [i.label for i in kept.items] == ["Rock", "jungle"]
    assert judgeable(labelled, {"rock"}).items == (item("Rock"),)


def test_labels_are_put_into_the_words_of_the_model() -> None:
    heard = SimpleNamespace(
        hearing=SimpleNamespace(genres=(Label("drum and bass", 0.8),), uncertain=False)
    )
    heard_set = HeardSet("mine", (item("Jungle"),), (heard,), ())

    assert predictions(heard_set) == (
        Prediction("drum and bass", (Label("drum and bass", 0.8),), False),
    )


def test_golden_figures() -> None:
    summary, classes, confusions = genre_tables("mine", JUDGED)

    always, mir = summary.rows
    assert summary.title == "mine: 4 tracks of 2 genres"
    assert always.cells["accuracy"].value == 0.5
    assert mir.cells["accuracy"].value == 0.5
    assert mir.cells["accuracy"].n == 4
    assert mir.cells["top 3"].value == 0.75
    assert mir.cells["unsure"] == 0.25
    assert mir.cells["if sure"] == pytest.approx(2 / 3)
    # 0.6 three times, right once; 1.0 once, right.
    assert mir.cells["ECE"] == pytest.approx((3 * 0.6 - 1) / 4)
    assert mir.cells["F1"] == pytest.approx(2 / 3)
    assert {row.name: row.cells["recall"] for row in classes.rows} == {"jazz": 0.5, "rock": 0.5}
    assert {row.name: row.cells["is called"] for row in confusions.rows} == {
        "jazz": "jazz 1, pop 1",
        "rock": "pop 1, rock 1",
    }


def test_a_perfect_model_is_perfect() -> None:
    judged = tuple(said(name, name, first=1.0) for name in ("rock", "jazz", "folk"))

    mir = genre_tables("mine", judged)[0].rows[1].cells

    assert mir["accuracy"].value == mir["F1"] == mir["if sure"] == 1.0
    assert mir["ECE"] == mir["unsure"] == 0.0


def test_rare_mistakes_are_counted_together() -> None:
    judged = tuple(said("rock", name) for name in ("rock", "a", "b", "c", "d", "e"))

    (row,) = genre_tables("mine", judged)[2].rows

    assert row.cells["is called"].endswith("others 2")


def test_a_set_of_unknown_labels_says_so() -> None:
    (table,) = genre_tables("mine", ())

    assert "no label" in table.title


def test_the_printed_tables_fit_eighty_columns() -> None:
    lines = Report("t", {}, genre_tables("mine", JUDGED)).as_markdown().splitlines()

    assert max(len(line) for line in lines if line.startswith("|")) <= 80
