"""Key and mode on chord progressions in every key."""

import numpy as np
import pytest

from mir.features import key

RATE = 16_000
MAJOR_PROGRESSION = [(0, 4), (5, 4), (7, 4), (0, 4), (9, 3), (2, 3), (7, 4), (0, 4)]
MINOR_PROGRESSION = [(0, 3), (5, 3), (7, 4), (0, 3), (8, 4), (3, 4), (7, 4), (0, 3)]


def _chord(pitches: list[int], tuning: float) -> np.ndarray:
    """One second of harmonic tones; `tuning` in semitones beside 440 Hz."""
    t = np.arange(RATE) / RATE
    tones = np.zeros(RATE)
    for pitch in pitches:
        hertz = 440 * 2 ** ((pitch - 69 + tuning) / 12)
        for partial in range(1, 8):
            tones += 0.7**partial * np.sin(2 * np.pi * hertz * partial * t)
    return tones * np.exp(-1.2 * t)


def _progression(tonic: int, mode: str, tuning: float = 0.0) -> np.ndarray:
    chords = MAJOR_PROGRESSION if mode == "major" else MINOR_PROGRESSION
    sound = []
    for root, third in chords:
        upper = [60 + (tonic + root + step) % 12 for step in (0, third, 7)]
        sound.append(_chord([36 + (tonic + root) % 12, *upper], tuning))
    joined = np.concatenate(sound)
    return (0.5 * joined / np.abs(joined).max()).astype(np.float32)


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic", range(12))
def test_every_key_is_told(tonic: int, mode: str) -> None:
    found = key.estimate([_progression(tonic, mode)], RATE)
    assert found is not None
    assert (found.name, found.mode) == (key.NAMES[tonic], mode)
    assert 0.3 < found.confidence <= 1


@pytest.mark.parametrize("tuning", [-0.45, -0.2, 0.3])
def test_an_odd_tuning_does_not_matter(tuning: float) -> None:
    found = key.estimate([_progression(4, "minor", tuning)], RATE)
    assert found is not None
    assert (found.name, found.mode) == ("E", "minor")


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("steps", [-3, 2, 5])
def test_music_played_higher_or_lower_has_its_key_moved_as_far(mode: str, steps: int) -> None:
    sound = _progression(7, mode)
    ratio = 2 ** (steps / 12)
    at = np.arange(0, len(sound) - 1, ratio)
    moved = np.interp(at, np.arange(len(sound)), sound).astype(np.float32)
    found = key.estimate([moved], RATE)
    assert found is not None
    assert (found.name, found.mode) == (key.NAMES[(7 + steps) % 12], mode)


def test_drums_do_not_hide_the_key() -> None:
    sound = _progression(3, "minor")
    draw = np.random.default_rng(4)
    t = np.arange(RATE // 2) / RATE
    hit = draw.standard_normal(len(t)) * np.exp(-25 * t) * 0.3
    hit += np.sin(2 * np.pi * (55 + 80 * np.exp(-40 * t)) * t) * np.exp(-18 * t) * 0.5
    found = key.estimate([(sound + np.resize(hit, len(sound))).astype(np.float32)], RATE)
    assert found is not None
    assert (found.name, found.mode) == ("D#", "minor")


def test_what_two_keys_share_is_less_sure_than_what_tells_them_apart() -> None:
    """C and G alone belong to C major and to C minor."""
    both = np.concatenate([_chord([36, 60], 0.0), _chord([43, 67], 0.0)] * 4)
    open_fifth = key.estimate([(0.1 * both).astype(np.float32)], RATE)
    clear = key.estimate([_progression(0, "major")], RATE)
    assert open_fifth is not None
    assert clear is not None
    assert open_fifth.confidence < clear.confidence


def test_passages_are_judged_together() -> None:
    whole = _progression(2, "major")
    found = key.estimate(np.array_split(whole, 3), RATE)
    assert found is not None
    assert (found.name, found.mode) == ("D", "major")


def test_level_does_not_change_the_key() -> None:
    sound = _progression(9, "minor")
    soft = key.estimate([0.05 * sound], RATE)
    assert soft is not None
    assert (soft.name, soft.mode) == ("A", "minor")


def test_a_pure_tone_is_its_pitch_class() -> None:
    t = np.arange(5 * RATE) / RATE
    classes = key.pitch_classes([np.sin(2 * np.pi * 440 * t).astype(np.float32)], RATE)
    assert classes is not None
    assert classes.all[key.NAMES.index("A")] > 0.95
    assert classes.all.sum() == pytest.approx(1)
    assert classes.bass.sum() == 0


def test_silence_has_no_key_and_noise_no_sure_one() -> None:
    assert key.estimate([np.zeros(5 * RATE, np.float32)], RATE) is None
    noise = np.random.default_rng(3).standard_normal(20 * RATE).astype(np.float32) * 0.1
    found = key.estimate([noise], RATE)
    assert found is None or found.confidence < 0.2
