"""Scores: a share, rising with strength, that unrelated music seldom reaches."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.versions.alignment import align, strengths
from mir.versions.chroma import chroma
from mir.versions.significance import LIKELY, score, strength, strength_of
from mir.versions.similarity import moments
from tests.versions.played import RATE, sound, tones


@given(st.floats(0, 100), st.floats(0, 100))
def test_a_stronger_alignment_never_scores_less(one: float, two: float) -> None:
    assert (score(one) <= score(two)) == (one <= two) or score(one) == score(two)
    assert 0 <= score(one) <= 1


@given(st.floats(0, 0.999999))
def test_a_score_leads_back_to_its_strength(share: float) -> None:
    assert math.isclose(score(strength_of(share)), share, abs_tol=1e-9)


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_without_strength_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="choose one"):
        strength_of(share)


def test_a_gain_counts_less_in_longer_recordings_and_where_it_comes_backwards_too() -> None:
    assert strength(20, 5, 100, 100) > strength(20, 5, 500, 100) > strength(20, 5, 500, 500)
    assert strength(20, 5, 500, 500) > strength(20, 15, 500, 500)
    assert strength(20, 5, 100, 500) == strength(20, 5, 500, 100)
    assert strength(0, 0, 0, 0) == 0


def test_unrelated_music_is_no_likely_version_and_a_faster_copy_is() -> None:
    pieces = [moments(chroma(sound(tones(seed, 50), 0.7), RATE)) for seed in range(8)]
    unrelated = [
        value for index, each in enumerate(pieces) for value in strengths(each, pieces[index + 1 :])
    ]
    assert len(unrelated) == 28
    assert max(map(score, unrelated)) < LIKELY
    copy = align(pieces[0], moments(chroma(sound(tones(0, 50), 0.6), RATE)))
    assert copy is not None
    assert copy.score > LIKELY
