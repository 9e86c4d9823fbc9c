"""The picture of a recording: where its sound lies, in columns as wide as a page."""

from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from mir import picture
from mir.analysis import Span
from mir.audio.png import png
from mir.errors import AudioError
from mir.picture import draw, mel_png

RATE = 16_000


def tone(hertz: float, seconds: float, level: float) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)


@pytest.fixture
def steps(tmp_path: Path) -> Path:
    """Ten seconds of a low tone, ten of silence, ten of a high one that is softer."""
    parts = [tone(250, 10, 0.8), np.zeros(10 * RATE), tone(4_000, 10, 0.4)]
    path = tmp_path / "steps.flac"
    soundfile.write(path, np.concatenate(parts), RATE)
    return path


def test_columns_show_where_the_sound_is_and_how_loud(steps: Path) -> None:
    drawn = draw(steps, 30.0)
    assert drawn.peaks.shape == drawn.levels.shape == (1000,)
    assert drawn.mel.shape == (96, 1000)
    first, silence, last = (slice(20 + 333 * n, 310 + 333 * n) for n in range(3))
    assert drawn.peaks[first] == pytest.approx(0.8, abs=0.01)
    assert drawn.levels[first] == pytest.approx(0.8 / np.sqrt(2), abs=0.01)
    assert not drawn.peaks[silence].any()
    assert drawn.peaks[last] == pytest.approx(0.4, abs=0.01)
    loudest = drawn.mel.argmax(axis=0)
    assert loudest[first].max() < 10 < 60 < loudest[last].min()
    assert not drawn.mel[:, silence].any()


def test_a_stretch_of_a_file_is_drawn_as_if_it_were_all(steps: Path) -> None:
    drawn = draw(steps, 10.0, Span(20.0, 10.0))
    assert drawn.seconds == 10.0
    assert len(drawn.peaks) == 500  # twenty milliseconds each
    assert drawn.peaks == pytest.approx(0.4, abs=0.02)


def test_of_a_long_recording_a_piece_of_each_column_is_read(
    steps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = draw(steps, 30.0)
    monkeypatch.setattr(picture, "WHOLE_SECONDS", 20.0)
    monkeypatch.setattr(picture, "COLUMNS", 10)
    monkeypatch.setattr(picture, "read_on", None)
    sampled = draw(steps, 30.0)
    assert sampled.peaks[:3] == pytest.approx(whole.peaks[50], abs=0.02)
    assert not sampled.peaks[4:6].any()
    assert sampled.peaks[7:] == pytest.approx(0.4, abs=0.02)


def test_what_the_header_promised_and_lacks_stays_empty(steps: Path) -> None:
    drawn = draw(steps, 60.0)
    assert drawn.peaks[:160].all()
    assert not drawn.peaks[510:].any()


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.wav"
    soundfile.write(path, np.zeros(0), RATE)
    with pytest.raises(AudioError, match="no sound"):
        draw(path, 3.0)


def test_the_spectrogram_is_a_picture_of_the_same_columns(steps: Path, tmp_path: Path) -> None:
    path = tmp_path / "mel.png"
    path.write_bytes(mel_png(draw(steps, 30.0)))
    with av.open(path) as file:
        pixels = next(file.decode(video=0)).to_ndarray(format="rgb24")
    assert pixels.shape == (96, 1000, 3)
    bright = pixels.sum(axis=2, dtype=int)
    assert bright[:, 100].argmax() > 80  # low tones lie at the bottom
    assert bright[:, 900].argmax() < 40
    assert bright[:, 500].max() < 60  # silence is dark


@pytest.mark.parametrize("shape", [(0, 3), (3,), (2, 2, 3)])
def test_only_rows_and_columns_are_a_picture(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="pixels"):
        png(np.zeros(shape, np.uint8), np.zeros((256, 3), np.uint8))
    with pytest.raises(ValueError, match="palette"):
        png(np.zeros((2, 2), np.uint8), np.zeros((16, 3), np.uint8))
