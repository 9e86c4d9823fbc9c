"""Albums in one file: each track heard by itself, known by its place, followed through changes."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen.flac import FLAC
from small_library import FORMATS, song, write_audio
from tag_writing import write_tags

from indexer.analyse import Parts, analyse
from indexer.ingest import IngestReport, ingest
from mir.analysis import CUE_STAGE, Analysis, Tags
from mir.catalogue import failures, tracks
from mir.catalogue.tracks import Track
from mir.engine import Engine
from mir.search.query import search_clip, similar
from tests.cue_albums import BEGINS, RATE, SECONDS, TITLES, cue_text, write_album
from tests.indexer.stub_ear import DeafEar, FragileEar, StubEar


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An album and its sheet; to be copied, not changed."""
    folder = tmp_path_factory.mktemp("album")
    write_album(folder / "day.flac", Tags(title="A Day", copyright="© Ada"))
    return folder


@pytest.fixture
def music(album: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(album, tmp_path / "music"))


def run(engine: Engine, root: Path, load: Callable[[str], StubEar] = StubEar) -> IngestReport:
    return ingest(engine, [root], jobs=1, load=load)


def held(engine: Engine) -> dict[str, Track]:
    """Title -> track."""
    with engine.catalogue.session() as session:
        return {track.title: track for track in tracks.page(session).items}


def problems(engine: Engine) -> list[str]:
    with engine.catalogue.session() as session:
        return [each.reason for each in failures.known(session) if each.stage == CUE_STAGE]


def ids(engine: Engine) -> list[int]:
    return sorted(track.id for track in held(engine).values())


def test_every_track_of_the_sheet_is_a_track(engine: Engine, music: Path) -> None:
    report = run(engine, music)
    assert (report.added, report.failed, report.messages) == (1, 0, ())
    assert report.seconds_of_music == pytest.approx(SECONDS, abs=0.1)
    found = held(engine)
    assert set(found) == set(TITLES)
    ends = [*BEGINS[1:], SECONDS]
    for number, (title, start, end) in enumerate(zip(TITLES, BEGINS, ends, strict=True), 1):
        track = found[title]
        assert track.span == pytest.approx((start, end))
        assert track.seconds == pytest.approx(end - start)
        assert track.paths == (music / "day.flac",)
        assert (track.track_number, track.album, track.year) == (number, "A Day", 1971)
        assert (track.artists, track.album_artist) == (("Ada Quill",), "Ada Quill")
        assert (track.tag_genres, track.copyright) == (("Folk",), "© Ada")
    assert sorted(engine.index().ids.tolist()) == ids(engine)
    assert run(engine, music, DeafEar).unchanged == 1


def test_a_clip_finds_the_track_inside_the_file(
    engine: Engine, music: Path, tmp_path: Path
) -> None:
    run(engine, music)
    clip = write_audio(tmp_path / "clip.flac", song(2, 2.0, RATE), RATE)
    answer = search_clip(engine, clip)
    assert answer.hits[0].track.title == "Noon"
    assert len(answer.hits) == 3
    near = similar(engine, answer.hits[0].track.id)
    assert {hit.track.title for hit in near} == {"Dawn", "Dusk"}


# Not wma, where a time may be some 50 ms off: much, for tracks of two seconds.
@pytest.mark.parametrize("suffix", [suffix for suffix in FORMATS if suffix != "wma"])
def test_a_part_is_heard_as_its_own_file_would_be(suffix: str, tmp_path: Path) -> None:
    whole = analyse(write_album(tmp_path / f"day.{suffix}"), [StubEar()])
    assert isinstance(whole, Parts), whole
    assert whole.problem is None
    for seed, (part, seconds) in enumerate(zip(whole.tracks, (3.0, 2.0, 4.0), strict=True), 1):
        path = tmp_path / f"alone {seed}.{suffix}"
        alone = analyse(write_audio(path, song(seed, seconds, RATE), RATE), [StubEar()])
        assert isinstance(part, Analysis)
        assert isinstance(alone, Analysis)
        assert part.seconds == pytest.approx(seconds, abs=0.2)
        assert part.hearing.vector @ alone.hearing.vector > 0.999
        assert part.descriptors.loudness == pytest.approx(alone.descriptors.loudness, abs=0.2)


def test_other_titles_keep_the_tracks(engine: Engine, music: Path) -> None:
    run(engine, music)
    before = ids(engine)
    sheet = music / "day.cue"
    sheet.write_text(cue_text("day.flac", titles=("Morning", "Midday", "Evening")))
    report = run(engine, music, DeafEar)
    assert (report.updated, report.removed, report.failed) == (1, 0, 0)
    assert set(held(engine)) == {"Morning", "Midday", "Evening"}
    assert ids(engine) == before


def test_a_sheet_of_the_same_size_and_an_older_time_is_seen(engine: Engine, music: Path) -> None:
    run(engine, music)
    sheet = music / "day.cue"
    sheet.write_text(sheet.read_text().replace("Dawn", "Dusk").replace("A Day", "B Day"))
    os.utime(sheet, ns=(10**18, 10**18))
    assert run(engine, music, DeafEar).updated == 1
    assert {track.album for track in held(engine).values()} == {"B Day"}


def test_moved_and_retagged_albums_keep_their_tracks(engine: Engine, music: Path) -> None:
    run(engine, music)
    before = ids(engine)
    write_tags(music / "day.flac", Tags(title="Other", copyright="© Bob"))
    assert run(engine, music, DeafEar).updated == 1
    assert ids(engine) == before
    assert {track.copyright for track in held(engine).values()} == {"© Bob"}
    target = music / "elsewhere"
    target.mkdir()
    for path in (music / "day.flac", music / "day.cue"):
        path.rename(target / path.name)
    report = run(engine, music, DeafEar)
    assert (report.moved, report.removed) == (1, 0)
    assert ids(engine) == before
    assert {track.paths for track in held(engine).values()} == {(target / "day.flac",)}


def test_the_sheet_goes_and_comes_back(engine: Engine, music: Path) -> None:
    run(engine, music)
    sheet = music / "day.cue"
    text = sheet.read_text()
    sheet.unlink()
    assert run(engine, music).updated == 1
    (one,) = held(engine).values()
    assert (one.title, one.span, one.seconds) == ("A Day", None, pytest.approx(SECONDS, abs=0.1))
    sheet.write_text(text)
    assert run(engine, music).updated == 1
    assert set(held(engine)) == set(TITLES)
    assert sorted(engine.index().ids.tolist()) == ids(engine)


def test_tracks_that_change_places_stay_themselves(engine: Engine, music: Path) -> None:
    run(engine, music)
    before = {title: track.id for title, track in held(engine).items()}
    text = cue_text("day.flac").replace("TRACK 03", "TRACK 04").replace("TRACK 02", "TRACK 03")
    (music / "day.cue").write_text(text.replace("TRACK 01", "TRACK 02"))
    assert run(engine, music, DeafEar).failed == 0
    assert {title: track.id for title, track in held(engine).items()} == before
    with engine.catalogue.session() as session:
        album = music / "day.flac"
        assert tracks.by_path(session, album, 1) is None
        assert [tracks.by_path(session, album, n) for n in (2, 3, 4)] == list(before.values())


def test_a_border_that_moves_makes_two_new_tracks(engine: Engine, music: Path) -> None:
    run(engine, music)
    before = {title: track.id for title, track in held(engine).items()}
    (music / "day.cue").write_text(cue_text("day.flac", (0.0, 3.0, 5.5)))
    run(engine, music)
    after = {title: track.id for title, track in held(engine).items()}
    assert after["Dawn"] == before["Dawn"]
    assert not {after["Noon"], after["Dusk"]} & set(before.values())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (cue_text("day.flac", (0.0, 3.0, 60.0)), "track 3 begins behind the end"),
        (cue_text("day.flac", (0.0, 3.0, 2.0)), "track 3 begins no later"),
        ("not a sheet at all", "names no tracks"),
    ],
)
def test_a_sheet_without_sense_is_told_and_the_file_heard_as_one(
    engine: Engine, music: Path, text: str, reason: str
) -> None:
    (music / "day.cue").write_text(text)
    report = run(engine, music)
    assert (report.added, report.failed) == (1, 0)
    assert report.messages == ("Cue sheets that make no sense: 1; 'mir failures' says why.",)
    (one,) = held(engine).values()
    assert one.span is None
    (problem,) = problems(engine)
    assert "day.cue" in problem
    assert reason in problem
    # It is not tried again until something changes, and then forgotten.
    assert run(engine, music, DeafEar).unchanged == 1
    assert len(problems(engine)) == 1
    (music / "day.cue").write_text(cue_text("day.flac"))
    run(engine, music)
    assert problems(engine) == []
    assert len(held(engine)) == 3


def test_an_album_that_ends_its_worker_can_be_ignored(engine: Engine, tmp_path: Path) -> None:
    music = tmp_path / "silent"
    music.mkdir()
    soundfile.write(music / "day.wav", np.zeros(int(RATE * SECONDS), np.float32), RATE)
    (music / "day.cue").write_text(cue_text("day.wav"))
    assert run(engine, music, FragileEar).failed == 1
    with engine.catalogue.session() as session:
        (failure,) = failures.known(session)
        failures.ignore(session, failure.id)
    report = run(engine, music, FragileEar)
    assert (report.failed, report.unchanged) == (0, 1)


def test_a_track_too_short_to_be_heard_is_left_out_and_told(engine: Engine, music: Path) -> None:
    (music / "day.cue").write_text(cue_text("day.flac", (0.0, 8.0, 8.5)))
    assert run(engine, music).added == 1
    assert set(held(engine)) == {"Dawn"}
    (problem,) = problems(engine)
    assert "(2, 3)" in problem


def test_a_sheet_in_the_tags_counts_where_there_is_none_beside(engine: Engine, music: Path) -> None:
    (music / "day.cue").unlink()
    file = FLAC(music / "day.flac")
    file["cuesheet"] = cue_text("whatever.wav")
    file.save()
    run(engine, music)
    before = ids(engine)
    assert set(held(engine)) == set(TITLES)
    (music / "day.cue").write_text(cue_text("day.flac", titles=("One", "Two", "Three")))
    run(engine, music, DeafEar)
    assert set(held(engine)) == {"One", "Two", "Three"}
    assert ids(engine) == before


def test_a_loose_sheet_speaks_of_the_file_that_it_names(engine: Engine, music: Path) -> None:
    write_album(music / "night.flac", Tags(title="A Night"), sheet="")
    (music / "day.cue").rename(music / "Ada Quill - A Day.cue")
    report = run(engine, music)
    assert (report.added, report.messages) == (2, ())
    # Both files hold the same sound, of which only one is divided.
    assert set(held(engine)) == {*TITLES, "A Night"}
    (music / "Ada Quill - A Day.cue").unlink()
    run(engine, music)
    assert len(held(engine)) == 1


def test_an_album_of_one_file_a_track_is_as_without_its_sheet(
    engine: Engine, original: Path, tmp_path: Path
) -> None:
    music = Path(shutil.copytree(original, tmp_path / "music"))
    folder = next(path for path in music.iterdir() if path.is_dir())
    names = sorted(path.name for path in folder.iterdir())
    (folder / "album.cue").write_text("".join(cue_text(n, (0.0,), ("x",), " ") for n in names))
    report = run(engine, music)
    assert (report.added, report.messages) == (4, ())
    assert set(held(engine)) == {f"Song {n}" for n in range(1, 5)}
