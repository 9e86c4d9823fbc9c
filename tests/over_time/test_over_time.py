"""What is heard in each passage of a recording."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from small_library import song, write_audio
from stub_embedder import StubEmbedder

from mir.analysis import Span
from mir.errors import AudioError
from mir.model.embedder import Embedder
from mir.over_time import MOST_PASSAGES, divide, hear_over_time

RATE = 16_000


@pytest.mark.parametrize(
    ("seconds", "count"), [(0.5, 1), (6, 1), (30, 5), (240, 40), (36_000, MOST_PASSAGES)]
)
def test_passages_are_equal_and_fill_the_recording(seconds: float, count: int) -> None:
    spans = divide(seconds)
    assert len(spans) == count
    assert sum(span.seconds for span in spans) == pytest.approx(seconds)
    assert [span.start for span in spans] == pytest.approx(
        [n * seconds / count for n in range(count)]
    )


def test_what_changes_in_the_sound_changes_in_what_is_heard(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    moments = np.arange(18 * RATE) / RATE
    tone = 0.5 * np.sin(2 * np.pi * 220 * moments)
    noise = 0.2 * rng.standard_normal(18 * RATE)
    path = tmp_path / "changes.flac"
    soundfile.write(path, np.concatenate([tone, noise]), RATE)
    heard = hear_over_time(path, StubEmbedder(), 36.0)
    assert heard.model_id == "stub"
    assert [span.start for span in heard.passages] == pytest.approx([0, 6, 12, 18, 24, 30])
    changed = [row for row in heard.genres if len(set(row.probabilities)) > 1]
    assert changed
    for row in changed:
        assert len(set(row.probabilities[:3])) == len(set(row.probabilities[3:])) == 1
    calm, happy = sorted(heard.moods, key=lambda row: row.name)
    assert calm.remarkable == happy.remarkable == 0.5
    assert calm.probabilities[0] != calm.probabilities[-1]
    # A stretch of the file is heard as what it is.
    later = hear_over_time(path, StubEmbedder(), 18.0, Span(18.0, 18.0))
    firsts = {row.name: row.probabilities[0] for row in later.genres}
    assert firsts == {row.name: row.probabilities[3] for row in heard.genres if row.name in firsts}


def test_of_passages_without_sound_nothing_is_said(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "short.flac", song(1, 12.5, RATE), RATE)
    heard = hear_over_time(path, StubEmbedder(), 30.0)
    assert [each is None for each in heard.genres[0].probabilities] == [False] * 2 + [True] * 3


def test_less_than_a_second_is_refused(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "short.flac", song(1, 0.5, RATE), RATE)
    with pytest.raises(AudioError, match="no sound to be heard"):
        hear_over_time(path, StubEmbedder(), 0.5)


def test_the_true_model_tells_its_moods_and_axes(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "song.flac", song(3, 13.0, RATE), RATE)
    embedder = Embedder.load()
    heard = hear_over_time(path, embedder, 13.0)
    assert heard.model_id == embedder.info.model_id
    assert 1 <= len(heard.genres) <= 6
    assert all(0 <= p <= 1 for row in heard.genres for p in row.probabilities if p is not None)
    assert all(value is not None and -1 < value < 1 for value in heard.arousal)
    assert set(embedder.remarkable) == set(embedder.info.moods)
