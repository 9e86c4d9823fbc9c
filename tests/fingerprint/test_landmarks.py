import numpy as np
import pytest
from fingerprint.made_up_music import music
from hypothesis import given
from hypothesis import strategies as st

from mir.analysis import FloatArray
from mir.errors import AudioError, FingerprintError
from mir.fingerprint.landmarks import Landmarks, as_clip, clip_landmarks, landmarks, window
from mir.fingerprint.packing import pack, unpack
from mir.fingerprint.peaks import BLOCK, CLIP_PEAKS, LIBRARY_PEAKS, Peaks, peaks
from mir.fingerprint.spectrum import HOP, SAMPLE_RATE, power_spectrogram


def as_set(found: Peaks, later: int = 0) -> set[tuple[int, int]]:
    return {(frame + later, b) for frame, b in zip(found.frames, found.bins, strict=True)}


def test_a_full_scale_tone_has_0_db_in_its_bin() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    power = power_spectrogram(tone)
    middle = power[len(power) // 2]
    assert middle.argmax() == 128
    assert middle.max() == pytest.approx(0, abs=0.01)


def test_sound_that_comes_whole_blocks_later_has_its_peaks_as_much_later() -> None:
    sound = music(1, 12)
    before = np.zeros(2 * BLOCK * HOP, np.float32)
    plain = as_set(peaks(sound, LIBRARY_PEAKS), later=2 * BLOCK)
    moved = as_set(peaks(np.concatenate([before, sound]), LIBRARY_PEAKS))
    # But for the first frames, which see the silence before instead of a margin.
    assert len(plain ^ moved) <= 4
    assert len(plain) > 100


def test_loudness_changes_nothing() -> None:
    sound = music(2, 8)
    assert as_set(peaks(sound, 8)) == as_set(peaks(sound * np.float32(0.125), 8))


def test_few_are_among_the_many_and_no_block_has_more_than_asked() -> None:
    sound = music(3, 10)
    few, many = peaks(sound, LIBRARY_PEAKS), peaks(sound, CLIP_PEAKS)
    assert as_set(few) < as_set(many)
    assert np.bincount(few.frames // BLOCK).max() <= LIBRARY_PEAKS
    assert np.bincount(many.frames // BLOCK).max() <= CLIP_PEAKS


def test_trust_is_higher_for_the_strong_and_for_tones_that_stay() -> None:
    time = np.arange(10 * SAMPLE_RATE) / SAMPLE_RATE
    noise = np.random.default_rng(2).standard_normal(len(time))
    tone = 0.05 * np.sin(2 * np.pi * 1000 * time) * (1 + 0.2 * np.sin(2 * np.pi * 3 * time))
    found = peaks((0.05 * noise + tone).astype(np.float32), CLIP_PEAKS, trusted=True)
    assert found.trust is not None
    assert len(found.trust) == len(found)
    assert ((found.trust > 0) & (found.trust < 1)).all()
    on_tone = np.abs(found.bins - 128) <= 1
    assert np.median(found.trust[on_tone]) > 3 * np.median(found.trust[~on_tone])
    # What a library would keep of the same sound is trusted more than the rest.
    few = as_set(peaks((0.05 * noise + tone).astype(np.float32), LIBRARY_PEAKS))
    kept = np.array([each in few for each in zip(found.frames, found.bins, strict=True)])
    assert found.trust[kept].mean() > 3 * found.trust[~kept].mean()


def test_trust_depends_neither_on_loudness_nor_on_how_many_are_kept() -> None:
    sound = music(9, 8)
    # Hiss above the floor, into which the weakest would sink otherwise.
    sound += 0.01 * np.random.default_rng(9).standard_normal(len(sound)).astype(np.float32)
    many = trust_of(sound, CLIP_PEAKS)
    soft = trust_of(sound * np.float32(0.125), CLIP_PEAKS)
    assert len(many.keys() & soft.keys()) > 600
    for each in many.keys() & soft.keys():  # what is weakest sinks into the floor
        assert soft[each] == pytest.approx(many[each], rel=0.1)
    assert trust_of(sound, LIBRARY_PEAKS).items() <= many.items()


def trust_of(sound: FloatArray, per_block: int) -> dict[tuple[int, int], float]:
    found = peaks(sound, per_block, trusted=True)
    assert found.trust is not None
    return dict(
        zip(
            zip(found.frames.tolist(), found.bins.tolist(), strict=True),
            found.trust.tolist(),
            strict=True,
        )
    )


@pytest.mark.parametrize("samples", [0, 1, 100, 1023, 1024, 5000])
def test_short_sound_and_silence_are_heard_without_complaint(samples: int) -> None:
    assert len(landmarks(np.zeros(samples, np.float32), SAMPLE_RATE).peaks) == 0
    noise = np.random.default_rng(1).standard_normal(samples).astype(np.float32)
    clip = clip_landmarks(noise, SAMPLE_RATE)
    assert clip.length == 1 + samples // HOP
    assert all(grid.frames.max(initial=0) < clip.length for grid in clip.grids)


def test_what_is_no_number_counts_as_silence() -> None:
    sound = music(4, 6)
    sound[100:120] = np.nan
    sound[9000] = np.inf
    heard = landmarks(sound, SAMPLE_RATE)
    sound[100:120] = 0
    sound[9000] = 0
    assert as_set(heard.peaks) == as_set(landmarks(sound, SAMPLE_RATE).peaks)


def test_another_rate_and_stereo_are_refused() -> None:
    with pytest.raises(AudioError, match="44100"):
        landmarks(np.zeros(10, np.float32), 44_100)
    with pytest.raises(ValueError, match="mono"):
        clip_landmarks(np.zeros((10, 2), np.float32), SAMPLE_RATE)


def test_a_window_has_the_peaks_of_its_frames() -> None:
    clip = clip_landmarks(music(5, 10), SAMPLE_RATE)
    part = window(clip, 100, 50)
    assert part.length == 50
    for whole, cut in zip(clip.grids, part.grids, strict=True):
        wanted = {(f, b) for f, b in as_set(whole) if 100 <= f < 150}
        assert as_set(cut, later=100) == wanted
    assert window(clip, clip.length - 10, 50).length == 10
    assert window(clip, clip.length + 10, 50).length == 0


places = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 511)), max_size=60, unique=True
).map(sorted)


@given(places, st.integers(0, 50))
def test_packing_gives_the_same_landmarks_back(found: list[tuple[int, int]], rest: int) -> None:
    frames = np.array([f for f, _ in found], np.int32)
    bins = np.array([b for _, b in found], np.int32)
    length = int(frames.max(initial=-1)) + 1 + rest
    again = unpack(pack(Landmarks(length, Peaks(frames, bins))))
    assert again.length == length
    assert again.peaks.frames.tolist() == frames.tolist()
    assert again.peaks.bins.tolist() == bins.tolist()


def test_a_minute_takes_two_kilobytes() -> None:
    assert len(pack(landmarks(music(6, 60), SAMPLE_RATE))) < 2_100


def test_damaged_bytes_are_refused() -> None:
    packed = pack(landmarks(music(7, 5), SAMPLE_RATE))
    for wrong in (b"", packed[:5], packed[:-1], b"\x02" + packed[1:]):
        with pytest.raises(FingerprintError):
            unpack(wrong)
    with pytest.raises(FingerprintError, match="frame"):
        unpack(packed[:4] + (3).to_bytes(4, "little") + packed[8:])


def test_a_recording_of_the_library_serves_as_a_clip() -> None:
    heard = landmarks(music(8, 5), SAMPLE_RATE)
    clip = as_clip(heard)
    assert (clip.length, clip.seconds) == (heard.length, heard.seconds)
    assert as_set(clip.grids[0]) == as_set(heard.peaks)
