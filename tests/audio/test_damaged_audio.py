import os
import struct
import tracemalloc
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from small_library import FORMATS, song, write_audio

from mir.audio.decode import Span, probe, read_spans, read_start
from mir.errors import AudioError

RATE = 16_000


@pytest.mark.parametrize("suffix", ["mp3", "flac", "wav", "m4a", "exe"])
def test_an_empty_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"song.{suffix}"
    path.write_bytes(b"")
    for ask in (probe, lambda p: read_start(p, RATE, 1.0), lambda p: read_spans(p, [], RATE)):
        with pytest.raises(AudioError, match=rf"song\.{suffix} is empty .* again"):
            ask(path)


def test_an_empty_clip() -> None:
    with pytest.raises(AudioError, match="the clip is empty"):
        read_start(b"", RATE, 1.0)


def test_a_text_that_is_called_mp3(tmp_path: Path) -> None:
    path = tmp_path / "text.mp3"
    path.write_text("Dies ist kein Lied, sondern bloß ein Text.\n" * 400, encoding="utf-8")
    with pytest.raises(AudioError, match=r"text\.mp3 holds text, not audio"):
        read_start(path, RATE, 1.0)
    with pytest.raises(AudioError, match="the clip holds text"):
        probe(path.read_bytes())


@pytest.mark.parametrize("size", [1, 40, 5_000, 300_000])
def test_bytes_without_meaning(size: int, tmp_path: Path) -> None:
    path = tmp_path / "noise.ogg"
    path.write_bytes(b"\x00\x01" + np.random.default_rng(1).bytes(size))
    with pytest.raises(AudioError, match=r"noise\.ogg"):
        read_start(path, RATE, 1.0)


def test_a_playlist_opens_nothing(tmp_path: Path) -> None:
    song_path = write_audio(tmp_path / "song.mp3", song(1, 1.0, RATE, 1), RATE)
    lists = {
        "list.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:1,\n{song_path}\n#EXT-X-ENDLIST\n",
        "list.ffconcat": f"ffconcat version 1.0\nfile {song_path.name}\n",
    }
    for name, text in lists.items():
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(AudioError, match="holds text, not audio"):
            read_start(path, RATE, 1.0)


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="is a folder"):
        read_start(tmp_path, RATE, 1.0)
    with pytest.raises(AudioError, match=r"gone\.mp3 does not exist"):
        read_start(tmp_path / "gone.mp3", RATE, 1.0)
    with pytest.raises(AudioError, match="cannot be opened"):
        read_start(tmp_path / "nul\0byte.mp3", RATE, 1.0)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    with pytest.raises(AudioError, match="is a pipe or a device"):
        read_start(tmp_path / "pipe.mp3", RATE, 1.0)


def wav(channels: int, rate: int, frames: int) -> bytes:
    data = bytes(frames * channels * 2)
    form = struct.pack("<HHIIHH", 1, channels, rate, 0, channels * 2 % 65_536, 16)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data))
    return b"RIFF" + struct.pack("<I", len(body) + len(data)) + body + data


@pytest.mark.parametrize("rate", [0, 1, 999, 2_000_000_000, 4_294_967_295])
def test_absurd_sample_rates_cost_nothing(rate: int) -> None:
    with pytest.raises(AudioError, match="the clip holds no audio that can be decoded"):
        read_start(wav(1, rate, 10_000), RATE, 600.0)


def test_a_thousand_channels_are_read_in_little_memory() -> None:
    clip = wav(1_000, 8_000, 10_000)
    tracemalloc.start()
    heard = read_start(clip, RATE, 1.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(heard.samples) == RATE
    assert peak < 5e6


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "song.mp3").write_bytes(b"x")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AudioError, match=r"song\.mp3 may not be read; give this user the right"):
        read_start(tmp_path / "song.mp3", RATE, 1.0)


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_name_that_is_no_utf8(suffix: str, tmp_path: Path) -> None:
    plain = write_audio(tmp_path / f"song.{suffix}", song(1, 2.0, 22_050), 22_050)
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \xff." + suffix.encode()))
    plain.rename(odd)
    assert len(read_start(odd, RATE, 1.0).samples) == RATE


def test_an_error_about_such_a_name_can_be_printed(tmp_path: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp3"))
    odd.write_bytes(b"")
    with pytest.raises(AudioError) as caught:
        probe(odd)
    assert "caf\ufffd.mp3" in str(caught.value)
    str(caught.value).encode("utf-8")


def test_a_film_without_sound(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(10):
            picture = np.full((64, 64, 3), number * 20, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    with pytest.raises(AudioError, match=r"film\.mp4 has no audio in it"):
        read_start(path, RATE, 1.0)


@pytest.mark.parametrize("suffix", ["wav", "flac", "aiff", "ogg", "mp3", "m4a"])
def test_a_single_sample(suffix: str, tmp_path: Path) -> None:
    path = write_audio(tmp_path / f"one.{suffix}", np.full((1, 1), 0.5, np.float32), 44_100)
    spans = [Span(0.0, 1.0), Span(0.5, 1.0)]
    heard = [len(excerpt.samples) for excerpt in read_spans(path, spans, 44_100)]
    assert sum(heard) < 44_100 / 4
    if suffix in ("wav", "flac", "aiff"):
        assert heard == [1]
        with pytest.raises(AudioError, match=r"too short .* at least one second"):
            read_start(path, RATE, 1.0)


@pytest.mark.parametrize("suffix", FORMATS)
def test_silence_is_sound(suffix: str, tmp_path: Path) -> None:
    path = write_audio(tmp_path / f"s.{suffix}", np.zeros((44_100, 2), np.float32), 44_100)
    heard = read_start(path, RATE, 1.0).samples
    assert len(heard) > 0.8 * RATE
    assert np.abs(heard).max() < 1e-3


def test_numbers_that_are_none_become_silence(tmp_path: Path) -> None:
    samples = song(1, 1.0, RATE, 2)
    samples[100:200, 0] = np.nan
    samples[300:400, 1] = np.inf
    samples[500:600] = [np.inf, -np.inf]
    samples[700:800] = 3e38
    soundfile.write(tmp_path / "odd.wav", samples, RATE, "FLOAT")
    heard = read_start(tmp_path / "odd.wav", RATE, 1.0).samples
    assert np.isfinite(heard).all()
    assert not heard[100:200].any()
    assert not heard[300:400].any()
    np.testing.assert_allclose(heard[:100], samples[:100].mean(axis=1), atol=1e-6)


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg", "opus", "wav", "aiff", "wma"])
def test_half_a_file_gives_half_the_sound(suffix: str, tmp_path: Path) -> None:
    path = write_audio(tmp_path / f"half.{suffix}", song(6, 20.0, 22_050), 22_050)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert 7.0 < len(read_start(path, RATE, 60.0).samples) / RATE < 13.0
    excerpts = read_spans(path, [Span(1.0, 3.0), Span(5.0, 2.0), Span(16.0, 3.0)], RATE)
    assert [excerpt.start for excerpt in excerpts] == [1.0, 5.0]
    assert [len(excerpt.samples) for excerpt in excerpts] == [3 * RATE, 2 * RATE]


def test_half_an_m4a_without_its_table_cannot_be_read(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "half.m4a", song(6, 10.0, 22_050), 22_050)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(AudioError, match=r"half\.m4a holds no audio that can be decoded"):
        read_start(path, RATE, 60.0)


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg", "wav", "m4a", "wma"])
def test_damage_in_the_middle_costs_the_middle(suffix: str, tmp_path: Path) -> None:
    path = write_audio(tmp_path / f"damaged.{suffix}", song(6, 30.0, 22_050), 22_050)
    content = bytearray(path.read_bytes())
    middle, width = len(content) // 2, len(content) // 20
    content[middle : middle + width] = np.random.default_rng(3).bytes(width)
    path.write_bytes(bytes(content))
    assert len(read_start(path, RATE, 60.0).samples) / RATE > 24.0
    excerpts = read_spans(path, [Span(2.0, 4.0), Span(24.0, 4.0)], RATE)
    assert [len(excerpt.samples) for excerpt in excerpts] == [4 * RATE, 4 * RATE]


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg", "opus", "wav", "aiff", "m4a", "wma"])
def test_no_damage_brings_anything_down(suffix: str, tmp_path: Path) -> None:
    path = write_audio(tmp_path / f"song.{suffix}", song(7, 3.0, 22_050), 22_050)
    content = path.read_bytes()
    rng = np.random.default_rng(11)
    for _ in range(25):
        broken = bytearray(content)
        for position in rng.integers(0, min(len(broken), 4_000), rng.integers(1, 30)):
            broken[position] = rng.integers(256)
        del broken[rng.integers(len(broken) // 2, len(broken)) :]
        try:
            excerpts = [read_start(bytes(broken), RATE, 5.0)]
            excerpts += read_spans(bytes(broken), [Span(1.0, 1.0)], RATE)
        except AudioError:
            continue
        assert all(np.isfinite(excerpt.samples).all() for excerpt in excerpts)
        assert all(len(excerpt.samples) <= 5 * RATE for excerpt in excerpts)


@pytest.mark.parametrize("claim", [0, 0xFFFF_FFFF, 0x7FFF_FFF0])
def test_a_wav_that_claims_far_more_than_it_holds(claim: int, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "liar.wav", song(1, 3.0, RATE, 1), RATE)
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = claim.to_bytes(4, "little")
    path.write_bytes(bytes(content))
    assert len(read_start(path, RATE, 1e6).samples) == 3 * RATE
    assert len(read_spans(path, [Span(1.0, 1.0), Span(900.0, 20.0)], RATE)) == 1


@pytest.mark.parametrize("frames", [0, (1 << 36) - 1])
def test_a_flac_that_does_not_know_its_length(frames: int, tmp_path: Path) -> None:
    path = write_audio(tmp_path / "stream.flac", song(1, 3.0, RATE, 1), RATE)
    content = bytearray(path.read_bytes())
    # The last 36 bits before the checksum of STREAMINFO: the number of samples.
    head = int.from_bytes(content[18:26], "big") >> 36 << 36
    content[18:26] = (head | frames).to_bytes(8, "big")
    path.write_bytes(bytes(content))
    assert len(read_start(path, RATE, 1e6).samples) == pytest.approx(3 * RATE, abs=RATE / 5)
    excerpts = read_spans(path, [Span(1.0, 1.0), Span(900.0, 20.0)], RATE)
    assert [len(excerpt.samples) for excerpt in excerpts] == [RATE]


def test_a_long_mp3_whose_header_is_that_of_a_short_one(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "joined.mp3", song(1, 6.0, 22_050), 22_050, bit_rate=64_000)
    path.write_bytes(path.read_bytes() * 50)
    assert probe(path).seconds == pytest.approx(300, rel=0.1)
    spans = [Span(20.0, 5.0), Span(140.0, 5.0), Span(280.0, 5.0), Span(900.0, 5.0)]
    excerpts = read_spans(path, spans, RATE)
    assert [len(excerpt.samples) for excerpt in excerpts] == [5 * RATE] * 3
    assert len(read_start(path, RATE, 100.0).samples) == 100 * RATE


def test_ten_hours_are_read_in_little_memory(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "long.mp3", song(1, 60.0, 8_000, 1), 8_000, bit_rate=8_000)
    minute = path.read_bytes()
    frame = minute.index(b"\xff\xe3", minute.index(b"Info") + 4)  # behind the frame of the header
    path.write_bytes(minute[frame:] * 600)
    assert probe(path).seconds == pytest.approx(36_000, rel=0.02)
    tracemalloc.start()
    excerpts = read_spans(path, [Span(6_000 * n, 20.0) for n in (1, 3, 5)], RATE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(excerpt.samples) for excerpt in excerpts] == [20 * RATE] * 3
    assert peak < 20e6
