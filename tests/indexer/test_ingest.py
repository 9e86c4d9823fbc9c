import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from small_library import small_library as small_library_of
from small_library import song, write_audio
from tag_writing import write_tags

from indexer.ingest import IngestReport, Progress, ingest
from indexer.lock import only_run
from mir.analysis import Tags
from mir.catalogue import embeddings, failures, files, tracks
from mir.engine import Engine, open_engine
from mir.errors import Busy, NotFound
from mir.settings import load_settings
from tests.indexer.stub_ear import (
    DeafEar,
    FragileEar,
    HangingEar,
    HoardingEar,
    SegfaultingEar,
    StubEar,
)


@pytest.fixture
def library(original: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "music"))


@pytest.fixture
def indexed(indexed_home: tuple[Path, Path]) -> Iterator[tuple[Engine, Path]]:
    """An engine on an indexed library, and that library's folder."""
    home, music = indexed_home
    with open_engine(load_settings({}, home=home), embedder=StubEar()) as engine:
        yield engine, music


def run(
    engine: Engine,
    *roots: Path,
    load: Callable[[str], StubEar] = StubEar,
    progress: Callable[[Progress], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    jobs: int = 1,
) -> IngestReport:
    return ingest(engine, roots, jobs=jobs, load=load, progress=progress, stop=stop)


def ids(engine: Engine) -> dict[str, int]:
    """File name -> track id, as the catalogue has it."""
    with engine.catalogue.session() as session:
        return {file.path.name: file.track_id for file in files.known_files(session)}


def failed(engine: Engine) -> dict[str, tuple[str, str]]:
    """File name -> stage and reason."""
    with engine.catalogue.session() as session:
        return {each.path.name: (each.stage, each.reason) for each in failures.known(session)}


def assert_consistent(engine: Engine) -> None:
    """The index holds the tracks of the catalogue, neither more nor fewer."""
    with engine.catalogue.session() as session:
        present = embeddings.ids_with(session, "stub")
        assert len(present) == tracks.count(session)
    assert sorted(engine.index().ids.tolist()) == sorted(present.tolist())


def test_a_library_is_indexed_and_a_second_run_decodes_nothing(
    engine: Engine, library: Path
) -> None:
    seen: list[Progress] = []
    report = run(engine, library, progress=seen.append, jobs=2)
    assert (report.added, report.failed, report.unchanged) == (4, 0, 0)
    assert report.seconds_of_music == pytest.approx(8.0, abs=0.5)
    assert report.messages == ()
    assert_consistent(engine)
    assert seen[-1].done == seen[-1].total == 4
    assert [each.done for each in seen] == sorted(each.done for each in seen)
    with engine.catalogue.session() as session:
        assert files.roots(session) == (library,)
        track = tracks.get(session, tracks.resolve(session, "Song 1"))
    assert track.tag_genres == ("Rock",)
    assert track.genres[0].name == "Jazz"

    again = run(engine, library, load=DeafEar)
    assert again.unchanged == 4
    assert (again.added, again.updated, again.moved, again.removed, again.failed) == (0,) * 5
    assert again.seconds_of_music == 0


def test_a_moved_file_keeps_its_track_and_is_not_listened_to(indexed: tuple[Engine, Path]) -> None:
    engine, library = indexed
    before = ids(engine)
    (name, *_) = before
    source = next(library.rglob(name))
    target = library / "Elsewhere" / f"renamed{source.suffix}"
    target.parent.mkdir()
    source.rename(target)

    report = run(engine, library, load=DeafEar)

    assert (report.moved, report.removed, report.failed, report.unchanged) == (1, 0, 0, 4)
    after = ids(engine)
    assert after[target.name] == before[name]
    assert name not in after
    assert_consistent(engine)


def test_a_retagged_file_keeps_its_track_and_shows_its_new_tags(
    indexed: tuple[Engine, Path],
) -> None:
    engine, library = indexed
    before = ids(engine)
    for path in sorted(library.glob("Album*/*")):
        write_tags(path, Tags(title=f"New {path.suffix}", artists=("Someone Else",)))

    report = run(engine, library, load=DeafEar)

    assert (report.updated, report.failed) == (4, 0)
    assert ids(engine) == before
    with engine.catalogue.session() as session:
        titles = {track.title for track in tracks.page(session).items}
    assert titles == {"New .flac", "New .mp3", "New .ogg", "New .wav"}


def test_a_copy_is_a_further_file_of_its_track_until_it_goes(indexed: tuple[Engine, Path]) -> None:
    engine, library = indexed
    source = next(library.rglob("*.flac"))
    copy = library / "copy.flac"
    shutil.copy(source, copy)

    assert run(engine, library).moved == 1
    assert ids(engine)[copy.name] == ids(engine)[source.name]

    source.unlink()
    assert run(engine, library, load=DeafEar).removed == 1
    with engine.catalogue.session() as session:
        assert tracks.count(session) == 4
    assert_consistent(engine)


def test_a_gone_file_takes_its_track_and_its_vector_along(indexed: tuple[Engine, Path]) -> None:
    engine, library = indexed
    next(library.rglob("*.flac")).unlink()
    assert run(engine, library, load=DeafEar).removed == 1
    with engine.catalogue.session() as session:
        assert tracks.count(session) == 3
    assert_consistent(engine)


@pytest.mark.parametrize("empty", [True, False], ids=["empty", "missing"])
def test_an_unmounted_root_prunes_nothing(indexed: tuple[Engine, Path], empty: bool) -> None:
    engine, library = indexed
    library.rename(library.with_name("away"))
    if empty:
        library.mkdir()

    report = run(engine, library, load=DeafEar)

    assert report.removed == 0
    assert report.missing_roots == (library,)
    assert "mounted" in report.messages[0]
    with engine.catalogue.session() as session:
        assert tracks.count(session) == 4
    assert_consistent(engine)


def test_a_folder_that_never_was_is_an_error(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        run(engine, tmp_path / "nowhere")


def test_changed_sound_at_a_known_path_is_another_track(indexed: tuple[Engine, Path]) -> None:
    engine, library = indexed
    before = ids(engine)
    path = next(library.rglob("*.flac"))
    write_audio(path, song(99, 3.0, 22_050), 22_050)
    report = run(engine, library)
    assert (report.updated, report.added) == (1, 0)
    assert ids(engine)[path.name] != before[path.name]
    assert_consistent(engine)


def test_renumbered_files_are_all_there_afterwards(engine: Engine, tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    for number in (1, 2, 3):
        write_audio(music / f"{number}.flac", song(number, 1.5 + number / 4, 22_050), 22_050)
    run(engine, music)
    for number in (3, 2, 1):  # every name but the last now holds another known sound
        (music / f"{number}.flac").rename(music / f"{number + 1}.flac")

    report = run(engine, music)

    assert report.failed == 0
    assert set(ids(engine)) == {"2.flac", "3.flac", "4.flac"}
    assert len(set(ids(engine).values())) == 3
    assert_consistent(engine)


def test_bad_files_become_failures_with_a_reason_and_harm_nothing_else(
    engine: Engine, library: Path
) -> None:
    rng = np.random.default_rng(1)
    good = library / "good"
    good.mkdir()
    mp3 = next(library.rglob("*.mp3")).read_bytes()
    bad = {
        "empty.mp3": b"",
        "text.mp3": b"This is not music.\n" * 50,
        "noise.flac": rng.bytes(20_000),
        "header.wav": b"RIFF\xff\xff\xff\x7fWAVEfmt ",
    }
    for name, data in bad.items():
        (library / name).write_bytes(data)
    soundfile.write(library / "one sample.wav", np.zeros(1, np.float32), 44_100)
    (library / "dangling.mp3").symlink_to(library / "nowhere")
    (library / "folder.mp3").mkdir()
    soundfile.write(good / "silent.wav", np.zeros(88_200, np.float32), 44_100)
    write_audio(good / "eight.wav", song(7, 2.0, 48_000, 8), 48_000)
    write_audio(good / "fast.flac", song(8, 2.0, 96_000, 2), 96_000)
    (good / "cut.mp3").write_bytes(mp3[: int(len(mp3) * 0.8)])
    (good / "really mp3.flac").write_bytes(mp3 + bytes(9))
    not_utf8 = os.fsencode(good) + b"/caf\xe9.ogg"
    shutil.copy(next(library.rglob("*.ogg")), not_utf8)

    report = run(engine, library)

    wrong = failed(engine)
    assert set(wrong) == {*bad, "one sample.wav", "dangling.mp3"}
    assert {name: stage for name, (stage, _) in wrong.items()} == {
        **dict.fromkeys([*bad, "one sample.wav"], "decode"),
        "dangling.mp3": "read",
    }
    assert all(len(reason) > 20 for _, reason in wrong.values())
    assert "at least one second" in wrong["one sample.wav"][1]
    assert report.failed == len(wrong)
    known = ids(engine)
    assert {"silent.wav", "eight.wav", "fast.flac", "cut.mp3", "really mp3.flac"} <= set(known)
    assert os.fsdecode(b"caf\xe9.ogg") in known
    assert_consistent(engine)

    again = run(engine, library, load=DeafEar)
    assert again.failed == 1  # what could not be read is tried again, the others are not
    assert again.unchanged == report.added + report.moved + len(bad) + 1


def test_a_mended_file_is_no_failure_any_more_nor_is_a_gone_one(
    engine: Engine, library: Path
) -> None:
    (library / "a.mp3").write_bytes(b"")
    (library / "b.mp3").write_bytes(b"")
    run(engine, library)
    assert set(failed(engine)) == {"a.mp3", "b.mp3"}
    shutil.copy(next(library.rglob("Album*/*.mp3")), library / "a.mp3")
    (library / "b.mp3").unlink()
    report = run(engine, library)
    assert (report.updated, report.removed, report.failed) == (1, 1, 0)
    assert failed(engine) == {}


def test_a_retry_tries_once_more_and_ignoring_lasts_until_the_file_changes(
    engine: Engine, library: Path
) -> None:
    for name in ("a.mp3", "b.mp3"):
        (library / name).write_bytes(b"")
    (library / "dangling.mp3").symlink_to(library / "nowhere")
    assert run(engine, library).failed == 3
    with engine.catalogue.session() as session:
        ids = {each.path.name: each.id for each in failures.known(session)}
        failures.retry(session, ids["a.mp3"])
        failures.ignore(session, ids["b.mp3"])
        failures.ignore(session, ids["dangling.mp3"])

    assert run(engine, library, load=DeafEar).failed == 1
    with engine.catalogue.session() as session:
        states = {each.path.name: each.state for each in failures.known(session)}
    assert states == {"a.mp3": "failed", "b.mp3": "ignored", "dangling.mp3": "ignored"}
    assert engine.status().failures == 1
    assert run(engine, library, load=DeafEar).failed == 0

    (library / "b.mp3").write_bytes(b"no music")
    assert run(engine, library, load=DeafEar).failed == 1
    (library / "nowhere").write_bytes(b"no music")
    assert run(engine, library, load=DeafEar).failed == 1
    assert engine.status().failures == 3
    with engine.catalogue.session() as session:
        failures.ignore(session, ids["b.mp3"])
    shutil.copy(next(library.rglob("Album*/*.mp3")), library / "b.mp3")
    assert run(engine, library).updated == 1
    assert set(failed(engine)) == {"a.mp3", "dangling.mp3"}


@pytest.mark.parametrize(
    ("ear", "stage", "said"),
    [
        (FragileEar, "worker", "SIGKILL"),
        (SegfaultingEar, "worker", "SIGSEGV"),
        (HoardingEar, "analyse", "more memory than a worker is given"),
    ],
)
def test_a_file_that_breaks_its_worker_costs_that_file_alone(
    engine: Engine, library: Path, ear: Callable[[str], StubEar], stage: str, said: str
) -> None:
    soundfile.write(library / "Album 1" / "silence.wav", np.zeros(88_200, np.float32), 44_100)
    report = run(engine, library, load=ear, jobs=2)
    assert (report.added, report.failed) == (4, 1)
    assert failed(engine)["silence.wav"][0] == stage
    assert said in failed(engine)["silence.wav"][1]
    assert_consistent(engine)
    if stage != "worker":
        with engine.catalogue.session() as session:
            assert failures.retry_all(session) == 1
    # The next run, with more luck, does the rest.
    assert run(engine, library).updated == 1
    assert failed(engine) == {}


def test_a_file_is_given_the_time_of_the_settings(tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    soundfile.write(music / "silence.wav", np.zeros(88_200, np.float32), 44_100)
    settings = load_settings({}, home=tmp_path / "home", seconds_each=1)
    with open_engine(settings, embedder=StubEar()) as engine:
        assert run(engine, music, load=HangingEar).failed == 1
        stage, reason = failed(engine)["silence.wav"]
    assert stage == "worker"
    assert "took longer than 1 seconds" in reason


def test_a_stopped_run_keeps_what_it_has_and_the_next_does_the_rest(
    engine: Engine, tmp_path: Path
) -> None:
    music = tmp_path / "music"
    small_library_of(music, tracks=12, formats=("flac",), seconds=1.5)
    gone = music / "gone.flac"
    shutil.copy(next(music.rglob("*.flac")), gone)
    run(engine, music / "Album 1")
    reports: list[Progress] = []
    asked = iter([False] * 3 + [True] * 10_000)

    report = run(engine, music, progress=reports.append, stop=lambda: next(asked))

    assert report.stopped
    assert "index again" in report.messages[-1]
    assert 0 < report.added + report.moved < 10
    assert_consistent(engine)
    rest = run(engine, music)
    assert not rest.stopped
    assert len(ids(engine)) == 13


def test_an_early_end_takes_nothing_out(indexed: tuple[Engine, Path]) -> None:
    engine, library = indexed
    before = ids(engine)
    next(library.rglob("*.flac")).unlink()
    shutil.copy(next(library.rglob("*.mp3")), library / "copy.mp3")
    report = run(engine, library, stop=lambda: True)
    assert report.stopped
    assert report.removed == 0
    assert ids(engine) == before


def test_two_runs_at_once_are_one_too_many(engine: Engine, library: Path, home: Path) -> None:
    home.mkdir(exist_ok=True)
    said = rf"Another run.*pid {os.getpid()}"
    with only_run(home, engine.catalogue), pytest.raises(Busy, match=said):
        run(engine, library)
    assert run(engine, library).added == 4


def test_a_lock_file_that_was_left_behind_locks_nothing(
    engine: Engine, library: Path, home: Path
) -> None:
    home.mkdir(exist_ok=True)
    (home / "indexing.lock").write_text("1\n")
    assert run(engine, library).added == 4
