import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.errors import NotFound, VectorIndexError
from mir.vectors import rows as rows_module
from mir.vectors.index import VectorIndex

DIMENSION = 4


def unit_rows(rows: int, dimension: int, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


# Vectors of ±1/2 have unit length and inner products without rounding, and there are only
# sixteen of them: every drawn index is full of ties, and brute force must agree exactly.
exact_vector = st.lists(st.sampled_from([-0.5, 0.5]), min_size=DIMENSION, max_size=DIMENSION)
exact_library = st.dictionaries(st.integers(0, 200), exact_vector, max_size=60)


def built(library: dict[int, list[float]]) -> VectorIndex:
    ids = np.array(list(library), dtype=np.int64)
    vectors = np.array(list(library.values()), dtype=np.float32).reshape(-1, DIMENSION)
    return VectorIndex.build(ids, vectors)


def brute_force(
    library: dict[int, list[float]], query: list[float], count: int, allowed: set[int] | None
) -> list[tuple[int, float]]:
    scored = [
        (track, float(np.dot(vector, query)))
        for track, vector in library.items()
        if allowed is None or track in allowed
    ]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:count]


@given(
    exact_library,
    exact_vector,
    st.integers(1, 70),
    st.none() | st.sets(st.integers(0, 220), max_size=80),
)
def test_equals_brute_force_and_meets_the_count(
    library: dict[int, list[float]],
    query: list[float],
    count: int,
    allowed: set[int] | None,
) -> None:
    index = built(library)
    wanted = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    ids, scores = index.search(np.array(query, dtype=np.float32), count, wanted)
    assert list(zip(ids.tolist(), scores.tolist(), strict=True)) == brute_force(
        library, query, count, allowed
    )
    qualifying = len(library) if allowed is None else len(allowed & set(library))
    assert len(ids) == min(count, qualifying)


@pytest.mark.parametrize("dimension", [1, 2, 7, 16, 129, 256])
@pytest.mark.parametrize("share", [None, 0.01, 0.3, 0.9])
def test_agrees_with_numpy_on_real_numbers(dimension: int, share: float | None) -> None:
    vectors = unit_rows(500, dimension, seed=dimension)
    ids = np.random.default_rng(0).permutation(np.arange(1, 501)).astype(np.int64)
    allowed = None if share is None else np.sort(ids[: int(500 * share)])
    query = unit_rows(1, dimension, seed=1000)[0]
    found, scores = VectorIndex.build(ids, vectors).search(query, 20, allowed)
    kept = np.ones(500, dtype=bool) if allowed is None else np.isin(ids, allowed)
    reference = dict(zip(ids[kept].tolist(), (vectors[kept] @ query).tolist(), strict=True))
    assert len(found) == min(20, len(reference))
    assert np.allclose(scores, [reference[track] for track in found.tolist()], atol=1e-5)
    assert np.allclose(scores, sorted(reference.values(), reverse=True)[: len(found)], atol=1e-5)


def test_equal_vectors_come_in_order_of_id_whatever_the_neighbours() -> None:
    vectors = unit_rows(300, 37, seed=3)
    vectors[40:140] = vectors[7]
    index = VectorIndex.build(np.arange(300), vectors)
    ids, scores = index.search(vectors[7], 50)
    assert ids.tolist() == [7, *range(40, 89)]
    assert len(set(scores.tolist())) == 1
    few, _ = index.search(vectors[7], 3, np.array([3, 41, 99, 120, 250]))
    assert few.tolist() == [41, 99, 120]


@given(exact_library, exact_library, st.sets(st.integers(0, 220)))
def test_updated_is_a_new_index_equal_to_one_built_afresh(
    library: dict[int, list[float]], added: dict[int, list[float]], removed: set[int]
) -> None:
    index = built(library)
    add_vectors = np.array(list(added.values()), dtype=np.float32).reshape(-1, DIMENSION)
    new = index.updated(
        np.array(list(added), dtype=np.int64),
        add_vectors,
        np.array(sorted(removed), dtype=np.int64),
    )
    expected = {track: vector for track, vector in library.items() if track not in removed} | added
    assert index.ids.tolist() == sorted(library)
    assert new.ids.tolist() == sorted(expected)
    for track, vector in expected.items():
        assert new.vectors_of(np.array([track]))[0].tolist() == vector


@given(exact_library, st.sets(st.integers(0, 200)), st.lists(exact_vector, min_size=1, max_size=9))
def test_how_many_are_below_is_counted_for_many_queries_as_for_one(
    library: dict[int, list[float]], removed: set[int], asked: list[list[float]]
) -> None:
    index = built(library)
    added = np.array([[0.5, 0.5, 0.5, -0.5]], dtype=np.float32)
    index = index.updated(np.array([300]), added, np.array(sorted(removed), dtype=np.int64))
    queries = np.array(asked, dtype=np.float32)
    scores = np.linspace(-1, 1, len(queries), dtype=np.float32).round()
    expected = [
        float(index.rank(query).less(scores[n : n + 1])[0]) for n, query in enumerate(queries)
    ]
    assert index.less(queries, scores).tolist() == expected


@pytest.mark.parametrize("queries", [1, 3, 9])
def test_blocks_of_rows_leave_no_seam(queries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_CACHED", "_PRODUCT"):
        monkeypatch.setattr(rows_module, name, 7)
    vectors, asked = unit_rows(50, 24, seed=5), unit_rows(queries, 24, seed=6)
    index = VectorIndex.build(np.arange(45), vectors[:45])
    index = index.updated(np.arange(45, 50), vectors[45:], np.empty(0, dtype=np.int64))
    assert np.allclose(index.scores_of_many(asked), asked @ vectors.T, atol=1e-6)


def test_scores_are_aligned_with_ids_and_many_queries_agree_with_one() -> None:
    vectors = unit_rows(50, 24, seed=5)
    index = VectorIndex.build(np.arange(50)[::-1].copy(), vectors)
    queries = unit_rows(6, 24, seed=6)
    assert np.array_equal(index.ids, np.arange(50))
    single = np.stack([index.scores(query) for query in queries])
    assert np.allclose(single, queries @ vectors[::-1].T, atol=1e-6)
    assert np.allclose(index.scores_of_many(queries), single, atol=1e-6)
    assert np.array_equal(index.scores_of_many(queries[:2]), single[:2])


def test_an_empty_index_answers_with_nothing() -> None:
    index = VectorIndex.build(np.empty(0, dtype=np.int64), np.empty((0, 8), dtype=np.float32))
    query = unit_rows(1, 8, seed=0)[0]
    assert len(index) == 0
    assert index.dimension == 8
    assert index.search(query, 10)[0].tolist() == []
    assert index.search(query, 10, np.array([1, 2]))[0].tolist() == []
    with pytest.raises(NotFound, match="Track 1"):
        index.vectors_of(np.array([1]))


def test_vectors_of_keeps_the_order_asked_for_and_hands_out_copies() -> None:
    vectors = unit_rows(10, 8, seed=2)
    index = VectorIndex.build(np.arange(10), vectors)
    taken = index.vectors_of(np.array([9, 0, 4]))
    assert np.array_equal(taken, vectors[[9, 0, 4]])
    taken[:] = 0
    assert np.array_equal(index.vectors_of(np.array([9])), vectors[[9]])
    with pytest.raises(NotFound, match=r"Track 77 .*mir index"):
        index.vectors_of(np.array([3, 77]))


def test_what_does_not_fit_is_refused_with_the_remedy() -> None:
    vectors = unit_rows(3, 8, seed=2)
    index = VectorIndex.build(np.arange(3), vectors)
    with pytest.raises(VectorIndexError, match=r"7 numbers meets an index of 8.*mir rebuild"):
        index.search(vectors[0, :7], 1)
    with pytest.raises(VectorIndexError, match="not finite"):
        index.search(np.full(8, np.nan, dtype=np.float32), 1, np.array([1]))
    with pytest.raises(VectorIndexError, match="7 numbers meets an index of 8"):
        index.updated(np.array([9]), unit_rows(1, 7, seed=1), np.empty(0, dtype=np.int64))
    with pytest.raises(VectorIndexError, match="repeated"):
        VectorIndex.build(np.array([1, 1, 2]), vectors)
    with pytest.raises(VectorIndexError, match="do not fit"):
        VectorIndex.build(np.array([1, 2]), vectors)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0, 3.0])
def test_a_vector_that_is_not_finite_or_not_unit_is_refused_by_name(bad: float) -> None:
    vectors = unit_rows(3, 8, seed=2)
    vectors[1] = bad
    with pytest.raises(VectorIndexError, match=r"track 12 .*mir index"):
        VectorIndex.build(np.array([11, 12, 13]), vectors)


def test_threads_searching_one_index_get_the_same_answers() -> None:
    vectors = unit_rows(2000, 64, seed=9)
    index = VectorIndex.build(np.arange(2000), vectors)
    expected = [index.search(query, 10)[0].tolist() for query in vectors[:20]]
    answers: list[list[list[int]]] = []

    def ask() -> None:
        answers.append([index.search(query, 10)[0].tolist() for query in vectors[:20]])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [expected] * 4
