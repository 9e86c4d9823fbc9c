from hypothesis import given
from hypothesis import strategies as st

from mir.recommend.mix import filled, interleaved, strewn

lengths = st.lists(st.floats(1, 600), max_size=30)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_every_beginning_holds_each_list_by_its_share(parts: list[int]) -> None:
    shares = [part / sum(parts) for part in parts]
    lists = [[(k, n) for n in range(10 * part)] for k, part in enumerate(parts)]
    mixed = interleaved(lists, shares)
    assert sorted(mixed) == sorted(item for each in lists for item in each)
    for k, each in enumerate(lists):
        assert [item for item in mixed if item[0] == k] == each
        for end in range(len(mixed)):
            taken = sum(item[0] == k for item in mixed[:end])
            assert abs(taken - shares[k] * end) < len(lists)


def test_a_list_that_is_used_up_leaves_its_places() -> None:
    assert interleaved([["a"], ["b", "c", "d"]], [0.9, 0.1]) == ["a", "b", "c", "d"]
    assert interleaved([[], []], [0.5, 0.5]) == []


@given(st.integers(0, 10), st.integers(10, 30))
def test_what_is_strewn_lies_among_the_first(items: int, places: int) -> None:
    mixed = strewn([-1 - n for n in range(items)], list(range(40)), places)
    assert [item for item in mixed if item >= 0] == list(range(40))
    assert sum(item < 0 for item in mixed[:places]) == items


@given(lengths, st.floats(0, 3000))
def test_a_time_is_filled_to_within_one_track(items: list[float], seconds: float) -> None:
    taken = filled(list(enumerate(items)), lambda item: item[1], seconds)
    left = seconds - sum(item[1] for item in taken)
    assert left >= -1e-6
    assert all(item in taken or item[1] > left - 1e-6 for item in enumerate(items))
    assert taken == sorted(taken)
