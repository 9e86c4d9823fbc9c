from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mir.evaluation import ranking

RANKINGS = arrays(np.bool_, st.integers(1, 40))


def bools(text: str) -> np.ndarray:
    return np.array([character == "x" for character in text])


@given(RANKINGS, st.integers(1, 50))
def test_measures_stay_within_their_range_and_agree(relevant: np.ndarray, k: int) -> None:
    precision = ranking.precision_at_k(relevant, k)

    assert 0 <= precision <= 1
    assert ranking.success_at_k(relevant, k) == (precision > 0)


@given(RANKINGS)
def test_average_precision_is_one_exactly_when_all_relevant_ones_lead(relevant: np.ndarray) -> None:
    average = ranking.average_precision(relevant)

    if not relevant.any():
        assert average is None
    else:
        leading = bool(relevant[: relevant.sum()].all())
        assert (average == pytest.approx(1.0)) == leading


@given(RANKINGS, st.data())
def test_lifting_a_relevant_neighbour_never_lowers_a_measure(
    relevant: np.ndarray, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(relevant) - 1))
    lifted = relevant.copy()
    if place and relevant[place] and not relevant[place - 1]:
        lifted[[place - 1, place]] = True, False
    k = data.draw(st.integers(1, len(relevant)))

    assert ranking.precision_at_k(lifted, k) >= ranking.precision_at_k(relevant, k)
    assert (ranking.average_precision(lifted) or 0) >= (ranking.average_precision(relevant) or 0)


@pytest.mark.parametrize(
    ("relevant", "k", "precision", "success", "average"),
    [
        # Manning et al. 2008: relevant at 1, 3, 6 of 10.
        ("x.x..x....", 10, 0.3, True, (1 / 1 + 2 / 3 + 3 / 6) / 3),
        ("x.x..x....", 2, 0.5, True, (1 / 1 + 2 / 3 + 3 / 6) / 3),
        ("...x", 3, 0.0, False, 0.25),
        ("xx", 10, 1.0, True, 1.0),  # fewer than k: divided by the two there are
        ("....", 2, 0.0, False, None),
    ],
)
def test_golden_rankings(
    relevant: np.ndarray, k: int, precision: float, success: bool, average: float | None
) -> None:
    row = bools(relevant)

    assert ranking.precision_at_k(row, k) == pytest.approx(precision)
    assert ranking.success_at_k(row, k) is success
    assert ranking.average_precision(row) == (None if average is None else pytest.approx(average))


@given(st.integers(2, 12), st.integers(1, 4), st.randoms(use_true_random=False))
def test_no_neighbour_is_by_the_artist_of_the_query(n: int, artists: int, random: Random) -> None:
    rng = np.random.default_rng(random.randrange(1 << 30))
    vectors = rng.standard_normal((n, 5)) + 0.01
    names = [random.choice(["", *"abcd"[:artists]]) for _ in range(n)]

    for query, near in enumerate(ranking.neighbours(vectors, range(n), names)):
        expected = {i for i in range(n) if i != query and not (names[i] == names[query] != "")}
        assert set(near.tolist()) == expected
        assert len(near) == len(expected)
        cosines = vectors[near] @ vectors[query] / np.linalg.norm(vectors[near], axis=1)
        assert np.all(np.diff(cosines) <= 1e-9)


def test_the_length_of_a_vector_does_not_matter() -> None:
    rng = np.random.default_rng(1)
    vectors = rng.standard_normal((30, 4))
    longer = vectors * rng.uniform(0.1, 9, (30, 1))
    artists = [""] * 30

    for a, b in zip(
        ranking.neighbours(vectors, range(30), artists),
        ranking.neighbours(longer, range(30), artists),
        strict=True,
    ):
        assert a.tolist() == b.tolist()


def test_golden_neighbours() -> None:
    vectors = np.array([[1, 0], [1, 0.1], [0, 1], [1, 0.2], [1, 0.1], [-1, 0]])
    artists = ["Ann", "Ann", "Bob", "", "", "Cy"]

    first, fourth = ranking.neighbours(vectors, [0, 3], artists)

    assert first.tolist() == [4, 3, 2, 5]  # not 1, by the same artist
    assert fourth.tolist() == [1, 4, 0, 2, 5]  # 1 and 4 are equal: in order of position


def test_queries_are_ranked_alike_in_one_block_and_in_many(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(2).standard_normal((40, 6))
    artists = [str(i % 7) for i in range(40)]
    whole = [near.tolist() for near in ranking.neighbours(vectors, range(40), artists)]

    monkeypatch.setattr(ranking, "_BLOCK", 3)

    assert [near.tolist() for near in ranking.neighbours(vectors, range(40), artists)] == whole


@pytest.mark.parametrize(
    ("relevant", "hint"),
    [
        (np.array([0.3, 0.1]), "scores"),
        (np.zeros((2, 3), bool), "one query"),
        (np.zeros(0, bool), "artist filter"),
    ],
)
def test_a_wrong_ranking_is_refused_with_hint(relevant: np.ndarray, hint: str) -> None:
    for measure in (ranking.average_precision, lambda r: ranking.precision_at_k(r, 3)):
        with pytest.raises(ValueError, match=hint):
            measure(relevant)


def test_k_must_count_something() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ranking.precision_at_k(bools("x"), 0)


@pytest.mark.parametrize(
    ("vectors", "artists", "hint"),
    [
        (np.ones(3), 3, "passages"),
        (np.ones((3, 2)), 2, "dropped"),
        (np.array([[1.0, np.nan]]), 1, "NaN"),
        (np.zeros((1, 2)), 1, "silent"),
    ],
)
def test_a_wrong_collection_is_refused_with_hint(
    vectors: np.ndarray, artists: int, hint: str
) -> None:
    with pytest.raises(ValueError, match=hint):
        list(ranking.neighbours(vectors, [0], ["a"] * artists))


def test_ids_are_no_positions() -> None:
    with pytest.raises(ValueError, match="ids"):
        list(ranking.neighbours(np.ones((3, 2)), [3], ["a", "b", "c"]))
