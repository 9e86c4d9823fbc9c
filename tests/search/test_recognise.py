"""A clip of a recording is known again, and one that is of none is refused."""

import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from random_notes import random_notes
from songs_of_notes import RATE, stretch
from stub_embedder import StubEmbedder

from mir.catalogue import files, fingerprints, tracks
from mir.engine import Engine, open_engine
from mir.errors import AudioError, ClipTooLong
from mir.fingerprint.packing import METHOD
from mir.fingerprinting import fingerprint
from mir.search.recognise import recognise, verdict, what_was_played
from mir.settings import load_settings
from tests.made_up_analyses import made_up_analysis

SECONDS = 40.0
NOW = datetime(2026, 5, 4, tzinfo=UTC)


def wav(samples: NDArray[np.float32]) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format="WAV")
    return file.getvalue()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Three tracks, of the seeds 1 to 3, which are their ids; the last one without a print."""
    embedder: Any = StubEmbedder()
    home = tmp_path_factory.mktemp("recognise")
    settings = load_settings({}, home=home, max_clip_seconds=200.0)
    with open_engine(settings, embedder) as opened:
        with opened.catalogue.session() as session:
            for seed in (1, 2, 3):
                analysis = made_up_analysis(Path(f"/music/{seed}.wav"), f"hash-{seed}")
                assert tracks.store(session, analysis, NOW).id == seed
            for seed in (1, 2):
                packed = fingerprint(wav(random_notes(seed, SECONDS, RATE))).landmarks
                fingerprints.put(session, METHOD, {seed: packed})
        opened.fingerprints.refresh()
        yield opened


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("start", [0.0, 12.5, 30.0])
def test_a_clip_is_known_with_its_place(engine: Engine, seed: int, start: float) -> None:
    found = recognise(engine, wav(stretch(seed, start, 8.0)))
    assert found.among == 2
    best = found.recordings[0]
    assert (best.track.id, best.verdict) == (seed, "certain")
    assert best.offset == pytest.approx(start, abs=0.1)
    assert best.tempo == pytest.approx(1.0, abs=0.01)


def test_what_is_not_in_the_library_is_refused(engine: Engine) -> None:
    found = recognise(engine, wav(stretch(9, 5.0, 10.0)))
    assert (found.recordings, found.among) == ((), 2)


def test_a_track_without_a_fingerprint_is_not_known(engine: Engine) -> None:
    assert recognise(engine, wav(stretch(3, 5.0, 10.0))).recordings == ()


@pytest.mark.parametrize("before", [10.0, 75.0])
def test_a_clip_may_begin_before_the_track(engine: Engine, before: float) -> None:
    """In a long clip the track is found in a later piece."""
    mixed = np.concatenate(
        [stretch(9, 0.0, before), stretch(1, 0.0, SECONDS), stretch(8, 0.0, before)]
    )
    best = recognise(engine, wav(mixed)).recordings[0]
    assert best.track.id == 1
    assert best.offset == pytest.approx(-before, abs=0.15)


def test_a_silent_clip_and_a_short_one_are_refused(engine: Engine) -> None:
    with pytest.raises(AudioError, match="the clip is silent"):
        recognise(engine, wav(np.zeros(5 * RATE, np.float32)))
    with pytest.raises(AudioError, match=r"too short to be recognised \(0\.50 s"):
        recognise(engine, wav(stretch(1, 0.0, 0.5)))
    with pytest.raises(AudioError, match="longer than 200 seconds"):
        recognise(engine, wav(stretch(1, 0.0, 201.0)))


def test_a_recording_that_is_gone_is_left_out(engine: Engine, tmp_path: Path) -> None:
    """The index of a process that has not looked yet may name what the catalogue has no more."""
    shutil.copytree(engine.settings.home, tmp_path / "home")
    now = 0.0
    settings = load_settings({}, home=tmp_path / "home")
    with open_engine(settings) as opened:
        other = Engine(settings, opened.catalogue, clock=lambda: now)
        assert recognise(other, wav(stretch(1, 5.0, 8.0))).recordings
        with opened.catalogue.session() as session:
            files.remove(session, [Path("/music/1.wav")])
        found = recognise(other, wav(stretch(1, 5.0, 8.0)))
        assert (found.recordings, found.among) == ((), 2)


def test_a_library_without_fingerprints_has_none_to_compare(tmp_path: Path) -> None:
    with open_engine(load_settings({}, home=tmp_path)) as empty:
        assert recognise(empty, wav(stretch(1, 0.0, 5.0))).among == 0
        assert what_was_played(empty, wav(stretch(1, 0.0, 5.0))).among == 0


def test_a_long_recording_has_a_timeline(engine: Engine) -> None:
    mix = np.concatenate([stretch(1, 10.0, 25.0), stretch(9, 0.0, 30.0), stretch(2, 0.0, 30.0)])
    heard = what_was_played(engine, wav(mix))
    assert [(each.track.id, each.verdict) for each in heard.played] == [
        (1, "certain"),
        (2, "certain"),
    ]
    first, second = heard.played
    assert (first.start, first.offset) == pytest.approx((0.0, 10.0), abs=0.2)
    assert first.end == pytest.approx(25.0, abs=6.0)
    assert second.start == pytest.approx(55.0, abs=6.0)
    assert second.start - second.offset == pytest.approx(55.0, abs=0.3)


def test_a_timeline_tells_how_far_it_is(engine: Engine) -> None:
    told: list[tuple[str, float, float | None]] = []
    what_was_played(engine, wav(stretch(1, 0.0, 30.0)), progress=lambda *each: told.append(each))
    assert told[:2] == [("Listening", 0.0, 30.0), ("Listening", 30.0, 30.0)]
    assert {part for part, _, _ in told[2:]} == {"Comparing"}
    assert told[-1][1] == told[-1][2] == pytest.approx(30.0, abs=0.1)


def test_a_timeline_of_more_than_is_allowed_is_refused_with_the_remedy(engine: Engine) -> None:
    sound = wav(stretch(1, 0.0, 31.0))
    with pytest.raises(ClipTooLong, match=r"longer than 30 seconds.*mir identify --timeline"):
        what_was_played(engine, sound, max_seconds=30.0)
    assert what_was_played(engine, sound, max_seconds=31.5).played


def test_verdicts_follow_the_score() -> None:
    assert [verdict(score) for score in (3.0, 7.9, 8.0)] == ["likely", "likely", "certain"]
