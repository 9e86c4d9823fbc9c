import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.durations import clock, moment, seconds_of
from mir.errors import InvalidQuery


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("20s", 20), ("45m", 2700), ("1h", 3600), (" 1H30m5s", 5405), ("1.5s", 1.5)],
)
def test_lengths_are_read_as_people_write_them(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", " ", "m", "-1", "1d", "1m1h", "nan", "٣m", "1e9", "9" * 99])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="no length of time"):
        seconds_of(text)


@given(st.integers(0, 99), st.integers(0, 999), st.integers(0, 999))
def test_parts_add_up(hours: int, minutes: int, seconds: int) -> None:
    assert seconds_of(f"{hours}h{minutes}m{seconds}s") == 3600 * hours + 60 * minutes + seconds


@given(st.floats(0, 1e6))
def test_a_moment_is_the_second_in_which_it_lies(seconds: float) -> None:
    *rest, minutes, second = map(int, moment(seconds).split(":"))
    hours = rest[0] if rest else 0
    told = 3600 * hours + 60 * minutes + second
    assert told <= seconds < told + 1


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (187, "3:07"), (3_599.6, "1:00:00")],
)
def test_a_length_is_rounded(seconds: float, written: str) -> None:
    assert clock(seconds) == written
