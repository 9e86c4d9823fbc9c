"""What a recording contains: short samples are found where they lie, and nothing else is."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest
from fingerprint import made_up_music

from mir.analysis import FloatArray
from mir.fingerprint.contained import contained
from mir.fingerprint.identify import CERTAIN
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip, clip_landmarks, landmarks
from mir.fingerprint.packing import pack
from mir.fingerprint.spectrum import SAMPLE_RATE

SECONDS = 60
TRACKS = range(1, 6)


@lru_cache(maxsize=8)
def music(seed: int) -> FloatArray:
    return made_up_music.music(seed, SECONDS)


@pytest.fixture(scope="module")
def index() -> FingerprintIndex:
    packed = {seed: pack(landmarks(music(seed), SAMPLE_RATE)) for seed in TRACKS}
    return FingerprintIndex().add(packed)


def part(seed: int, start: float, end: float) -> FloatArray:
    return music(seed)[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]


def heard(*parts: FloatArray) -> Clip:
    return clip_landmarks(np.concatenate(parts), SAMPLE_RATE)


@pytest.mark.parametrize("seconds", [5, 10, 20])
def test_a_sample_is_found_from_where_to_where(index: FingerprintIndex, seconds: int) -> None:
    other = music(90)
    cut = round(31.4 * SAMPLE_RATE)
    (found,) = contained(index, heard(other[:cut], part(2, 12.3, 12.3 + seconds), other[cut:]))
    assert found.track == 2
    (stretch,) = found.stretches
    assert stretch.start == pytest.approx(31.4, abs=1.0)
    assert stretch.end == pytest.approx(31.4 + seconds, abs=1.0)
    assert stretch.other_start - stretch.start == pytest.approx(12.3 - 31.4, abs=0.1)
    assert stretch.score >= CERTAIN


def test_a_sample_is_found_under_other_music(index: FingerprintIndex) -> None:
    mixed = music(91).copy()
    first, sample = round(22 * SAMPLE_RATE), part(3, 40, 50)
    mixed[first : first + len(sample)] += sample
    (found,) = contained(index, heard(mixed))
    assert (found.track, len(found.stretches)) == (3, 1)
    assert found.stretches[0].start == pytest.approx(22, abs=2)
    assert found.stretches[0].other_start - found.stretches[0].start == pytest.approx(18, abs=0.1)


def test_a_whole_recording_is_one_line(index: FingerprintIndex) -> None:
    (found,) = contained(index, heard(part(4, 0, SECONDS)))
    assert found.track == 4
    assert min(found.covered, found.other_covered) > 0.97
    assert found.agreement > 0.7
    assert found.tempo == pytest.approx(1, abs=0.001)


def test_what_is_played_twice_is_told_twice_and_no_second_doubly(index: FingerprintIndex) -> None:
    again = part(1, 20, 35)
    found = contained(index, heard(again, part(90, 0, 20), again))
    stretches = sorted(
        (each.start, each.end) for line in found for each in line.stretches if line.track == 1
    )
    assert [round(start / 5) for start, _ in stretches] == [0, 7]
    assert all(end <= start for (_, end), (start, _) in pairwise(stretches))
    assert {line.track for line in found} == {1}


def test_two_tracks_at_once_are_both_told(index: FingerprintIndex) -> None:
    both = part(1, 10, 40) + part(5, 0, 30)
    assert {each.track for each in contained(index, heard(both))} == {1, 5}


@pytest.mark.parametrize("seed", range(100, 103))
def test_other_music_contains_nothing(index: FingerprintIndex, seed: int) -> None:
    assert contained(index, heard(music(seed))) == ()


def test_silence_and_an_empty_library_have_nothing(index: FingerprintIndex) -> None:
    assert contained(index, heard(np.zeros(SAMPLE_RATE * 20, np.float32))) == ()
    assert contained(FingerprintIndex(), heard(part(1, 0, 20))) == ()


def test_maps_of_windows_are_forgotten_and_made_again(
    index: FingerprintIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = heard(part(2, 0, 30), music(90), part(2, 30, 60))
    whole = contained(index, clip)
    monkeypatch.setattr("mir.fingerprint.follow._MAPS_KEPT", 2)
    assert contained(index, clip) == whole
    assert len(whole) == 2
