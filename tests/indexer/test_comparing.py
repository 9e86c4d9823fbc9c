"""The third part of an index run: new tracks are compared, and what they share is kept."""

from pathlib import Path

import numpy as np
import pytest
from random_notes import random_notes
from small_library import write_audio

from indexer.comparing import ComparisonReport, compare_all
from indexer.fingerprinting import fingerprint_all
from indexer.ingest import ingest
from indexer.run_report import Progress
from indexer.whole_run import index_whole
from mir import comparison
from mir.catalogue import matches, tracks
from mir.duplicates.report import Duplicates, duplicates
from mir.engine import Engine
from mir.fingerprint.packing import METHOD
from tests.indexer.stub_ear import StubEar

RATE = 22_050


def write(path: Path, seed: int, start: float, end: float) -> None:
    path.parent.mkdir(exist_ok=True)
    sound = random_notes(seed, end, RATE)[round(start * RATE) :]
    write_audio(path, sound[:, None], RATE)


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One recording coded three times, a part of it, and another one; to be copied."""
    folder = tmp_path_factory.mktemp("songs")
    for name in ("one.flac", "one.mp3", "one.ogg"):
        write(folder / name, 1, 0, 60)
    write(folder / "cut.mp3", 1, 20, 45)
    write(folder / "other.m4a", 2, 0, 60)
    return folder


def prepare(engine: Engine, *files: Path) -> None:
    """Index files as far as their fingerprints."""
    music = engine.settings.home.parent / "music"
    music.mkdir(exist_ok=True)
    for file in files:
        (music / file.name).write_bytes(file.read_bytes())
    ingest(engine, [music], jobs=1, load=StubEar)
    fingerprint_all(engine, jobs=1)


def told(engine: Engine) -> Duplicates:
    with engine.catalogue.session() as session:
        return duplicates(session, METHOD)


def names(found: Duplicates) -> tuple[set[str], list[tuple[str, str]]]:
    groups = {copy.file.path.name for group in found.groups for copy in group.copies}
    pairs = [(each.first.paths[0].name, each.second.paths[0].name) for each in found.excerpts]
    return groups, pairs


def test_copies_and_excerpts_are_found_whatever_their_format(engine: Engine, songs: Path) -> None:
    prepare(engine, *sorted(songs.iterdir()))
    assert told(engine).waiting == 5
    seen: list[Progress] = []
    report = compare_all(engine, progress=seen.append)
    assert (report.compared, report.stopped) == (5, False)
    assert {each.part for each in seen} == {"Comparing"}
    assert (seen[-1].done, seen[-1].total) == (5, 5)
    found = told(engine)
    assert names(found) == ({"one.flac", "one.mp3", "one.ogg"}, [("cut.mp3", "one.flac")])
    (group,) = found.groups
    assert group.keep.file.path.name == "one.flac"
    (shared,) = found.excerpts[0].match.stretches
    assert shared.second_start - shared.first_start == pytest.approx(20, abs=0.1)
    assert found.waiting == 0
    assert compare_all(engine) == ComparisonReport(0, 0, pytest.approx(0, abs=60))


def test_what_comes_later_is_compared_with_what_was_there(engine: Engine, songs: Path) -> None:
    prepare(engine, songs / "cut.mp3", songs / "other.m4a")
    compare_all(engine)
    assert names(told(engine)) == (set(), [])
    prepare(engine, songs / "one.mp3")
    assert compare_all(engine).compared == 1
    assert names(told(engine)) == (set(), [("cut.mp3", "one.mp3")])
    prepare(engine, songs / "one.flac")
    assert compare_all(engine).compared == 1
    assert names(told(engine)) == ({"one.flac", "one.mp3"}, [("cut.mp3", "one.flac")])


def test_a_run_that_is_stopped_is_ended_by_the_next(engine: Engine, songs: Path) -> None:
    prepare(engine, *sorted(songs.iterdir()))
    asked = iter([False, False, True])
    report = compare_all(engine, stop=lambda: next(asked))
    assert (report.compared, report.stopped) == (2, True)
    assert told(engine).waiting == 3
    assert compare_all(engine).compared == 3
    assert len(told(engine).groups) == 1


def test_another_way_of_comparing_compares_all_anew(
    engine: Engine, songs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(engine, songs / "one.mp3", songs / "one.flac")
    compare_all(engine)
    monkeypatch.setattr("indexer.comparing.METHOD", f"{comparison.METHOD} later")
    assert compare_all(engine).compared == 2
    with engine.catalogue.session() as session:
        kinds = [each.kind for each in matches.every(session)]
    assert kinds.count("sound") == 1


def test_the_whole_run_compares_and_a_file_that_goes_is_forgotten(
    engine: Engine, songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.ingest.Embedder", StubEar)
    music = tmp_path / "here"
    music.mkdir()
    for name in ("one.mp3", "one.flac", "other.m4a"):
        (music / name).write_bytes((songs / name).read_bytes())
    silent = np.zeros((RATE * 12, 1), np.float32)
    write_audio(music / "silent.wav", silent, RATE)
    assert index_whole(engine, [music]).compared == 4
    assert len(told(engine).groups) == 1
    (music / "one.flac").unlink()
    assert index_whole(engine, [music]).compared == 0
    assert told(engine).groups == ()
    with engine.catalogue.session() as session:
        assert tracks.count(session) == 3
