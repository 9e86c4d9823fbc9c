import numpy as np
import pytest
from fingerprint.made_up_music import music

from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import clip_landmarks, landmarks
from mir.fingerprint.packing import pack
from mir.fingerprint.spectrum import SAMPLE_RATE
from mir.fingerprint.timeline import timeline

LIBRARY = FingerprintIndex().add(
    {track: pack(landmarks(music(track, 60), SAMPLE_RATE)) for track in range(1, 6)}
)


def part(track: int, start: int, end: int) -> np.ndarray:
    return music(track, 60)[start * SAMPLE_RATE : end * SAMPLE_RATE]


def test_what_was_played_when() -> None:
    mix = np.concatenate([part(3, 10, 45), music(77, 30), part(1, 0, 20), part(4, 5, 40)])
    found = timeline(LIBRARY, clip_landmarks(mix, SAMPLE_RATE))
    assert [each.track for each in found] == [3, 1, 4]
    for passage, (start, end, begins) in zip(
        found, [(0, 35, 10), (65, 85, 0), (85, 120, 5)], strict=True
    ):
        assert passage.start == pytest.approx(start, abs=6)
        assert passage.end == pytest.approx(end, abs=6)
        # The clip's place in the track, where the passage was said to begin.
        assert passage.offset == pytest.approx(begins + passage.start - start, abs=0.2)
        assert passage.windows >= 2


def test_two_at_once_are_both_named() -> None:
    both = part(2, 0, 40) + part(5, 20, 60)
    found = timeline(LIBRARY, clip_landmarks(both, SAMPLE_RATE))
    assert sorted(each.track for each in found) == [2, 5]
    assert all(each.end - each.start > 20 for each in found)


def test_a_gap_of_noise_does_not_break_a_passage() -> None:
    sound = part(2, 0, 50)
    noise = np.random.default_rng(1).standard_normal(6 * SAMPLE_RATE).astype(np.float32)
    sound[20 * SAMPLE_RATE : 26 * SAMPLE_RATE] = noise
    (only,) = timeline(LIBRARY, clip_landmarks(sound, SAMPLE_RATE))
    assert (only.track, only.start) == (2, 0)
    assert only.end >= 44


@pytest.mark.parametrize("seconds", [0, 1, 4, 90])
def test_unknown_music_and_silence_give_nothing(seconds: int) -> None:
    for sound in (music(50, seconds), np.zeros(seconds * SAMPLE_RATE, np.float32)):
        assert timeline(LIBRARY, clip_landmarks(sound, SAMPLE_RATE)) == ()


def test_a_short_clip_of_a_track_is_one_passage() -> None:
    (only,) = timeline(LIBRARY, clip_landmarks(part(1, 30, 37), SAMPLE_RATE))
    assert only.track == 1
    assert only.offset == pytest.approx(30, abs=0.1)


def test_it_tells_how_far_it_is() -> None:
    sound = clip_landmarks(music(77, 32), SAMPLE_RATE)
    told: list[float] = []
    timeline(LIBRARY, sound, told.append)
    assert told == sorted(told)
    assert told[0] == 10.0
    assert told[-1] == sound.seconds
