from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate
from small_library import FORMATS, song, write_audio

from mir.analysis import FloatArray
from mir.audio.decode import Span, probe, read_on, read_spans, read_start

RATE = 16_000
SECONDS = 12.0
LOSSLESS = ("flac", "wav", "aiff", "alac.m4a")


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same twelve seconds in every format."""
    folder = tmp_path_factory.mktemp("music")
    samples = song(5, SECONDS, 44_100)
    return {f: write_audio(folder / f"song.{f}", samples, 44_100) for f in FORMATS}


@pytest.fixture(scope="module")
def original() -> FloatArray:
    mean = song(5, SECONDS, 44_100).mean(axis=1)
    return np.asarray(soxr.resample(mean, 44_100, RATE), dtype=np.float32)


def lag_and_likeness(a: FloatArray, b: FloatArray) -> tuple[float, float]:
    """How many seconds `b` is late, and the correlation with `a` there."""
    length = min(len(a), len(b))
    a, b = a[:length], b[:length]
    products = correlate(b, a, method="fft")
    best = int(np.argmax(products))
    likeness = products[best] / np.sqrt(np.sum(a * a) * np.sum(b * b))
    return (best - (length - 1)) / RATE, float(likeness)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_sounds_as_it_was_encoded(
    suffix: str, music: dict[str, Path], original: FloatArray
) -> None:
    heard = read_start(music[suffix], RATE, 60.0)
    lag, likeness = lag_and_likeness(original, heard.samples)
    assert heard.start == 0.0
    assert heard.samples.dtype == np.float32
    # A wma file does not tell its encoder's delay of one frame, 46 ms.
    assert abs(lag) <= (0.05 if suffix == "wma" else 0.03)
    assert likeness > (0.999 if suffix in LOSSLESS else 0.97)
    assert len(heard.samples) / RATE == pytest.approx(SECONDS, abs=0.15)
    loudness = np.sqrt(np.mean(heard.samples**2) / np.mean(original**2))
    assert loudness == pytest.approx(1.0, abs=0.01 if suffix in LOSSLESS else 0.06)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_seek_lands_where_reading_from_the_start_gets(
    suffix: str, music: dict[str, Path]
) -> None:
    whole = read_start(music[suffix], RATE, 60.0).samples
    excerpts = read_spans(music[suffix], [Span(7.3, 3.0), Span(2.9, 3.0)], RATE)
    assert [excerpt.start for excerpt in excerpts] == [7.3, 2.9]
    for excerpt in excerpts:
        assert len(excerpt.samples) == 3 * RATE
        first = round(excerpt.start * RATE)
        lag, likeness = lag_and_likeness(whole[first : first + 3 * RATE], excerpt.samples)
        assert abs(lag) <= 0.03
        assert likeness > 0.98


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_clip_in_memory_sounds_like_the_file(suffix: str, music: dict[str, Path]) -> None:
    spans = [Span(1.0, 2.0), Span(6.5, 2.0)]
    for file, clip in zip(
        read_spans(music[suffix], spans, RATE),
        read_spans(music[suffix].read_bytes(), spans, RATE),
        strict=True,
    ):
        np.testing.assert_array_equal(file.samples, clip.samples)


@pytest.mark.parametrize(
    ("suffix", "container", "codec"),
    [
        ("mp3", "mp3", "mp3"),
        ("flac", "flac", "flac"),
        ("ogg", "ogg", "vorbis"),
        ("opus", "ogg", "opus"),
        ("wav", "wav", "pcm"),
        ("aiff", "aiff", "pcm"),
        ("m4a", "mp4", "aac"),
        ("alac.m4a", "mp4", "alac"),
        ("wma", "asf", "wmav2"),
    ],
)
def test_probe_tells_the_header(
    suffix: str, container: str, codec: str, music: dict[str, Path]
) -> None:
    info = probe(music[suffix])
    assert (info.container, info.codec, info.channels) == (container, codec, 2)
    assert info.sample_rate == (48_000 if suffix == "opus" else 44_100)
    assert info.seconds == pytest.approx(SECONDS, abs=0.1)
    size = music[suffix].stat().st_size
    assert info.bit_rate == pytest.approx(size * 8 / SECONDS, rel=0.5)


@pytest.mark.parametrize("suffix", FORMATS)
def test_spans_end_where_the_sound_ends(suffix: str, music: dict[str, Path]) -> None:
    spans = [Span(11.0, 20.0), Span(13.0, 5.0), Span(1e7, 5.0), Span(0.0, 0.0)]
    excerpts = read_spans(music[suffix], spans, RATE)
    assert [excerpt.start for excerpt in excerpts] == [11.0]
    assert len(excerpts[0].samples) / RATE == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("suffix", ["mp3", "flac", "m4a", "wma"])
def test_reading_the_start_is_bounded(suffix: str, music: dict[str, Path]) -> None:
    assert len(read_start(music[suffix], RATE, 2.5).samples) == 2.5 * RATE


@pytest.mark.parametrize("suffix", ["flac", "ogg", "m4a", "alac.m4a", "wma", "mp3"])
def test_the_suffix_is_not_believed(suffix: str, music: dict[str, Path], tmp_path: Path) -> None:
    for wrong in ("mp3", "raw", "txt", "flac"):
        path = tmp_path / f"wrong.{wrong}"
        path.write_bytes(music[suffix].read_bytes())
        assert probe(path).codec == probe(music[suffix]).codec
        assert len(read_start(path, RATE, 3.0).samples) == 3 * RATE


@pytest.mark.parametrize("suffix", ["wav", "flac", "m4a", "alac.m4a", "wma"])
def test_mono_is_the_mean_of_the_channels(suffix: str, tmp_path: Path) -> None:
    left = song(2, 3.0, 44_100, 1)[:, 0]
    left_only = write_audio(tmp_path / f"left.{suffix}", np.stack([left, 0 * left], axis=1), 44_100)
    both = write_audio(tmp_path / f"both.{suffix}", np.stack([left, left], axis=1), 44_100)
    opposed = write_audio(tmp_path / f"opposed.{suffix}", np.stack([left, -left], axis=1), 44_100)

    def loudness(path: Path) -> float:
        return float(np.sqrt(np.mean(read_start(path, RATE, 3.0).samples ** 2)))

    assert loudness(left_only) == pytest.approx(loudness(both) / 2, rel=0.03)
    assert loudness(opposed) < loudness(both) / 20


def test_eight_channels_are_no_louder_than_two(tmp_path: Path) -> None:
    samples = song(1, 2.0, 48_000, 8)
    for name in ("eight.wav", "eight.flac", "eight.m4a"):
        heard = read_start(write_audio(tmp_path / name, samples, 48_000), RATE, 2.0).samples
        expected = np.sqrt(np.mean(samples.mean(axis=1) ** 2))
        assert np.sqrt(np.mean(heard**2)) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("rate", [8_000, 22_050, 96_000, 192_000])
def test_unusual_sample_rates(rate: int, tmp_path: Path) -> None:
    path = tmp_path / "song.flac"
    samples = song(4, 2.0, rate, 1)
    write_audio(path, samples, rate)
    assert probe(path).sample_rate == rate
    expected = soxr.resample(samples[:, 0], rate, RATE)
    _, likeness = lag_and_likeness(expected, read_start(path, RATE, 2.0).samples)
    assert likeness > 0.999


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW"])
def test_sample_formats_of_wav(subtype: str, tmp_path: Path) -> None:
    path = tmp_path / "song.wav"
    samples = song(4, 1.0, RATE, 1)[:, 0]
    soundfile.write(path, samples, RATE, subtype)
    tolerance = 0.05 if subtype == "ALAW" else 0.01
    np.testing.assert_allclose(read_start(path, RATE, 1.0).samples, samples, atol=tolerance)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, FloatArray]:
    """A file at the very rate that is asked for, so that samples can be compared one by one."""
    path = tmp_path_factory.mktemp("plain") / "song.wav"
    write_audio(path, song(9, 4.0, RATE, 1), RATE)
    return path, read_start(path, RATE, 60.0).samples


@given(
    start=st.floats(0, 5, allow_nan=False),
    seconds=st.floats(0, 6, allow_nan=False),
)
@settings(max_examples=30, deadline=None)
def test_a_span_is_that_slice_of_the_whole(
    start: float, seconds: float, plain: tuple[Path, FloatArray]
) -> None:
    path, whole = plain
    first, count = round(start * RATE), round(seconds * RATE)
    expected = whole[first : first + count]
    excerpts = read_spans(path, [Span(start, seconds)], RATE)
    heard = excerpts[0].samples if excerpts else np.zeros(0, dtype=np.float32)
    np.testing.assert_array_equal(heard, expected)


@given(rate=st.sampled_from([8_000, 16_000, 22_050, 44_100]), seconds=st.floats(0.01, 4))
@settings(max_examples=40, deadline=None)
def test_no_excerpt_is_longer_than_its_span(
    rate: int, seconds: float, plain: tuple[Path, FloatArray]
) -> None:
    for excerpt in read_spans(plain[0], [Span(0.5, seconds), Span(2.0, seconds)], rate):
        assert 0 < len(excerpt.samples) <= round(seconds * rate)
        assert np.isfinite(excerpt.samples).all()


@pytest.mark.parametrize("suffix", FORMATS)
def test_reading_on_gives_all_of_it_in_equal_stretches(
    suffix: str, music: dict[str, Path], original: FloatArray
) -> None:
    stretches = list(read_on(music[suffix], RATE, 5.0))
    claimed = probe(music[suffix]).seconds
    assert claimed is not None
    assert [each.start for each in stretches] == pytest.approx([0, claimed / 3, claimed / 3 * 2])
    joined = np.concatenate([each.samples for each in stretches])
    assert len(joined) / RATE == pytest.approx(claimed, abs=0.1)
    _, likeness = lag_and_likeness(original, joined)
    assert likeness > (0.99 if suffix in LOSSLESS else 0.95)


def test_reading_on_ends_where_damage_does_not_end(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "cut.flac", song(1, 60.0, 16_000), 16_000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 4])
    stretches = list(read_on(path, RATE, 2.0))
    assert 5 <= len(stretches) <= 9
    assert stretches[-1].start < 18
