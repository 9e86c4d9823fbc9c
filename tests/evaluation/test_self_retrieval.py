from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from mir.evaluation.hearing import HeardSet
from mir.evaluation.labelled import Item
from mir.evaluation.self_retrieval import (
    Sought,
    place_in,
    places,
    ranks_of_own,
    self_retrieval_table,
)
from mir.passages import plan_spans


def item(name: str = "a", split: str = "test") -> Item:
    return Item(Path(name), split, "rock", "", "")


@pytest.mark.parametrize("seconds", [90.0, 123.4, 600.0, 36_000.0])
def test_of_a_long_track_nothing_that_was_analysed_is_asked(seconds: float) -> None:
    place = place_in(item(), seconds)

    assert not place.analysed
    assert place.span.seconds == 10.0
    for span in plan_spans(seconds):
        apart = (
            place.span.start >= span.start + span.seconds
            or place.span.start + place.span.seconds <= span.start
        )
        assert apart


@pytest.mark.parametrize("seconds", [2.0, 19.0, 30.0, 54.0, 61.0, 83.9])
def test_of_a_short_track_at_most_half_is_asked_and_it_is_said(seconds: float) -> None:
    place = place_in(item(), seconds)

    assert place.analysed
    assert place.span.seconds <= min(10.0, seconds / 2)
    assert place.span.start >= 0
    assert place.span.start + place.span.seconds <= seconds


def test_only_the_test_split_is_asked_and_only_what_is_long_enough() -> None:
    items = (item("a"), item("b", "train"), item("c"))
    heard = tuple(SimpleNamespace(seconds=seconds) for seconds in (100.0, 100.0, 1.5))

    assert [place.item for place in places(HeardSet("x", items, heard, ()))] == [items[0]]


def test_ranks_count_from_one_and_ties_go_to_the_earlier() -> None:
    tracks = np.array([[1.0, 0], [0, 1], [1, 1], [2, 0]])
    excerpts = np.array([[1.0, 0], [1, 0], [0, 1]])

    # Tracks 0 and 3 point the same way.
    assert ranks_of_own(Sought(tracks, excerpts), [0, 3, 0]).tolist() == [1, 2, 3]


def test_heard_and_unheard_excerpts_are_counted_apart() -> None:
    items = [item(str(i)) for i in range(30)]
    asked = [place_in(each, 100.0 if i < 10 else 30.0) for i, each in enumerate(items)]
    tracks = np.random.default_rng(0).standard_normal((30, 16))
    blind = np.vstack([np.roll(tracks[:10], 1, axis=0), tracks[10:]])
    kinds = {"all": Sought(tracks, tracks), "blind": Sought(tracks, blind)}

    table = self_retrieval_table("mine", items, asked, kinds)

    knows, blind_to_unheard = table.rows
    assert {name: cell.value for name, cell in knows.cells.items()} == dict.fromkeys(
        ("unheard @1", "unheard @10", "heard @1", "heard @10"), 1.0
    )
    assert blind_to_unheard.cells["unheard @1"].value == 0.0
    assert blind_to_unheard.cells["unheard @1"].n == 10
    assert blind_to_unheard.cells["heard @1"].value == 1.0


def test_a_set_of_short_clips_has_no_figure_for_the_unheard() -> None:
    items = [item("a"), item("b")]
    asked = [place_in(each, 30.0) for each in items]

    table = self_retrieval_table("mine", items, asked, {"mir": Sought(np.eye(2), np.eye(2))})

    assert table.rows[0].cells["unheard @1"] is None
    assert "0 excerpts of 10 s that no analysed" in table.note
