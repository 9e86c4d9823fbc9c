import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.durations import seconds_of
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
