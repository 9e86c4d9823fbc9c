import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_library import unit_vectors

from mir.recommend.centres import MOST_CENTRES, centres


def around(centre: np.ndarray, count: int, spread: float, seed: int) -> np.ndarray:
    """Unit vectors (count, dimension) about a centre."""
    drawn = np.random.default_rng(seed).standard_normal((count, len(centre)))
    vectors = centre + spread * drawn / np.sqrt(len(centre))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("kinds", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_there_are_as_many_centres_as_kinds(kinds: int, seed: int) -> None:
    corners = np.eye(64, dtype=np.float32)[:kinds]
    groups = [around(corner, 12 + 8 * k, 0.7, 10 * seed + k) for k, corner in enumerate(corners)]
    vectors = np.concatenate(groups)
    found = centres(vectors, np.ones(len(vectors)))
    assert len(found.vectors) == kinds
    # The heaviest first: later kinds have more tracks.
    assert (found.vectors @ corners.T).argmax(axis=1).tolist() == list(range(kinds))[::-1]
    sizes = np.array([len(group) for group in groups][::-1])
    np.testing.assert_allclose(found.shares, sizes / sizes.sum())


@given(
    st.integers(1, 40),
    st.integers(0, 10**6),
    st.lists(st.floats(1e-3, 10), min_size=40, max_size=40),
)
@settings(deadline=None)
def test_centres_are_of_unit_length_and_share_the_weight(
    count: int, seed: int, weights: list[float]
) -> None:
    vectors = unit_vectors(count, seed)
    found = centres(vectors, np.array(weights[:count]))
    assert len(found.vectors) <= min(MOST_CENTRES, int(np.ceil(np.sqrt(count))))
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    assert found.shares.sum() == pytest.approx(1)
    assert (np.diff(found.shares) <= 0).all()
    again = centres(vectors, np.array(weights[:count]))
    np.testing.assert_array_equal(found.vectors, again.vectors)


def test_two_tracks_are_one_kind_or_two() -> None:
    east, north = np.eye(2, dtype=np.float32)
    assert len(centres(np.stack([east, north]), np.ones(2)).vectors) == 2
    near = (east + 0.3 * north) / np.linalg.norm(east + 0.3 * north)
    (middle,) = centres(np.stack([east, near]), np.ones(2)).vectors
    assert min(middle @ east, middle @ near) > 0.98


def test_weight_draws_a_centre() -> None:
    east, north = np.eye(2, dtype=np.float32)
    near = (east + 0.4 * north) / np.linalg.norm(east + 0.4 * north)
    (heavy,) = centres(np.stack([east, near]), np.array([9.0, 1.0])).vectors
    (even,) = centres(np.stack([east, near]), np.array([1.0, 1.0])).vectors
    assert heavy @ east > even @ east


def test_opposite_tracks_have_no_middle() -> None:
    east = np.eye(2, dtype=np.float32)[0]
    assert np.isfinite(centres(np.stack([east, -east]), np.ones(2)).vectors).all()
