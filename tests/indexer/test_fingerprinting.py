"""The second part of an index run: every track comes to a fingerprint, and the index follows."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from songs_of_notes import stretch, write_song

from indexer import fingerprinting
from indexer.fingerprinting import FingerprintReport, fingerprint_all
from indexer.ingest import ingest
from mir.analysis import Tags
from mir.catalogue import fingerprints, tracks
from mir.engine import Engine
from mir.fingerprint.identify import identify
from mir.fingerprint.landmarks import clip_landmarks
from mir.fingerprint.packing import METHOD, unpack
from mir.fingerprint.spectrum import SAMPLE_RATE
from tests.cue_albums import BEGINS, SECONDS, TITLES, write_album
from tests.indexer.stub_ear import StubEar


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four songs of half a minute in four formats; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("songs")
    for seed, suffix in enumerate(("flac", "mp3", "ogg", "m4a")):
        write_song(folder / f"{seed}.{suffix}", seed)
    return folder


@pytest.fixture
def music(songs: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(songs, tmp_path / "music"))


def run(engine: Engine) -> FingerprintReport:
    return fingerprint_all(engine, jobs=1)


def held(engine: Engine) -> dict[str, int]:
    """Name of the first file -> id."""
    with engine.catalogue.session() as session:
        return {each.paths[0].name: each.id for each in tracks.page(session).items}


def first_of(engine: Engine, seed: int, start: float, seconds: float = 8.0) -> tuple[int, float]:
    """(track, offset) that a stretch of a song is taken for."""
    sound = stretch(seed, start, seconds, SAMPLE_RATE)
    best, *_ = identify(engine.fingerprints.index(), clip_landmarks(sound, SAMPLE_RATE))
    return best.track, best.offset


def test_every_track_is_known_again_from_any_place(engine: Engine, music: Path) -> None:
    ingest(engine, [music], jobs=1, load=StubEar)
    report = run(engine)
    assert (report.made, report.silent, report.failed, report.stopped) == (4, 0, (), False)
    assert report.seconds_of_music == pytest.approx(120, abs=1)
    ids = held(engine)
    assert sorted(engine.fingerprints.index().tracks.tolist()) == sorted(ids.values())
    for name, track_id in ids.items():
        for start in (0.0, 11.3, 20.0):
            track, offset = first_of(engine, int(name[0]), start)
            assert track == track_id
            assert offset == pytest.approx(start, abs=0.1)


def test_only_what_is_lacking_is_read(engine: Engine, music: Path) -> None:
    ingest(engine, [music], jobs=1, load=StubEar)
    run(engine)
    gone, *rest = sorted(music.iterdir())
    for path in rest:
        times = path.stat()
        path.write_bytes(b"\0" * times.st_size)  # whoever reads one again finds nothing
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    gone_id = held(engine)[gone.name]
    gone.unlink()
    write_song(music / "new.flac", 7, seconds=20.0)
    ingest(engine, [music], jobs=1, load=StubEar)
    report = run(engine)
    assert (report.made, report.silent, report.failed) == (1, 0, ())
    present = engine.fingerprints.index().tracks.tolist()
    assert gone_id not in present
    assert len(present) == 4
    assert first_of(engine, 7, 5.0)[0] == held(engine)["new.flac"]


def test_tracks_inside_a_file_have_their_own(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "music"
    folder.mkdir()
    write_album(folder / "day.flac", Tags(title="A Day"))
    ingest(engine, [folder], jobs=1, load=StubEar)
    assert run(engine).made == len(TITLES)
    with engine.catalogue.session() as session:
        found = {each.title: each.id for each in tracks.page(session).items}
        lengths = [
            unpack(fingerprints.content(session, found[title], METHOD)).seconds for title in TITLES
        ]
    ends = [*BEGINS[1:], SECONDS]
    expected = [end - start for start, end in zip(BEGINS, ends, strict=True)]
    assert lengths == pytest.approx(expected, abs=0.1)


def test_what_gives_no_sound_is_not_tried_again(engine: Engine, music: Path) -> None:
    ingest(engine, [music], jobs=1, load=StubEar)
    damaged = sorted(music.iterdir())[0]
    times = damaged.stat()
    damaged.write_bytes(b"\0" * times.st_size)
    os.utime(damaged, ns=(times.st_atime_ns, times.st_mtime_ns))
    report = run(engine)
    assert (report.made, report.silent, report.failed) == (3, 1, ())
    assert len(engine.fingerprints.index()) == 3
    assert run(engine).silent == 0


def test_a_file_that_changed_meanwhile_waits_for_the_next_run(engine: Engine, music: Path) -> None:
    ingest(engine, [music], jobs=1, load=StubEar)
    changed = sorted(music.iterdir())[0]
    write_song(changed, 9, seconds=12.0)
    report = run(engine)
    assert (report.made, report.failed) == (3, (changed,))
    ingest(engine, [music], jobs=1, load=StubEar)
    assert run(engine).made == 1
    assert first_of(engine, 9, 2.0)[0] == held(engine)[changed.name]


def test_a_run_that_is_stopped_keeps_what_it_did(
    engine: Engine, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprinting, "BATCH_FILES", 1)
    ingest(engine, [music], jobs=1, load=StubEar)
    done: list[int] = []
    report = fingerprint_all(
        engine, jobs=1, progress=lambda p: done.append(p.done), stop=lambda: bool(done)
    )
    assert report.stopped
    assert 0 < report.made < 4
    assert len(engine.fingerprints.index()) == report.made
    assert run(engine).made == 4 - report.made


@pytest.fixture
def indexed(engine: Engine, music: Path) -> Engine:
    ingest(engine, [music], jobs=1, load=StubEar)
    run(engine)
    return engine


def test_the_index_is_made_again_when_it_is_lost_or_damaged(indexed: Engine) -> None:
    before = sorted(indexed.fingerprints.index().tracks.tolist())
    folder = indexed.settings.fingerprints_dir
    for spoil in (shutil.rmtree, lambda path: (path / "fingerprints.json").write_text("{")):
        spoil(folder)
        with_new = Engine(indexed.settings, indexed.catalogue)
        assert sorted(with_new.fingerprints.index().tracks.tolist()) == before
        np.testing.assert_array_equal(
            sorted(Engine(indexed.settings, indexed.catalogue).fingerprints.index().tracks), before
        )


def test_another_process_sees_what_a_run_added(indexed: Engine, music: Path) -> None:
    now = 0.0
    other = Engine(indexed.settings, indexed.catalogue, clock=lambda: now)
    assert len(other.fingerprints.index()) == 4
    write_song(music / "new.flac", 7, seconds=20.0)
    ingest(indexed, [music], jobs=1, load=StubEar)
    run(indexed)
    now = 1.0
    assert len(other.fingerprints.index()) == 5
