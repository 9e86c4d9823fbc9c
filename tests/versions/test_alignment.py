"""Alignment: the same music is found in whatever key, tempo and part of a recording."""

import numpy as np
import pytest

from mir.versions.alignment import align, strengths
from mir.versions.chroma import Chroma, chroma
from mir.versions.significance import LIKELY, strength_of
from mir.versions.similarity import LONGEST_FRAMES, moments
from tests.versions.played import RATE, faster, sequence, sound, tones, transposed

PIECE = sequence(1, 240)
OTHERS = [sequence(seed, 200) for seed in range(2, 22)]


def test_a_recording_covers_itself() -> None:
    found = align(moments(PIECE), moments(PIECE))
    assert found is not None
    assert found.first == found.second
    assert found.first.start <= 1
    assert found.first.end >= PIECE.seconds - 1
    assert (found.semitones, found.tempo) == (0, 1)


@pytest.mark.parametrize("semitones", [-5, -1, 3, 6])
def test_transposed_music_is_as_strong_and_its_interval_told(semitones: int) -> None:
    plain = align(moments(PIECE), moments(PIECE))
    found = align(moments(PIECE), moments(transposed(PIECE, semitones)))
    assert plain is not None
    assert found is not None
    assert found.semitones == semitones
    assert found.strength == pytest.approx(plain.strength, abs=0.05)


@pytest.mark.parametrize("tempo", [0.8, 0.9, 1.15, 1.25])
def test_music_at_another_tempo_is_found_with_its_ratio(tempo: float) -> None:
    found = align(moments(PIECE), moments(faster(PIECE, tempo)))
    assert found is not None
    assert found.tempo == pytest.approx(tempo, rel=0.03)
    unrelated = strengths(moments(PIECE), [moments(each) for each in OTHERS])
    assert found.strength > 3 * unrelated.max()


def test_an_excerpt_is_found_where_it_lies() -> None:
    excerpt = Chroma(PIECE.levels[100:160])
    found = align(moments(excerpt), moments(PIECE))
    assert found is not None
    assert found.first.end - found.first.start > 25
    assert found.second.start - found.first.start == pytest.approx(50, abs=1)


def test_it_does_not_matter_which_recording_comes_first() -> None:
    for other in (faster(PIECE, 1.2), OTHERS[0], OTHERS[1]):
        one = align(moments(PIECE), moments(other))
        two = align(moments(other), moments(PIECE))
        assert one is not None
        assert two is not None
        assert one.strength == pytest.approx(two.strength, abs=0.1)
        assert strengths(moments(PIECE), [moments(other)])[0] == pytest.approx(
            strengths(moments(other), [moments(PIECE)])[0], abs=0.1
        )


def test_many_at_once_are_as_strong_as_each_alone() -> None:
    compared = [moments(each) for each in (*OTHERS, PIECE, faster(PIECE, 1.1))]
    together = strengths(moments(PIECE), compared)
    for strength, each in zip(together, compared, strict=True):
        found = align(moments(PIECE), each)
        assert strength == pytest.approx(found.strength if found else 0.0, abs=0.1)
    assert set(np.argsort(together)[-2:]) == {len(OTHERS), len(OTHERS) + 1}


def test_played_music_is_found_by_its_sound() -> None:
    chords = tones(1, 60)
    plain = moments(chroma(sound(chords, 0.9), RATE))
    played = moments(chroma(sound(chords, 0.8, 2.2), RATE))
    other = moments(chroma(sound(tones(2, 60), 0.9), RATE))
    found = align(plain, played)
    assert found is not None
    assert found.semitones == 2
    assert found.tempo == pytest.approx(0.9 / 0.8, rel=0.05)
    assert found.strength > 3 * strengths(plain, [other])[0]


def test_silence_and_short_clips_match_nothing() -> None:
    silent = Chroma(np.zeros((100, 12), np.uint8))
    nothing = Chroma(np.zeros((0, 12), np.uint8))
    one = Chroma(PIECE.levels[:1])
    for odd in (silent, nothing, one):
        assert align(moments(PIECE), moments(odd)) is None
        assert align(moments(odd), moments(PIECE)) is None
        assert strengths(moments(odd), [moments(PIECE), moments(odd)]).tolist() == [0, 0]
    assert strengths(moments(PIECE), []).shape == (0,)


def test_a_chord_that_is_held_matches_nothing() -> None:
    held = Chroma(np.tile(PIECE.levels[:1], (200, 1)))
    assert strengths(moments(held), [moments(held), moments(PIECE)]).max() < strength_of(LIKELY)


def test_parts_of_a_long_recording_can_be_compared() -> None:
    long = Chroma(np.concatenate([each.levels for each in (*OTHERS, PIECE)]))
    assert len(long.levels) > LONGEST_FRAMES
    assert len(moments(long).vectors) == LONGEST_FRAMES
    part = moments(Chroma(long.levels[LONGEST_FRAMES:]))
    found = align(moments(PIECE), part)
    assert found is not None
    assert found.score > LIKELY


def test_a_least_strength_leaves_out_the_weaker_and_changes_no_other() -> None:
    query = moments(PIECE)
    candidates = [moments(each) for each in (faster(PIECE, 1.1), *OTHERS, Chroma(PIECE.levels[:0]))]
    every = strengths(query, candidates)
    for least in (0.5, 1.0, strength_of(LIKELY)):
        found = strengths(query, candidates, least)
        np.testing.assert_allclose(found, np.where(every >= least, every, 0))
    assert 0 < (every >= 1.0).sum() < len(candidates)
