"""Tempo on rhythms whose answer is known."""

import librosa
import numpy as np
import pytest
import scipy.signal

from mir.features import tempo
from mir.features.descriptors import decibels
from mir.features.mel import FeatureSpec, mel_spectrogram

SPEC = FeatureSpec()
RATE = SPEC.sample_rate


def _hit(kind: str, noise: np.random.Generator) -> np.ndarray:
    length = {"kick": 3000, "snare": 2500, "hat": 800, "click": 400}[kind]
    t = np.arange(length) / RATE
    if kind == "kick":
        return np.sin(2 * np.pi * (55 + 80 * np.exp(-40 * t)) * t) * np.exp(-18 * t)
    if kind == "snare":
        return noise.standard_normal(length) * np.exp(-22 * t) * 0.5
    if kind == "hat":
        return np.diff(noise.standard_normal(length), prepend=0) * np.exp(-70 * t) * 0.25
    return np.sin(2 * np.pi * 1000 * t) * np.exp(-60 * t)


def _rhythm(
    bpm: float, beats: int, hits: list[tuple[float, str]], seconds: float = 20.0, late: float = 0.0
) -> np.ndarray:
    noise = np.random.default_rng(1)
    sound = noise.standard_normal(int(seconds * RATE)) * 0.003
    start = -late
    while start < seconds:
        for beat, kind in hits:
            at = int((start + beat * 60 / bpm) * RATE)
            if 0 <= at < len(sound):
                hit = _hit(kind, noise)[: len(sound) - at]
                sound[at : at + len(hit)] += hit
        start += beats * 60 / bpm
    return (0.5 * sound).astype(np.float32)


CLICKS = (1, [(0.0, "click")])
ROCK = (
    4,
    [(0, "kick"), (2, "kick"), (1, "snare"), (3, "snare")] + [(i / 2, "hat") for i in range(8)],
)
WALTZ = (3, [(0, "kick"), (1, "hat"), (2, "hat")])
FIVE = (5, [(0, "kick"), (3, "kick"), (1, "snare"), (4, "snare")] + [(i, "hat") for i in range(5)])
SEVEN = (
    7,
    [(i, "kick" if i in (0, 4) else "snare") for i in (0, 2, 4, 6)]
    + [(i, "hat") for i in range(7)],
)


def _estimate(*passages: np.ndarray) -> tempo.Tempo | None:
    return tempo.estimate(decibels([mel_spectrogram(p, SPEC) for p in passages]), SPEC.frame_rate)


@pytest.mark.parametrize("bpm", [60, 77.3, 93, 120, 128, 147.5, 174, 180])
@pytest.mark.parametrize("rhythm", [CLICKS, WALTZ, FIVE, SEVEN], ids=["click", "3/4", "5/4", "7/4"])
def test_the_beat_is_found_to_a_fifth_of_a_percent(bpm: float, rhythm: tuple) -> None:
    found = _estimate(_rhythm(bpm, *rhythm))
    assert found is not None
    assert found.bpm == pytest.approx(bpm, rel=0.002)
    assert found.confidence > 0.6


@pytest.mark.parametrize("bpm", [60, 85, 100, 120, 140, 174])
def test_a_rock_beat_with_quavers_is_found_up_to_an_octave(bpm: float) -> None:
    found = _estimate(_rhythm(bpm, *ROCK))
    assert found is not None
    assert min(abs(found.bpm * factor / bpm - 1) for factor in (0.5, 1, 2)) < 0.01


def test_passages_that_begin_anywhere_in_the_bar_agree() -> None:
    one = _estimate(_rhythm(126, *WALTZ))
    several = _estimate(*[_rhythm(126, *WALTZ, late=late) for late in (0.0, 0.31, 0.9)])
    assert one is not None
    assert several is not None
    assert several.bpm == pytest.approx(one.bpm, rel=0.002)
    assert several.confidence > 0.6


def test_gain_changes_nothing() -> None:
    beat = _rhythm(110, *ROCK)
    loud, soft = _estimate(beat), _estimate(0.05 * beat)
    assert loud is not None
    assert soft is not None
    assert soft.bpm == pytest.approx(loud.bpm, rel=0.001)


@pytest.mark.parametrize(("up", "down"), [(10, 11), (8, 7), (5, 4)])
def test_music_played_faster_or_slower_has_its_tempo_times_as_much(up: int, down: int) -> None:
    played = scipy.signal.resample_poly(_rhythm(118, *WALTZ), up, down).astype(np.float32)
    found = _estimate(played)
    assert found is not None
    assert found.bpm == pytest.approx(118 * down / up, rel=0.003)


@pytest.mark.parametrize("rhythm", [ROCK, WALTZ, SEVEN], ids=["rock", "3/4", "7/4"])
def test_noise_and_uneven_playing_do_not_hide_the_beat(rhythm: tuple) -> None:
    beats, hits = rhythm
    draw = np.random.default_rng(5)
    uneven = [(beat + draw.normal(0, 0.02), kind) for beat, kind in hits]  # 12 ms at 100 BPM
    sound = _rhythm(100, beats, uneven)
    noise = draw.standard_normal(len(sound)) * sound.std() * 10 ** (-10 / 20)
    found = _estimate((sound + noise).astype(np.float32))
    assert found is not None
    assert min(abs(found.bpm * factor / 100 - 1) for factor in (0.5, 1, 2)) < 0.01


def test_noise_is_less_sure_than_a_beat() -> None:
    noise = np.random.default_rng(2).standard_normal(20 * RATE).astype(np.float32) * 0.1
    found = _estimate(noise)
    assert found is None or found.confidence < 0.2


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(10 * RATE, np.float32),
        (0.3 * np.sin(2 * np.pi * 440 * np.arange(10 * RATE) / RATE)).astype(np.float32),
        _rhythm(120, *CLICKS, seconds=2.0),
    ],
    ids=["silence", "a steady tone", "two seconds"],
)
def test_without_a_pulse_there_is_no_tempo(sound: np.ndarray) -> None:
    assert _estimate(sound) is None


def test_onset_strength_is_librosas() -> None:
    levels = decibels([mel_spectrogram(_rhythm(120, *ROCK), SPEC)])[0]
    reference = librosa.onset.onset_strength(S=levels.T, center=False)
    np.testing.assert_allclose(tempo.onset_strength(levels), reference[2:-1], atol=1e-4)
