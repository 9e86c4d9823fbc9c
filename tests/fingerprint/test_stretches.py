"""A recording that comes in stretches has the landmarks that it has as a whole."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_notes import random_notes

from mir.fingerprint.landmarks import clip_landmarks, landmarks
from mir.fingerprint.packing import pack
from mir.fingerprint.spectrum import SAMPLE_RATE
from mir.fingerprint.stretches import clip_of_stretches, landmarks_of_stretches


@given(
    seconds=st.floats(0, 200),
    cuts=st.lists(st.floats(0, 1), max_size=4),
)
@settings(max_examples=30, deadline=None)
def test_stretches_have_the_landmarks_of_the_whole(seconds: float, cuts: list[float]) -> None:
    whole = random_notes(1, seconds, SAMPLE_RATE)
    places = sorted(round(cut * len(whole)) for cut in cuts)
    found = landmarks_of_stretches(np.split(whole, places))
    assert pack(found) == pack(landmarks(whole, SAMPLE_RATE))


@pytest.mark.parametrize("extra", [-257, -256, -1, 0, 1, 255, 256, 257, 4096])
def test_nothing_is_lost_where_one_look_ends(extra: int) -> None:
    whole = random_notes(1, 62.0, SAMPLE_RATE)[
        : 61 * SAMPLE_RATE + 4096 - 61 * SAMPLE_RATE % 4096 + extra
    ]
    assert pack(landmarks_of_stretches([whole])) == pack(landmarks(whole, SAMPLE_RATE))


def test_no_stretches_are_silence() -> None:
    assert pack(landmarks_of_stretches([])) == pack(landmarks(np.empty(0), SAMPLE_RATE))


@pytest.mark.parametrize("seconds", [0.0, 5.0, 61.4, 200.0])
def test_a_clip_in_stretches_has_both_grids_of_the_whole(seconds: float) -> None:
    sound = random_notes(1, seconds, SAMPLE_RATE)
    found = clip_of_stretches(np.split(sound, [len(sound) // 3, len(sound) // 2]))
    whole = clip_landmarks(sound, SAMPLE_RATE)
    assert found.length == whole.length
    for mine, its in zip(found.grids, whole.grids, strict=True):
        np.testing.assert_array_equal(mine.frames, its.frames)
        np.testing.assert_array_equal(mine.bins, its.bins)
        assert mine.trust is not None
        assert its.trust is not None
        np.testing.assert_allclose(mine.trust, its.trust, rtol=1e-3)
