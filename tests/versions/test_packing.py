"""Packed chroma: the same again, small, and damage is noticed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mir.versions.chroma import LEVELS, Chroma
from mir.versions.packing import pack, unpack
from tests.versions.played import sequence


@given(
    arrays.arrays(
        np.uint8, st.tuples(st.integers(0, 40), st.just(12)), elements=st.integers(0, LEVELS)
    ),
    st.floats(-0.5, 0.5),
)
def test_what_was_packed_comes_back(levels: np.ndarray, tuning: float) -> None:
    found = unpack(pack(Chroma(levels, tuning)))
    assert np.array_equal(found.levels, levels)
    assert found.tuning == pytest.approx(tuning, abs=0.006)


def test_a_minute_takes_less_than_a_kilobyte() -> None:
    assert len(pack(sequence(1, 120))) == 6 + 720


@pytest.mark.parametrize("damage", [b"", b"\x01", b"\x02" + bytes(5)])
def test_other_bytes_are_refused(damage: bytes) -> None:
    with pytest.raises(ValueError, match="hear the track anew"):
        unpack(damage)


def test_lost_bytes_are_noticed() -> None:
    with pytest.raises(ValueError, match="not 125"):
        unpack(pack(sequence(1, 20))[:-1])
