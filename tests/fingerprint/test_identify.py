import functools

import numpy as np
import pytest
import soxr
from fingerprint.made_up_music import music

from mir.analysis import FloatArray
from mir.fingerprint.identify import LIKELY, Candidate, identify
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import as_clip, clip_landmarks, landmarks, window
from mir.fingerprint.packing import pack, unpack
from mir.fingerprint.spectrum import SAMPLE_RATE

SECONDS = 30
TRACKS = range(1, 13)


@functools.cache
def packed(track: int) -> bytes:
    return pack(landmarks(music(track, SECONDS), SAMPLE_RATE))


@functools.cache
def library() -> FingerprintIndex:
    return FingerprintIndex().add({track: packed(track) for track in TRACKS})


def excerpt(track: int, start: float, seconds: float) -> FloatArray:
    first = round(start * SAMPLE_RATE)
    return music(track, SECONDS)[first : first + round(seconds * SAMPLE_RATE)]


def asked(clip: FloatArray) -> tuple[Candidate, ...]:
    return identify(library(), clip_landmarks(clip, SAMPLE_RATE))


@pytest.mark.parametrize("track", TRACKS)
def test_an_excerpt_finds_its_track_and_place(track: int) -> None:
    best, *others = asked(excerpt(track, 11.337, 5))
    assert best.track == track
    assert best.score >= LIKELY
    assert best.offset == pytest.approx(11.337, abs=0.1)
    assert best.tempo == pytest.approx(1, abs=0.01)
    assert 0 < best.met <= best.of
    assert all(each.score < LIKELY for each in others)


@pytest.mark.parametrize("track", [2, 7])
def test_through_noise_of_its_own_strength(track: int) -> None:
    clip = excerpt(track, 8, 10)
    noise = np.random.default_rng(track).standard_normal(len(clip)).astype(np.float32)
    best = asked(clip + noise * clip.std())[0]
    assert (best.track, best.score >= LIKELY) == (track, True)
    assert best.offset == pytest.approx(8, abs=0.1)


def test_loudness_does_not_matter() -> None:
    assert asked(excerpt(3, 5, 5)) == asked(excerpt(3, 5, 5) * np.float32(0.125))


@pytest.mark.parametrize("tempo", [0.98, 1.02])
def test_tempo_is_told(tempo: float) -> None:
    # Landmarks of another tempo: what a change of tempo at the same pitch does to them.
    clip = as_clip(unpack(packed(4)))
    grid = clip.grids[0]
    frames = np.round(grid.frames / tempo).astype(np.int32)
    slower = type(clip)(int(clip.length / tempo) + 1, (type(grid)(frames, grid.bins),))
    best = identify(library(), window(slower, 200, 400))[0]
    assert best.track == 4
    assert best.tempo == pytest.approx(tempo, abs=0.006)
    assert best.offset == pytest.approx(200 * 256 / SAMPLE_RATE * tempo, abs=0.15)


def test_a_clip_that_begins_before_its_track() -> None:
    silence = np.zeros(4 * SAMPLE_RATE, np.float32)
    best = asked(np.concatenate([silence, excerpt(6, 0, 6)]))[0]
    assert best.track == 6
    assert best.offset == pytest.approx(-4, abs=0.1)


def test_a_whole_track_of_the_library_finds_itself() -> None:
    best = identify(library(), as_clip(unpack(packed(9))))[0]
    assert (best.track, best.met) == (9, best.of)
    assert best.offset == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("seed", range(100, 110))
def test_other_music_is_refused(seed: int) -> None:
    assert all(each.score < LIKELY for each in asked(music(seed, 10)))


def test_the_same_music_a_semitone_higher_is_refused() -> None:
    higher = soxr.resample(excerpt(5, 3, 12), SAMPLE_RATE * 2 ** (1 / 12), SAMPLE_RATE)
    assert all(each.score < LIKELY for each in asked(higher.astype(np.float32)))


@pytest.mark.parametrize(
    "clip",
    [
        np.zeros(0, np.float32),
        np.zeros(5 * SAMPLE_RATE, np.float32),
        np.full(SAMPLE_RATE, np.nan, np.float32),
        np.ones(SAMPLE_RATE, np.float32),
        np.array([1.0], np.float32),
    ],
    ids=["nothing", "silence", "no numbers", "constant", "a click"],
)
def test_sounds_without_landmarks_find_nothing(clip: FloatArray) -> None:
    assert all(each.score < LIKELY for each in asked(clip))


def test_a_short_excerpt_is_not_taken_for_certain_of_another() -> None:
    for track in TRACKS:
        found = asked(excerpt(track, 4, 0.6))
        assert all(each.track == track for each in found if each.score >= LIKELY)


def test_an_empty_library_finds_nothing() -> None:
    clip = clip_landmarks(excerpt(1, 0, 5), SAMPLE_RATE)
    assert identify(FingerprintIndex(), clip) == ()


def test_more_than_a_minute_is_heard_for_its_first() -> None:
    long = np.concatenate([music(track, SECONDS) for track in (1, 2, 3)])
    found = asked(long)
    assert {each.track for each in found if each.score >= LIKELY} <= {1, 2, 3}
    assert found[0].track in (1, 2)
