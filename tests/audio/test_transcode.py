"""Transcoding: of every format, the span that was asked for, in a form that browsers play."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from random_notes import random_notes
from small_library import FORMATS, write_audio

from mir.analysis import Span
from mir.audio import transcode as module
from mir.audio.decode import read_start
from mir.audio.forms import MIME, Form
from mir.audio.transcode import transcode
from mir.errors import AudioError

RATE = 22_050


def lies_at(part: np.ndarray, whole: np.ndarray) -> float:
    """The second of `whole` at which `part` lies best."""
    size = 1 << int(np.ceil(np.log2(len(whole) + len(part))))
    product = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(part, size)))
    return int(np.argmax(product)) / RATE


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("form", MIME)
def test_every_format_in_every_form(tmp_path: Path, suffix: str, form: Form) -> None:
    sound = random_notes(1, 8.0, RATE)
    path = write_audio(tmp_path / f"a.{suffix}", sound[:, None], RATE)
    heard = read_start(b"".join(transcode(path, form, Span(2.5, 3.0))), RATE, 60).samples
    assert len(heard) / RATE == pytest.approx(3.0, abs=0.06)
    assert lies_at(heard, sound) == pytest.approx(2.5, abs=0.1)  # wma loses 69 ms


def test_both_channels_stay_apart(tmp_path: Path) -> None:
    import av

    left, right = random_notes(1, 3.0, RATE), random_notes(2, 3.0, RATE)
    path = write_audio(tmp_path / "a.flac", np.stack([left, right], axis=1), RATE)
    (tmp_path / "b.ogg").write_bytes(b"".join(transcode(path, "opus", Span(0, 3.0))))
    with av.open(tmp_path / "b.ogg") as container:
        blocks = [frame.to_ndarray() for frame in container.decode(audio=0)]
        planar = container.streams.audio[0].format.is_planar
    table = np.concatenate(blocks, axis=1)
    both = table if planar else table.reshape(-1, 2).T
    assert both.shape[0] == 2
    assert abs(np.corrcoef(both)[0, 1]) < 0.5


def test_it_is_made_as_it_is_taken_and_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_audio(tmp_path / "a.flac", random_notes(1, 20.0, RATE)[:, None], RATE)
    pieces = list(islice(transcode(path, "opus", Span(0, 20.0)), 3))
    assert len(pieces) == 3
    assert sum(map(len, pieces)) < 100_000
    monkeypatch.setattr(module, "LONGEST", 4.0)
    heard = read_start(b"".join(transcode(path, "mp3", Span(1.0, 1e9))), RATE, 60).samples
    assert len(heard) / RATE == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize("rates", [(44_100, 22_050), (22_050, 44_100)])
def test_what_changes_midway_is_heard_to_the_end(tmp_path: Path, rates: tuple[int, int]) -> None:
    files = [
        write_audio(tmp_path / f"{rate}.mp3", random_notes(1, 3.0, rate)[:, None], rate)
        for rate in rates
    ]
    joined = b"".join(file.read_bytes() for file in files)
    heard = read_start(b"".join(transcode(joined, "opus", Span(0, 60))), RATE, 60).samples
    assert len(heard) / RATE == pytest.approx(6.0, abs=0.3)


def test_damaged_stretches_are_left_out(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.mp3", random_notes(1, 6.0, RATE)[:, None], RATE)
    data, places = bytearray(path.read_bytes()), np.random.default_rng(1)
    for place in places.integers(0, len(data), 200):
        data[place] = places.integers(256)
    heard = read_start(b"".join(transcode(bytes(data), "opus", Span(0, 60))), RATE, 60).samples
    assert 2 < len(heard) / RATE < 7


def test_what_gives_no_sound_is_an_error_before_the_first_piece(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.flac", random_notes(1, 2.0, RATE)[:, None], RATE)
    with pytest.raises(AudioError, match="gives no sound from second 60 on"):
        next(transcode(path, "opus", Span(60, 5)))
    with pytest.raises(AudioError, match="holds text"):
        next(transcode(b"hello, this is text\n" * 99, "opus", Span(0, 5)))
