import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_library import song, write_audio
from stub_embedder import StubEmbedder

from mir.listen import Heard, listen_with_all
from mir.passages import PASSAGE_SECONDS, PASSAGES, places, plan_spans, split


@given(st.floats(1, 36_000), st.integers(1, 2_500))
def test_places_lie_in_the_track_in_order_and_do_not_overlap(seconds: float, count: int) -> None:
    found = places(seconds, count)
    assert len(found) in (0, count)
    end = 0.0
    for span in found:
        assert span.start >= end - 1e-6
        assert 0 < span.seconds <= PASSAGE_SECONDS + 0.5
        end = span.start + span.seconds
    assert end <= seconds + 1e-6


@given(st.floats(1, 36_000))
def test_places_are_those_that_are_listened_to(seconds: float) -> None:
    planned = plan_spans(seconds)
    assert places(seconds, len(planned)) == planned
    whole = split(seconds)
    if len(whole) != PASSAGES:
        assert places(seconds, len(whole)) == whole
    assert sum(span.seconds for span in whole) == pytest.approx(seconds)


@pytest.mark.parametrize(("seconds", "count"), [(240, 2), (240, 12), (30, 5), (40, 1), (20, 0)])
def test_passages_that_fit_no_plan_have_no_places(seconds: float, count: int) -> None:
    assert places(seconds, count) == []


def test_a_length_that_is_told_a_little_wrong_has_places_all_the_same() -> None:
    assert len(places(36.3, 2)) == 2  # heard were 35.9
    assert len(places(35.9, 3)) == 3


@pytest.mark.parametrize(
    ("seconds", "thorough"), [(12, False), (40, False), (61, False), (75, True)]
)
def test_what_is_heard_of_a_file_has_places(tmp_path: Path, seconds: float, thorough: bool) -> None:
    path = tmp_path / "song.flac"
    write_audio(path, song(1, seconds, 8_000, 1), 8_000)
    heard: Heard
    (heard,) = listen_with_all(path, [StubEmbedder()], thorough)
    found = places(heard.seconds, len(heard.hearing.passages))
    assert len(found) == len(heard.hearing.passages) > 0
    if thorough or seconds <= 54:
        assert found[-1].start + found[-1].seconds == pytest.approx(seconds, abs=0.1)
        assert len(found) == math.ceil(seconds / 18)
