"""Loudness against the calibration of ITU-R BS.1770 and the gates it defines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mir.features import loudness

RATE = 16_000


def _sine(seconds: float, dbfs: float, hertz: float = 997.0, rate: int = RATE) -> np.ndarray:
    t = np.arange(int(seconds * rate)) / rate
    return (10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_a_full_scale_sine_of_997_hz_reads_minus_3_01(rate: int) -> None:
    assert loudness.integrated([_sine(10, 0.0, rate=rate)], rate) == pytest.approx(-3.01, abs=0.05)


def test_the_filters_at_48_khz_are_those_that_the_standard_lists() -> None:
    shelf, high_pass = loudness.k_weighting(48_000)
    listed = [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0]
    listed += [-1.69065929318241, 0.73248077421585]
    np.testing.assert_allclose(shelf, listed, atol=1e-6)
    listed = [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621]
    np.testing.assert_allclose(high_pass, listed, atol=1e-6)


@settings(deadline=None, max_examples=10)
@given(st.floats(-40, 0))
def test_a_gain_moves_it_by_as_many_decibels(gain: float) -> None:
    full = loudness.integrated([_sine(3, 0.0)], RATE)
    moved = loudness.integrated([_sine(3, gain)], RATE)
    assert full is not None
    assert moved == pytest.approx(full + gain, abs=0.01)


def test_silence_has_none_and_pauses_do_not_count() -> None:
    silence = np.zeros(10 * RATE, np.float32)
    assert loudness.integrated([silence], RATE) is None
    assert loudness.integrated([], RATE) is None
    alone = loudness.integrated([_sine(10, -20.0)], RATE)
    beside = loudness.integrated([_sine(10, -20.0), silence], RATE)
    assert beside == pytest.approx(alone, abs=0.001)


def test_the_relative_gate_leaves_quiet_parts_out() -> None:
    """After the cases of EBU Tech 3341: -36, -23 and -36 dB are as loud as the middle alone."""
    parts = [_sine(10, -36.0), _sine(60, -23.0), _sine(10, -36.0)]
    middle = loudness.integrated([parts[1]], RATE)
    assert loudness.integrated([np.concatenate(parts)], RATE) == pytest.approx(middle, abs=0.1)


def test_a_passage_shorter_than_a_block_still_reads() -> None:
    assert loudness.integrated([_sine(0.3, 0.0)], RATE) == pytest.approx(-3.01, abs=0.3)
