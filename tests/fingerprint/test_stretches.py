"""A recording that comes in stretches has the landmarks that it has as a whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mir.fingerprint.landmarks import landmarks
from mir.fingerprint.packing import pack
from mir.fingerprint.spectrum import SAMPLE_RATE
from mir.fingerprint.stretches import landmarks_of_stretches


def music(seconds: float, seed: int = 1) -> np.ndarray:
    """Notes of an eighth of a second with some noise."""
    draw = np.random.default_rng(seed)
    length = round(seconds * SAMPLE_RATE)
    pitch = np.repeat(draw.uniform(120, 3_500, length // 1_000 + 1), 1_000)[:length]
    tone = np.sin(2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE)
    return (0.3 * tone + 0.01 * draw.normal(size=length)).astype(np.float32)


@given(
    seconds=st.floats(0, 200),
    cuts=st.lists(st.floats(0, 1), max_size=4),
)
@settings(max_examples=30, deadline=None)
def test_stretches_have_the_landmarks_of_the_whole(seconds: float, cuts: list[float]) -> None:
    whole = music(seconds)
    places = sorted(round(cut * len(whole)) for cut in cuts)
    found = landmarks_of_stretches(np.split(whole, places))
    assert pack(found) == pack(landmarks(whole, SAMPLE_RATE))


@pytest.mark.parametrize("extra", [-257, -256, -1, 0, 1, 255, 256, 257, 4096])
def test_nothing_is_lost_where_one_look_ends(extra: int) -> None:
    whole = music(62.0)[: 61 * SAMPLE_RATE + 4096 - 61 * SAMPLE_RATE % 4096 + extra]
    assert pack(landmarks_of_stretches([whole])) == pack(landmarks(whole, SAMPLE_RATE))


def test_no_stretches_are_silence() -> None:
    assert pack(landmarks_of_stretches([])) == pack(landmarks(np.empty(0), SAMPLE_RATE))
