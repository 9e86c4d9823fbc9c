from collections import Counter
from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from mir.recommend.rerank import listenable
from mir.search.variety import Candidate

artists = st.lists(st.sampled_from(["a", "b", "c", "d", None]), max_size=40)


def ranking(names: list[str | None]) -> list[Candidate]:
    return [Candidate(n, name, 1.0 - n / 100) for n, name in enumerate(names)]


def touching(names: list[str | None]) -> int:
    return sum(one == other and one is not None for one, other in pairwise(names))


@given(artists, st.integers(1, 50), st.sampled_from(["a", "z", None]))
def test_the_count_is_met_without_repeats(
    names: list[str | None], count: int, after: str | None
) -> None:
    listed = listenable(ranking(names), count, after)
    assert len(listed) == min(count, len(names))
    assert len({candidate.track for candidate in listed}) == len(listed)


@given(st.lists(st.sampled_from(["a", "b", "c", None]), max_size=7), st.sampled_from(["a", None]))
def test_no_order_has_fewer_neighbours_of_one_artist(
    names: list[str | None], after: str | None
) -> None:
    listed = [candidate.artist for candidate in listenable(ranking(names), len(names) or 1, after)]
    # With as many places as candidates all are taken, so only their order is at stake.
    fewest = min(touching([after, *order]) for order in permutations(names))
    assert touching([after, *listed]) == fewest


@given(artists, st.integers(1, 40))
def test_an_artist_is_over_the_limit_only_where_others_are_used_up(
    names: list[str | None], count: int
) -> None:
    most = max(2, count // 4)
    listed = listenable(ranking(names), count)
    chosen = {candidate.track for candidate in listed}
    over = {
        artist
        for artist, tracks in Counter(candidate.artist for candidate in listed).items()
        if artist is not None and tracks > most
    }
    if over:
        left = Counter(c.artist for c in ranking(names) if c.track not in chosen)
        taken = Counter(candidate.artist for candidate in listed)
        assert None not in left
        assert all(taken[artist] >= most for artist in left)


@given(artists, st.integers(1, 40))
def test_of_each_artist_the_best_are_taken(names: list[str | None], count: int) -> None:
    chosen = {candidate.track for candidate in listenable(ranking(names), count)}
    for artist in set(names) - {None}:
        of_artist = [n for n, name in enumerate(names) if name == artist]
        taken = [n in chosen for n in of_artist]
        assert taken == sorted(taken, reverse=True)


def test_where_artists_differ_the_order_stays() -> None:
    given = ranking(["a", "b", None, None, "c", "a"])
    assert listenable(given, 6) == given


def test_the_artist_just_played_does_not_come_first() -> None:
    listed = listenable(ranking(["a", "b", "a", "c"]), 4, after="a")
    assert [candidate.artist for candidate in listed] == ["b", "a", "c", "a"]


def test_an_album_is_over_its_limit_only_where_others_are_used_up() -> None:
    albums = [("Hits", "")] * 4 + [None, ("Live", "")]
    given = [Candidate(n, f"artist {n}", 1.0 - n / 10, album) for n, album in enumerate(albums)]
    assert [each.track for each in listenable(given, 4, per_album=1)] == [0, 4, 5, 1]
    assert [each.track for each in listenable(given, 4)] == [0, 1, 2, 3]
