import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.evaluation.recommending import artist_diversity, hit, ndcg, novelty, reciprocal_rank

lists = st.lists(st.integers(1, 30), min_size=1, max_size=10, unique=True)
sets = st.frozensets(st.integers(1, 30), min_size=1, max_size=15)


@given(lists, sets)
def test_measures_agree_about_nothing_and_lie_between_0_and_1(
    recommended: list[int], relevant: frozenset[int]
) -> None:
    found = hit(recommended, relevant)
    assert found == bool(set(recommended) & relevant)
    assert found == (reciprocal_rank(recommended, relevant) > 0)
    assert found == (ndcg(recommended, relevant, 10) > 0)
    assert 0 <= ndcg(recommended, relevant, 10) <= 1 + 1e-12
    assert 0 <= reciprocal_rank(recommended, relevant) <= 1


def test_known_answers() -> None:
    assert reciprocal_rank([7, 8, 9], {9}) == pytest.approx(1 / 3)
    assert ndcg([7, 8], {8}, 2) == pytest.approx(1 / math.log2(3))
    assert ndcg([8, 7], {8}, 2) == 1.0
    assert ndcg([8, 7], {1, 7, 8}, 2) == pytest.approx(1.0)
    # Two tracks and no plays: each is half of what may come, one bit.
    assert novelty([1], {}, 2) == 1.0
    assert novelty([1], {1: 6}, 2) < novelty([2], {1: 6}, 2) == 3.0
    assert artist_diversity(["a", "a", "b", None, None]) == 0.8


def test_earlier_is_better() -> None:
    assert ndcg([1, 2, 3], {1}, 3) > ndcg([2, 1, 3], {1}, 3) > ndcg([2, 3, 1], {1}, 3)


def test_nothing_to_measure_is_an_error() -> None:
    for wrong in (
        lambda: ndcg([1], set(), 1),
        lambda: ndcg([1], {1}, 0),
        lambda: novelty([], {}, 1),
        lambda: artist_diversity([]),
    ):
        with pytest.raises(ValueError, match=r"recommended|relevant"):
            wrong()
