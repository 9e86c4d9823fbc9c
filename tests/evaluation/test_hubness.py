import numpy as np
import pytest
import scipy.stats

from mir.evaluation import hubness


def test_every_item_is_counted_once_by_each_that_asks() -> None:
    vectors = np.random.default_rng(0).standard_normal((50, 8))

    counts = hubness.k_occurrence(vectors, 7)

    assert counts.sum() == 50 * 7
    assert counts.min() >= 0


def test_a_vector_in_the_middle_of_all_is_a_hub() -> None:
    rng = np.random.default_rng(1)
    # Spokes far from each other, all of them near one axis in the middle.
    spokes = np.eye(30) + 0.01 * rng.standard_normal((30, 30))
    vectors = np.vstack([spokes, np.ones((1, 30))])

    counts = hubness.k_occurrence(vectors, 1)

    assert counts[-1] == 30
    assert hubness.orphans(counts) >= 28
    assert hubness.skewness(counts) > 4


def test_skewness_is_that_of_scipy_and_nought_where_all_are_alike() -> None:
    counts = np.random.default_rng(2).poisson(3, 200)

    assert hubness.skewness(counts) == pytest.approx(scipy.stats.skew(counts))
    assert hubness.skewness(np.full(9, 4)) == 0.0


def test_hubs_grow_with_the_dimension() -> None:
    rng = np.random.default_rng(3)
    # Off the origin, as learnt vectors are: the mean direction is then near to everything.
    few, many = (rng.standard_normal((400, d)) + 0.5 for d in (3, 200))

    assert hubness.skewness(hubness.k_occurrence(many)) > hubness.skewness(
        hubness.k_occurrence(few)
    )


@pytest.mark.parametrize("k", [0, 5])
def test_more_neighbours_than_there_are_make_no_sense(k: int) -> None:
    with pytest.raises(ValueError, match=f"k is {k}"):
        hubness.k_occurrence(np.eye(5), k)
