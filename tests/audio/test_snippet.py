"""Snippets: small, playable, and of the span that was asked for."""

from pathlib import Path

import numpy as np
import pytest
from random_notes import random_notes
from small_library import write_audio

from mir.analysis import Span
from mir.audio.decode import read_start
from mir.audio.snippet import LONGEST, snippet
from mir.errors import AudioError

RATE = 22_050


@pytest.mark.parametrize("suffix", ["flac", "mp3", "opus"])
def test_a_snippet_sounds_as_its_span(tmp_path: Path, suffix: str) -> None:
    sound = random_notes(1, 20.0, RATE)
    path = write_audio(tmp_path / f"a.{suffix}", sound[:, None], RATE)
    cut = snippet(path, Span(7.0, 4.0))
    assert len(cut) < 8_500 * 4
    heard = read_start(cut, RATE, 60).samples
    assert len(heard) / RATE == pytest.approx(4.0, abs=0.15)
    size = 1 << int(np.ceil(np.log2(len(sound) + len(heard))))
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(heard, size)))
    at = int(np.argmax(product))
    assert at / RATE == pytest.approx(7.0, abs=0.15)


def test_a_snippet_is_bounded_and_ends_with_the_sound(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.flac", random_notes(1, 20.0, RATE)[:, None], RATE)
    for span, seconds in ((Span(0, 1e9), LONGEST), (Span(18, 10), 2.0), (Span(-3, 2), 2.0)):
        heard = read_start(snippet(path, span), RATE, 60).samples
        assert len(heard) / RATE == pytest.approx(seconds, abs=0.15)


def test_what_gives_no_sound_is_an_error(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "a.flac", random_notes(1, 2.0, RATE)[:, None], RATE)
    with pytest.raises(AudioError, match="gives no sound from second 60 on"):
        snippet(path, Span(60, 5))
    with pytest.raises(AudioError, match="holds text"):
        snippet(b"hello, this is text\n" * 99, Span(0, 5))
    with pytest.raises(ValueError, match="no sound"):
        snippet(path, Span(0, 0))
