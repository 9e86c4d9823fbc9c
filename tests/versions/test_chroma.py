"""Chroma: what sounds, whatever the tuning, the rate, or the stretches that it comes in."""

import numpy as np
import pytest

from mir.versions.chroma import LEVELS, ChromaStream, chroma
from tests.versions.played import RATE, sound, tones


def test_a_chord_sounds_in_its_classes_alone() -> None:
    found = chroma(sound([(48, 52, 55)] * 4, 1.0), RATE)  # C major
    assert found.levels.shape == (8, 12)
    assert found.levels.dtype == np.uint8
    assert (found.levels.max(axis=1) == LEVELS).all()
    assert set(np.argsort(found.levels.mean(axis=0))[-3:]) == {0, 4, 7}


@pytest.mark.parametrize("semitones", [-3, 1, 2])
def test_music_played_higher_has_its_classes_moved(semitones: int) -> None:
    chords = tones(1, 20)
    plain = chroma(sound(chords, 0.8), RATE)
    moved = chroma(sound(chords, 0.8, semitones), RATE)
    back = np.roll(moved.levels, -semitones, axis=1).astype(int)
    assert np.corrcoef(back.ravel(), plain.levels.ravel())[0, 1] > 0.95


@pytest.mark.parametrize("off", [-0.4, 0.3])
def test_the_tuning_is_found_and_taken_away(off: float) -> None:
    chords = tones(2, 20)
    plain = chroma(sound(chords, 0.8), RATE)
    beside = chroma(sound(chords, 0.8, off), RATE)
    assert beside.tuning == pytest.approx(plain.tuning + off, abs=0.05)
    agreement = np.corrcoef(beside.levels.ravel(), plain.levels.ravel())[0, 1]
    assert agreement > 0.95


@pytest.mark.parametrize("size", [1_000, 7_777, 50_000])
def test_stretches_give_what_the_whole_gives(size: int) -> None:
    samples = sound(tones(3, 12), 1.1)
    stream = ChromaStream(RATE)
    for start in range(0, len(samples), size):
        stream.add(samples[start : start + size])
    found, whole = stream.finish(), chroma(samples, RATE)
    assert found.levels.shape == whole.levels.shape
    assert np.abs(found.levels.astype(int) - whole.levels).max() <= 1  # sums in another order


def test_the_level_does_not_matter() -> None:
    samples = sound(tones(4, 10), 1.0)
    assert chroma(0.1 * samples, RATE) == chroma(samples, RATE)


@pytest.mark.parametrize(
    ("count", "frames"), [(0, 0), (1, 1), (RATE // 2, 1), (RATE // 2 + 1, 2), (10 * RATE, 20)]
)
def test_silence_and_short_clips_have_frames_without_pitch(count: int, frames: int) -> None:
    found = chroma(np.zeros(count, np.float32), RATE)
    assert found.levels.shape == (frames, 12)
    assert not found.levels.any()
    assert found.tuning == 0


def test_what_is_no_number_counts_as_silence() -> None:
    samples = sound(tones(5, 10), 1.0)
    samples[3 * RATE : 5 * RATE] = np.nan
    samples[7 * RATE] = np.inf
    found = chroma(samples, RATE)
    assert not found.levels[7:9].any()
    assert found.levels[12].any()


def test_a_rate_too_low_is_refused() -> None:
    with pytest.raises(ValueError, match="2000 Hz"):
        chroma(np.zeros(100, np.float32), 2_000)
