"""A clip is decoded once for all rates, and what comes out does not depend on that."""

from pathlib import Path

import numpy as np
import pytest
from small_library import FORMATS, song, write_audio

from mir.audio import decode
from mir.audio.clip import read_clip
from mir.audio.decode import read_start
from mir.errors import AudioError, ClipTooLong

RATES = (16_000, 8_000)


@pytest.fixture(params=FORMATS)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write_audio(tmp_path / f"song.{request.param}", song(1, 4.0), 44_100)


def test_every_rate_is_what_it_would_be_alone(file: Path) -> None:
    clip = read_clip(file, RATES, 60.0)
    assert tuple(clip.samples) == RATES
    for rate in RATES:
        np.testing.assert_array_equal(clip.samples[rate], read_start(file, rate, 60.0).samples)
        assert clip.samples[rate].dtype == np.float32
    assert clip.seconds == pytest.approx(4.0, abs=0.1)
    assert clip.name == file.name


def test_the_rate_of_the_file_itself_is_one_like_others(tmp_path: Path) -> None:
    file = write_audio(tmp_path / "song.flac", song(1, 2.0, 8_000), 8_000)
    clip = read_clip(file, RATES, 60.0)
    for rate in RATES:
        np.testing.assert_array_equal(clip.samples[rate], read_start(file, rate, 60.0).samples)


def test_a_damaged_clip_is_heard_alike_at_every_rate(tmp_path: Path) -> None:
    whole = write_audio(tmp_path / "song.flac", song(1, 8.0), 44_100).read_bytes()
    middle = len(whole) // 2
    damaged = whole[:middle] + bytes(3_000) + whole[middle + 3_000 :]
    clip = read_clip(damaged, RATES, 60.0)
    for rate in RATES:
        np.testing.assert_array_equal(clip.samples[rate], read_start(damaged, rate, 60.0).samples)
    assert clip.seconds > 4.0


def test_it_is_decoded_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone_through = []
    plainly = decode.resampled
    monkeypatch.setattr(
        decode, "resampled", lambda *given: gone_through.append(given[2]) or plainly(*given)
    )
    read_clip(file, RATES, 60.0)
    assert gone_through == [RATES]


def test_a_clip_over_the_limit_is_refused_with_the_remedies(tmp_path: Path) -> None:
    file = write_audio(tmp_path / "song.wav", song(1, 6.0, 16_000), 16_000)
    with pytest.raises(
        ClipTooLong, match=r"longer than 5 seconds.*MIR_MAX_CLIP_SECONDS.*--timeline"
    ):
        read_clip(file, RATES, 5.0)
    assert read_clip(file, RATES, 6.0).seconds == pytest.approx(6.0)


def test_what_is_no_audio_is_refused() -> None:
    with pytest.raises(AudioError, match="the clip"):
        read_clip(b"hello, I am a poem, not a song" * 100, RATES, 60.0)
