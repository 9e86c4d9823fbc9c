"""Files that are moved, renamed, linked and swapped keep their tracks, and are not read for it."""

import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from small_library import song, write_audio
from tag_writing import write_tags

from indexer.ingest import IngestReport, ingest
from mir.analysis import Tags
from mir.catalogue import failures, files, tracks
from mir.engine import Engine
from tests.indexer.known_library import know, nobody, places
from tests.indexer.stub_ear import DeafEar, StubEar


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "music"
    folder.mkdir()
    return folder


def unread(engine: Engine, *roots: Path) -> IngestReport:
    """Index; fails if any file is read."""
    report = ingest(engine, roots, jobs=1, load=nobody)
    assert (report.failed, report.stopped) == (0, False)
    return report


def test_a_moved_folder_is_not_read(engine: Engine, music: Path) -> None:
    ids = know(engine, [music / "A" / f"{n}.mp3" for n in range(3)] + [music / "b.mp3"])
    (music / "A").rename(music / "Z")
    report = unread(engine, music)
    assert (report.moved, report.removed, report.unchanged) == (3, 0, 1)
    assert places(engine) == {
        music / "Z" / path.name if path.parent.name == "A" else path: track_id
        for path, track_id in ids.items()
    }
    assert unread(engine, music).unchanged == 4


def test_files_that_change_places_in_a_ring_keep_their_tracks(engine: Engine, music: Path) -> None:
    one, two, three, aside = (music / f"{n}.mp3" for n in ("01", "02", "03", "x"))
    ids = know(engine, [one, two, three])
    for source, target in ((three, aside), (two, three), (one, two), (aside, one)):
        source.rename(target)
    report = unread(engine, music)
    assert (report.moved, report.updated, report.removed) == (3, 0, 0)
    assert places(engine) == {two: ids[one], three: ids[two], one: ids[three]}


def test_a_ring_is_told_by_its_sounds_where_inodes_are_not_known(
    engine: Engine, music: Path
) -> None:
    names = [music / f"0{n}.flac" for n in (1, 2, 3)]
    for number, path in enumerate(names):
        write_audio(path, song(number, 1.5 + number / 4, 22_050), 22_050)
    ingest(engine, [music], jobs=1, load=StubEar)
    before = places(engine)
    contents = [path.read_bytes() for path in names]
    for path, content in zip(names, (contents[2], contents[0], contents[1]), strict=True):
        path.write_bytes(content)  # the inode stays, and what it holds is another file

    report = ingest(engine, [music], jobs=1, load=DeafEar)

    assert (report.updated, report.removed, report.failed) == (3, 0, 0)
    one, two, three = names
    assert places(engine) == {two: before[one], three: before[two], one: before[three]}


def test_a_run_that_ends_within_a_ring_is_finished_by_the_next(engine: Engine, music: Path) -> None:
    names = [music / f"0{n}.flac" for n in (1, 2, 3)]
    for number, path in enumerate(names):
        write_audio(path, song(number, 1.5 + number / 4, 22_050), 22_050)
    ingest(engine, [music], jobs=1, load=StubEar)
    before = places(engine)
    contents = [path.read_bytes() for path in names]
    for path, content in zip(names, (contents[2], contents[0], contents[1]), strict=True):
        path.write_bytes(content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.run.BATCH_FILES", 1)

        def die(progress: object) -> None:
            if getattr(progress, "done", 0) >= 1:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            ingest(engine, [music], jobs=1, load=DeafEar, progress=die)
    with engine.catalogue.session() as session:
        assert len(tracks.silent(session)) == 1  # whose file was not found again yet

    ingest(engine, [music], jobs=1, load=DeafEar)

    one, two, three = names
    assert places(engine) == {two: before[one], three: before[two], one: before[three]}


def test_what_a_stopped_run_left_waits_for_one_that_looks_everywhere(
    engine: Engine, music: Path
) -> None:
    one, two, lost = music / "a" / "1.mp3", music / "b" / "2.mp3", music / "b" / "3.mp3"
    ids = know(engine, [one, two, lost])
    unread(engine, music / "a", music / "b")
    lost.unlink()
    with engine.catalogue.session() as session:
        files.remove(session, [lost])  # as by a run that was killed before it met the sound again
    unread(engine, music / "a")
    with engine.catalogue.session() as session:
        assert tracks.silent(session) == (ids[lost],)
    unread(engine, music / "a", music / "b")
    with engine.catalogue.session() as session:
        assert tracks.silent(session) == ()
        assert tracks.count(session) == 2


def test_a_file_moved_over_another_leaves_one_track(engine: Engine, music: Path) -> None:
    ids = know(engine, [music / "1.mp3", music / "2.mp3"])
    (music / "1.mp3").rename(music / "2.mp3")
    report = unread(engine, music)
    assert (report.moved, report.removed) == (1, 0)
    assert places(engine) == {music / "2.mp3": ids[music / "1.mp3"]}
    with engine.catalogue.session() as session:
        assert tracks.silent(session) == ()


def test_two_files_of_one_size_and_time_are_told_by_their_sound(
    engine: Engine, music: Path
) -> None:
    """Where inodes may be made up anew, an inode alone must not decide."""
    know(engine, [music / "1.mp3", music / "2.mp3"], alike=True)
    (music / "2.mp3").rename(music / "3.mp3")
    report = ingest(engine, [music], jobs=1, load=DeafEar)
    assert (report.moved, report.failed) == (0, 1)  # it was read, and is no music


def test_a_title_that_came_from_the_name_follows_it(engine: Engine, music: Path) -> None:
    path = write_audio(music / "Old name.flac", song(1, 1.5, 22_050), 22_050)
    ingest(engine, [music], jobs=1, load=StubEar)
    (music / "Sub").mkdir()
    path.rename(music / "Sub" / "Old name.flac")  # the name stays, so nothing is read
    assert unread(engine, music).moved == 1
    (music / "Sub" / "Old name.flac").rename(music / "New name.flac")
    assert ingest(engine, [music], jobs=1, load=DeafEar).moved == 1
    with engine.catalogue.session() as session:
        (track,) = tracks.page(session).items
    assert track.title == "New name"
    assert track.paths == (music / "New name.flac",)


def test_a_title_in_the_tags_stays_however_the_file_is_called(engine: Engine, music: Path) -> None:
    path = write_audio(music / "Song.flac", song(1, 1.5, 22_050), 22_050, Tags(title="Song"))
    ingest(engine, [music], jobs=1, load=StubEar)
    path.rename(music / "01 Song.flac")
    assert ingest(engine, [music], jobs=1, load=DeafEar).moved == 1
    with engine.catalogue.session() as session:
        assert [track.title for track in tracks.page(session).items] == ["Song"]


def test_files_of_an_earlier_version_are_noted_without_being_read(
    engine: Engine, music: Path
) -> None:
    ids = know(engine, [music / "1.mp3", music / "2.mp3"], inodes=False)
    assert unread(engine, music).unchanged == 2
    (music / "1.mp3").rename(music / "9.mp3")
    assert unread(engine, music).moved == 1
    assert places(engine)[music / "9.mp3"] == ids[music / "1.mp3"]


def test_files_that_were_copied_to_another_disk_are_as_they_were(
    engine: Engine, music: Path
) -> None:
    ids = know(engine, [music / "1.mp3", music / "2.mp3"])
    shutil.copytree(music, music.with_name("copy"))  # other inodes, the same sizes and times
    shutil.rmtree(music)
    music.with_name("copy").rename(music)
    assert unread(engine, music).unchanged == 2
    (music / "1.mp3").rename(music / "3.mp3")
    assert unread(engine, music).moved == 1
    assert places(engine)[music / "3.mp3"] == ids[music / "1.mp3"]


def test_a_hard_link_is_a_further_name_of_one_track(engine: Engine, music: Path) -> None:
    path = write_audio(music / "a.flac", song(1, 1.5, 22_050), 22_050)
    (music / "b.flac").hardlink_to(path)
    (music / "c.flac").symlink_to(path)
    report = ingest(engine, [music], jobs=1, load=StubEar)
    assert (report.added, report.moved, report.failed) == (1, 2, 0)
    assert set(places(engine)) == {music / f"{name}.flac" for name in "abc"}
    assert len(set(places(engine).values())) == 1
    (music / "d.flac").hardlink_to(path)
    assert unread(engine, music).moved == 1
    path.unlink()
    (music / "c.flac").unlink()
    report = unread(engine, music)
    assert (report.removed, report.unchanged) == (2, 2)


def test_a_hard_link_of_a_bad_file_is_read_by_itself(engine: Engine, music: Path) -> None:
    (music / "a.flac").write_bytes(b"no music")
    (music / "b.flac").hardlink_to(music / "a.flac")
    report = ingest(engine, [music], jobs=1, load=StubEar)
    assert (report.failed, report.stopped) == (2, False)
    assert unread(engine, music).unchanged == 2


def test_only_the_case_of_a_name_changes(engine: Engine, music: Path) -> None:
    ids = know(engine, [music / "Song.MP3"])
    (music / "Song.MP3").rename(music / "song.mp3")
    assert unread(engine, music).moved == 1
    assert places(engine) == {music / "song.mp3": ids[music / "Song.MP3"]}


def test_names_that_differ_only_in_case_or_in_their_accents_are_two_files(
    engine: Engine, music: Path
) -> None:
    names = ["song.mp3", "Song.mp3", *(unicodedata.normalize(f, "é.mp3") for f in ("NFC", "NFD"))]
    ids = know(engine, [music / name for name in names])
    assert len(ids) == len(set(ids.values())) == 4
    assert unread(engine, music).unchanged == 4


@pytest.mark.parametrize(
    "name",
    [os.fsdecode(b"caf\xe9.mp3"), "x" * 251 + ".mp3", "ü" * 125 + ".mp3", "a\nb\t.mp3", "🎵.mp3"],
    ids=["latin-1", "long", "long in UTF-8", "control", "emoji"],
)
def test_odd_names_move_like_others(engine: Engine, music: Path, name: str) -> None:
    ids = know(engine, [music / "plain.mp3", music / name])
    (music / "Sub").mkdir()
    (music / name).rename(music / "Sub" / name)
    assert unread(engine, music).moved == 1
    (music / "plain.mp3").rename(music / name)
    assert unread(engine, music).moved == 1
    assert places(engine) == {
        music / "Sub" / name: ids[music / name],
        music / name: ids[music / "plain.mp3"],
    }


def test_very_deep_folders_are_no_riddle(engine: Engine, music: Path) -> None:
    deep = music.joinpath(*(["d" * 200] * 15))  # over 3,000 bytes in all
    know(engine, [deep / "a.mp3"])
    assert unread(engine, music).unchanged == 1


def test_a_file_that_no_longer_decodes_keeps_its_track_until_it_does_or_is_gone(
    engine: Engine, music: Path
) -> None:
    path = write_audio(music / "a.flac", song(1, 1.5, 22_050), 22_050, Tags(title="A"))
    whole = path.read_bytes()
    ingest(engine, [music], jobs=1, load=StubEar)
    before = places(engine)

    path.write_bytes(b"half of a copy")
    assert ingest(engine, [music], jobs=1, load=DeafEar).failed == 1
    assert places(engine) == before
    assert unread(engine, music).unchanged == 1
    path.write_bytes(whole)
    report = ingest(engine, [music], jobs=1, load=DeafEar)
    assert (report.updated, report.failed) == (1, 0)
    assert places(engine) == before
    with engine.catalogue.session() as session:
        assert failures.count(session) == 0

    path.write_bytes(b"damaged")
    ingest(engine, [music], jobs=1, load=DeafEar)
    (music / "b.flac").write_bytes(b"else the root were empty")
    path.rename(music / "c.flac")  # a bad file takes no track along
    ingest(engine, [music], jobs=1, load=DeafEar)
    assert places(engine) == {}
    with engine.catalogue.session() as session:
        assert tracks.count(session) == 0
        assert failures.count(session) == 2


def test_everything_is_read_again_on_demand(engine: Engine, music: Path) -> None:
    path = write_audio(music / "a.flac", song(1, 1.5, 22_050), 22_050, Tags(title="A"))
    ingest(engine, [music], jobs=1, load=StubEar)
    before, facts = places(engine), path.stat()
    write_tags(path, Tags(title="B"))
    assert path.stat().st_size == facts.st_size
    os.utime(path, ns=(0, facts.st_mtime_ns))
    assert unread(engine, music).unchanged == 1

    report = ingest(engine, [music], jobs=1, load=StubEar, again=True)

    assert (report.updated, report.unchanged) == (1, 0)
    assert report.seconds_of_music > 1
    assert places(engine) == before
    with engine.catalogue.session() as session:
        assert [track.title for track in tracks.page(session).items] == ["B"]
