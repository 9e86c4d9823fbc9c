from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_library import unit_vectors

from mir.recommend.smooth import smoothest


def measure(points: np.ndarray, way: list[int]) -> tuple[float, float]:
    """The longest step and the sum of squared steps."""
    squares = [2 - 2 * float(points[a] @ points[b]) for a, b in pairwise(way)]
    return max(squares), sum(squares)


@given(st.integers(2, 9), st.data(), st.integers(0, 30))
def test_no_way_forward_is_smoother(count: int, data: st.DataObject, seed: int) -> None:
    points = unit_vectors(count, seed, 4).astype(np.float64)
    steps = data.draw(st.integers(1, count - 1))
    way = smoothest(points, steps)
    assert (way[0], way[-1], len(way)) == (0, count - 1, steps + 1)
    assert way == sorted(set(way))
    every = [
        measure(points, [0, *between, count - 1])
        for between in combinations(range(1, count - 1), steps - 1)
    ]
    longest = min(way[0] for way in every)
    least = min(total for most, total in every if most <= longest + 1e-12)
    assert measure(points, way) == pytest.approx((longest, least), abs=1e-9)


@pytest.mark.parametrize("steps", [0, 3])
def test_steps_that_do_not_fit_are_refused(steps: int) -> None:
    with pytest.raises(ValueError, match="without a repeat"):
        smoothest(unit_vectors(3), steps)
