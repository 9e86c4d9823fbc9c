import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mir.search.hits import similarities
from mir.vectors.ranking import WholeRanking


@given(st.lists(st.sampled_from([-1.0, -0.25, 0.0, 0.5, 1.0]), min_size=2, max_size=30))
def test_the_share_of_the_other_tracks_that_are_less_similar(scores: list[float]) -> None:
    library = np.array(scores, dtype=np.float32)
    expected = [sum(other < score for other in scores) / (len(scores) - 1) for score in scores]
    assert similarities(scores, WholeRanking(library), len(scores) - 1) == expected


def test_nearest_is_one_furthest_is_nothing_and_one_alone_is_nearest() -> None:
    library = np.array([0.1, 0.2, 0.3, 1.0], dtype=np.float32)  # the last is the query itself
    ranking = WholeRanking(library)
    assert similarities([0.3, 0.2, 0.1], ranking, others=2) == [1.0, 0.5, 0.0]
    assert similarities([0.3], ranking, others=0) == [1.0]
