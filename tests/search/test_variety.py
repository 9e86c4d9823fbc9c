from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_library import unit_vectors

from mir.search.variety import Candidate, album_key, capped, varied, without_versions
from tests.made_up_tracks import made_up_track


def falling(count: int, seed: int) -> np.ndarray:
    return np.sort(np.random.default_rng(seed).uniform(-1, 1, count))[::-1]


def spread(vectors: np.ndarray) -> float:
    """Mean cosine distance between any two."""
    return float(np.mean([1 - a @ b for a, b in combinations(vectors, 2)]))


@given(st.integers(0, 30), st.floats(0, 1), st.integers(0, 5))
def test_every_candidate_comes_once_and_the_first_stays(
    count: int, variety: float, seed: int
) -> None:
    order = varied(falling(count, seed), unit_vectors(count, seed), variety)
    assert sorted(order.tolist()) == list(range(count))
    assert not count or order[0] == 0


def test_no_variety_keeps_the_order() -> None:
    assert varied(falling(9, 1), unit_vectors(9), 0).tolist() == list(range(9))


@given(st.floats(0.05, 1), st.integers(0, 20))
def test_each_choice_is_the_best_by_the_formula(variety: float, seed: int) -> None:
    scores, vectors = falling(12, seed), unit_vectors(12, seed).astype(np.float64)
    order = varied(scores, vectors, variety).tolist()
    for place in range(1, 12):
        taken, left = order[:place], sorted(order[place:])
        worth = [
            (1 - variety) * scores[n] - variety * (vectors[taken] @ vectors[n]).max() for n in left
        ]
        chosen = worth[left.index(order[place])]
        assert chosen == pytest.approx(max(worth), abs=1e-9)


def test_more_variety_spreads_the_list() -> None:
    query, vectors = unit_vectors(1, 3)[0], unit_vectors(200, 4)
    vectors = vectors[np.argsort(-(vectors @ query))]
    lists = [vectors[varied(vectors @ query, vectors, v)[:10]] for v in (0, 0.5, 1)]
    spreads = [spread(each) for each in lists]
    nearness = [float((each @ query).mean()) for each in lists]
    assert spreads == sorted(spreads)
    assert nearness == sorted(nearness, reverse=True)
    assert spreads[0] < spreads[2]


def test_a_variety_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="outside 0 to 1"):
        varied(falling(3, 0), unit_vectors(3), 1.1)


names = st.lists(
    st.tuples(st.sampled_from(["a", "b", None]), st.sampled_from([("x", ""), ("y", ""), None]))
)
limit = st.one_of(st.none(), st.integers(1, 3))


@given(names, limit, limit)
def test_limits_hold_and_nothing_is_lost(
    makers: list[tuple[str | None, tuple[str, str] | None]],
    per_artist: int | None,
    per_album: int | None,
) -> None:
    ranking = [
        Candidate(n, artist, 1.0 - n / 99, album) for n, (artist, album) in enumerate(makers)
    ]
    within, over = capped(ranking, per_artist, per_album)
    assert sorted([*within, *over], key=lambda each: each.track) == ranking
    for part in (within, over):
        assert part == sorted(part, key=lambda each: each.track)
    for artist in ("a", "b"):
        assert sum(each.artist == artist for each in within) <= (per_artist or 999)
    for album in (("x", ""), ("y", "")):
        assert sum(each.album == album for each in within) <= (per_album or 999)
    assert over == [] or per_artist or per_album
    # One that stands out is over a limit that those before it have reached.
    for each in over:
        before = [other for other in within if other.track < each.track]
        assert (
            each.artist is not None
            and sum(other.artist == each.artist for other in before) == per_artist
        ) or (
            each.album is not None
            and sum(other.album == each.album for other in before) == per_album
        )


PLAIN = replace(made_up_track(1), title="Song", artists=("Ada",), seconds=200.0)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, False),
        ({"title": "SONG", "artists": ("ada", "Bo"), "seconds": 201.9}, False),
        ({"seconds": 203.0}, True),
        ({"title": "Song (live)"}, True),
        ({"artists": ("Bo",)}, True),
        ({"artists": ()}, True),
    ],
)
def test_versions_go_and_different_tracks_stay(change: dict[str, object], kept: bool) -> None:
    other = replace(PLAIN, id=2, **change)  # type: ignore[arg-type]
    assert without_versions([PLAIN, other], [], {}) == ([PLAIN, other] if kept else [PLAIN])
    assert without_versions([other], [PLAIN], {}) == ([other] if kept else [])


def test_unnamed_tracks_are_never_taken_for_one_another() -> None:
    nameless = [replace(PLAIN, id=n, artists=()) for n in range(3)]
    assert without_versions(nameless, nameless, {}) == nameless


def test_what_sounds_as_one_recording_is_one_whatever_its_names() -> None:
    other = replace(PLAIN, id=2, title="04 Track", artists=(), seconds=260.0)
    third = replace(PLAIN, id=3, title="Another", artists=("Cy",))
    same = {PLAIN.id: PLAIN.id, 2: PLAIN.id}
    assert without_versions([PLAIN, other, third], [], same) == [PLAIN, third]
    assert without_versions([other, third], [PLAIN], same) == [third]
    assert without_versions([third, other], [], {3: 3}) == [third, other]


def test_an_album_is_told_by_its_title_and_its_artist() -> None:
    one = replace(PLAIN, album="Hits", album_artist="Ada")
    assert album_key(one) == album_key(replace(one, album="HITS ", artists=("Bo",)))
    assert album_key(one) != album_key(replace(one, album_artist="Bo"))
    assert album_key(PLAIN) is None
