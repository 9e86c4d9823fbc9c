import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mir.vectors.best import best


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), max_size=40), st.integers(0, 50))
def test_equals_a_full_sort_with_ties_by_position(values: list[float], count: int) -> None:
    scores = np.array(values, dtype=np.float32)
    expected = sorted(range(len(values)), key=lambda position: (-values[position], position))
    assert best(scores, count).tolist() == expected[:count]
