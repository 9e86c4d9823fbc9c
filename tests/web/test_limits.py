"""Token buckets: never more than they hold and what falls in since, and never fewer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.limits import Buckets, network_of


@given(
    st.integers(1, 8),
    st.integers(1, 64),
    st.lists(st.integers(0, 40), max_size=60),
)
def test_no_window_lets_through_more_than_it_may(burst: int, every: int, pauses: list[int]) -> None:
    """In eighths of a second, which floats hold exactly."""
    now = 0.0
    buckets = Buckets(burst, every / 8, lambda: now)
    let: list[float] = []
    for pause in pauses:
        now += pause / 8
        wait = buckets.take("key")
        if wait:
            now += wait
            assert buckets.take("key") == 0.0
        let.append(now)
    for first, begin in enumerate(let):
        for last in range(first, len(let)):
            most = burst + (let[last] - begin) / (every / 8)
            assert last - first + 1 <= most + 1e-6


@given(st.integers(1, 8), st.integers(1, 64))
def test_a_full_bucket_lets_its_burst_through_and_no_more(burst: int, every: int) -> None:
    now = 0.0
    buckets = Buckets(burst, float(every), lambda: now)
    for _ in range(3):
        assert [buckets.take("a") for _ in range(burst)] == [0.0] * burst
        assert buckets.take("a") == every
        assert buckets.take("b") == 0.0 or burst == 1
        now += burst * every


def test_what_is_refused_takes_nothing() -> None:
    now = 0.0
    buckets = Buckets(1, 10.0, lambda: now)
    buckets.take("a")
    for _ in range(100):
        assert buckets.take("a") == 10.0
    now = 10.0
    assert buckets.take("a") == 0.0


def test_only_so_many_are_remembered() -> None:
    buckets = Buckets(1, 10.0, lambda: 0.0, most=100)
    for number in range(1_000):
        assert buckets.take(number) == 0.0
    assert len(buckets._full_at) == 100
    assert buckets.take(999) > 0


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_an_address_is_its_customers(address: str, whose: str) -> None:
    assert network_of(address) == whose
