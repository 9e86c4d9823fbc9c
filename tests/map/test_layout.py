"""The layout: the same each time, neighbours together, and a place for what comes later."""

import numpy as np
import pytest

from mir.map import layout
from mir.map.layout import ANCHORS, FEW, between, chosen, laid_out


def kinds(count: int, groups: int, seed: int = 0, dimension: int = 24) -> tuple[np.ndarray, ...]:
    """Unit vectors (count, dimension) in so many groups, and the group of each."""
    draw = np.random.default_rng(seed)
    middles = draw.standard_normal((groups, dimension))
    of = np.arange(count) % groups
    vectors = middles[of] + 0.25 * draw.standard_normal((count, dimension))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), of


def kept(vectors: np.ndarray, points: np.ndarray, among: int = 10) -> float:
    """The share of the nearest tracks that are among the nearest on the map, too."""
    near = np.argsort(-(vectors @ vectors.T), axis=1)[:, 1 : among + 1]
    far = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    drawn = np.argsort(far, axis=1)[:, 1 : among + 1]
    return float(np.mean([len(set(a) & set(b)) / among for a, b in zip(near, drawn, strict=True)]))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10, FEW - 1, FEW, 200])
def test_every_size_has_a_map_within_the_square(count: int) -> None:
    vectors, _ = kinds(count, 4)
    points = laid_out(vectors)
    assert points.shape == (count, 2)
    assert points.dtype == np.float32
    assert np.isfinite(points).all()
    assert (np.abs(points) <= 1).all()
    assert np.array_equal(points, laid_out(vectors))


def test_tracks_that_are_the_same_are_no_trouble() -> None:
    vectors = np.repeat(kinds(1, 1)[0], 60, axis=0)
    assert np.isfinite(laid_out(vectors)).all()


def test_neighbours_stay_together_better_than_by_principal_components() -> None:
    vectors, of = kinds(400, 16)
    points = laid_out(vectors)
    assert kept(vectors, points) > 1.3 * kept(vectors, layout._principal(vectors))
    far = ((points[:, None] - points[None]) ** 2).sum(axis=2)
    np.fill_diagonal(far, np.inf)
    assert (of[far.argmin(axis=1)] == of).mean() > 0.97


def test_what_comes_later_lies_with_its_kind_and_moves_nothing() -> None:
    vectors, of = kinds(360, 6)
    points = laid_out(vectors[:300])
    later = between(vectors[300:], vectors[:300], points)
    nearest = ((later[:, None] - points[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert (of[:300][nearest] == of[300:]).mean() > 0.97
    assert np.allclose(between(vectors[:1], vectors[:1], points[:1]), points[:1])


def test_anchors_are_few_and_spread() -> None:
    assert chosen(10).tolist() == list(range(10))
    found = chosen(10 * ANCHORS + 3)
    assert len(found) == ANCHORS == len(set(found.tolist()))
    assert found[0] == 0
    assert found[-1] > 9.9 * ANCHORS
