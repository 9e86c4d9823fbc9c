import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from made_up_library import unit_vectors

from mir.analysis import Span
from mir.passages import split
from mir.search.passages import Passages, nearest


def passages(count: int, seed: int) -> Passages:
    return Passages(unit_vectors(count, seed), [Span(20.0 * n, 18.0) for n in range(count)])


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 1_000))
def test_no_other_pair_is_nearer(here: int, there: int, seed: int) -> None:
    query, track = passages(here, seed), passages(there, seed + 1)
    found = nearest(query, track)
    assert found is not None
    cosines = {
        (query.places[m], track.places[n]): float(np.dot(query.vectors[m], track.vectors[n]))
        for m in range(here)
        for n in range(there)
    }
    assert found.pairs == len(cosines)
    assert abs(cosines[found.query, found.track] - found.cosine) < 1e-6
    assert found.cosine >= max(cosines.values()) - 1e-6


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 100))
def test_the_other_way_round_it_is_the_same_pair(here: int, there: int, seed: int) -> None:
    query, track = passages(here, seed), passages(there, seed + 1)
    one, other = nearest(query, track), nearest(track, query)
    assert one is not None
    assert other is not None
    assert (one.query, one.track) == (other.track, other.query)


def test_of_equal_pairs_the_first_is_told_and_a_cosine_is_at_most_one() -> None:
    same = Passages(np.tile(np.float32([[0.8, 0.6]]), (3, 1)) * np.float32(1.0001), split(54))
    found = nearest(same, same)
    assert found is not None
    assert (found.query, found.track, found.cosine) == (Span(0, 18), Span(0, 18), 1.0)


def test_nothing_is_told_where_passages_or_their_places_are_unknown() -> None:
    known = passages(3, 1)
    for unknown in (None, passages(0, 1), Passages(known.vectors, [])):
        assert nearest(known, unknown) is None
        assert nearest(unknown, known) is None
