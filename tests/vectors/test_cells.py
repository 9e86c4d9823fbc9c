"""A library that is too large to compare every track, with the size set low."""

from pathlib import Path

import numpy as np
import pytest

from mir.vectors import index as index_module
from mir.vectors.index import VectorIndex
from mir.vectors.ranking import NearRanking, Query
from mir.vectors.store import Manifest, load, save

TRACKS, DIMENSION, CLUSTERS = 12_000, 32, 40
SPREAD = 1 / np.arange(1, DIMENSION + 1)  # of each number, as unequal as those of real vectors


def clustered(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors (count, DIMENSION) around centres that are always the same; and which."""
    centres = np.random.default_rng(0).standard_normal((CLUSTERS, DIMENSION))
    draw = np.random.default_rng(seed)
    cluster = draw.integers(0, CLUSTERS, count)
    vectors = (centres[cluster] + 0.7 * draw.standard_normal((count, DIMENSION))) * SPREAD
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), cluster


VECTORS, CLUSTER = clustered(TRACKS, seed=1)
QUERIES, _ = clustered(100, seed=2)
IDS = np.arange(1, TRACKS + 1) * 3


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> VectorIndex:
    monkeypatch.setattr(index_module, "EXACT_UP_TO", TRACKS // 4)
    made = VectorIndex.build(IDS, VECTORS)
    assert made.cells is not None
    assert made.cells.filtered_share < 0.2  # it must not be exact by comparing all
    assert isinstance(made.rank(QUERIES[0]), NearRanking)
    return made


def recall(
    index: VectorIndex, queries: np.ndarray, count: int, kept: np.ndarray | None = None
) -> float:
    """Share of the truly nearest that are found; and the count, the scores and the filter hold."""
    found = 0
    allowed = None if kept is None else IDS[kept]
    for query in queries:
        ids, scores = index.search(query, count, allowed)
        assert len(ids) == min(count, len(IDS) if allowed is None else len(allowed))
        assert allowed is None or np.isin(ids, allowed).all()
        assert (np.diff(scores) <= 0).all()
        assert np.allclose(scores, index.vectors_of(ids) @ query, atol=1e-5)
        exact = np.where(True if kept is None else kept, VECTORS @ query, -2)
        found += len(set(ids.tolist()) & set(IDS[np.argsort(-exact, kind="stable")[:count]]))
    return found / (len(queries) * count)


@pytest.mark.parametrize("count", [1, 10, 50])
def test_nearly_all_of_the_nearest_are_found(index: VectorIndex, count: int) -> None:
    assert recall(index, QUERIES, count) >= (0.98 if count == 50 else 0.99)


@pytest.mark.parametrize("clusters", [2, 8, 20])
def test_a_filter_that_follows_the_cells_keeps_count_and_recall(
    index: VectorIndex, clusters: int
) -> None:
    assert recall(index, QUERIES, 10, clusters > CLUSTER) >= 0.99


def test_where_few_are_allowed_the_answer_is_exact(index: VectorIndex) -> None:
    kept = np.zeros(TRACKS, dtype=bool)
    kept[np.random.default_rng(3).choice(TRACKS, 300, replace=False)] = True
    assert recall(index, QUERIES[:20], 50, kept) == 1.0


def test_who_asks_for_more_than_a_search_compares_gets_them(index: VectorIndex) -> None:
    ids, _ = index.search(QUERIES[0], TRACKS - 5)
    assert len(ids) == TRACKS - 5


def test_several_vectors_at_once_are_compared_with_all(
    index: VectorIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "_BLOCK", 5_000)
    for start in range(0, 30, 3):
        query = Query(QUERIES[start : start + 3], nearest=0.5)
        cosines = QUERIES[start : start + 3] @ VECTORS.T
        exact = 0.5 * cosines.max(axis=0) + 0.5 * cosines.mean(axis=0)
        ids, scores = index.search(query, 10)
        assert np.allclose(scores, exact[ids // 3 - 1], atol=1e-5)
        assert set(ids.tolist()) == set(IDS[np.argsort(-exact)[:10]].tolist())


def test_the_share_of_less_similar_tracks_is_estimated_well(
    index: VectorIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "_SAMPLE", 2_000)
    sampled = VectorIndex(index.ids, index.row_of, index.rows, index.cells)
    scores = np.linspace(-0.5, 0.9, 50, dtype=np.float32)
    for query in QUERIES[:10]:
        truth = (VECTORS @ query)[:, None] < scores
        estimated = sampled.rank(query).less(scores) / TRACKS
        assert (np.diff(estimated) >= 0).all()
        assert np.abs(estimated - truth.mean(axis=0)).max() < 0.05  # 4 standard errors of 2,000
        alone = [sampled.rank(query).less(scores[n : n + 1])[0] for n in range(len(scores))]
        assert sampled.less(np.tile(query, (len(scores), 1)), scores) == pytest.approx(alone)


def test_cells_follow_what_comes_and_goes(index: VectorIndex) -> None:
    more, _ = clustered(1_000, seed=5)
    changed = index.updated(IDS[-1] + 1 + np.arange(1_000), more, IDS[::4])
    assert changed.cells is not None
    assert index.cells is not None
    assert np.array_equal(changed.cells.centres, index.cells.centres)
    for number in range(0, 1_000, 100):
        ids, _ = changed.search(more[number], 1)
        assert ids.tolist() == [IDS[-1] + 1 + number]
    ids, _ = changed.search(VECTORS[0], 50)
    assert not np.isin(ids, IDS[::4]).any()


def test_a_library_that_has_doubled_is_cut_anew_and_a_small_one_not_at_all(
    index: VectorIndex,
) -> None:
    more, _ = clustered(TRACKS + 10, seed=6)
    doubled = index.updated(IDS[-1] + 1 + np.arange(len(more)), more, np.empty(0, np.int64))
    assert doubled.cells is not None
    assert doubled.cells.cut_at == len(doubled)
    small = index.updated(np.empty(0, np.int64), np.empty((0, DIMENSION)), IDS[1000:])
    assert small.cells is None


def test_the_same_library_is_cut_alike_and_answers_alike_from_the_disk(
    index: VectorIndex, tmp_path: Path
) -> None:
    again = VectorIndex.build(IDS, VECTORS)
    save(tmp_path, again, Manifest("model", DIMENSION, TRACKS, 1))
    loaded, _ = load(tmp_path)
    for other in (again, loaded):
        assert other.cells is not None
        assert index.cells is not None
        assert np.array_equal(other.cells.centres, index.cells.centres)
        assert np.array_equal(other.cells.cell_of, index.cells.cell_of)
        assert other.cells.filtered_share == index.cells.filtered_share
    for query in QUERIES[:10]:
        mine, theirs = index.search(query, 20), loaded.search(query, 20)
        assert np.array_equal(mine[0], theirs[0])
        assert np.array_equal(mine[1], theirs[1])
