"""A home on a disk that is mounted for reading only: it answers, and says what it cannot."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.small_disk import TRACKS, SmallDisk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "home", 40) as mounted:
        yield mounted


def test_what_only_reads_works_on_a_read_only_home(
    disk: SmallDisk, music: Path, indexed: Path
) -> None:
    disk.hold(indexed)
    shutil.rmtree(disk.seen / "index")  # even then: vectors are in the catalogue
    disk.forbid_writing()
    before = (disk.seen / "catalogue.db").read_bytes()
    assert disk.facts("status")["tracks"] == TRACKS
    assert len(disk.facts("tracks")["tracks"]) == TRACKS
    assert len(disk.facts("similar", "Song 1", "--count", 3)["hits"]) == 3
    assert len(disk.facts("search", next(music.rglob("*.wav")), "--count", 2)["hits"]) == 2
    assert (disk.seen / "catalogue.db").read_bytes() == before


def test_what_writes_says_that_it_cannot_and_changes_nothing(
    disk: SmallDisk, music: Path, indexed: Path
) -> None:
    disk.hold(indexed)
    disk.forbid_writing()
    for command in (("index", music), ("rebuild",), ("model", "use", "shipped")):
        said = disk.mir(*command, status=1)
        assert str(disk.path) in said
        assert "Read-only file system" in said or "may not be written" in said
    disk.allow_writing()
    disk.assert_sound()
    disk.mir("index", music)
    assert disk.facts("status")["tracks"] == TRACKS


def test_a_catalogue_that_was_not_closed_asks_to_be_mounted_for_writing_once(
    disk: SmallDisk, indexed: Path
) -> None:
    disk.hold(indexed)
    (disk.seen / "catalogue.db-wal").write_bytes(b"what a killed run left")
    disk.forbid_writing()
    said = disk.mir("tracks", status=1)
    assert "mount it for writing once and run `mir status`" in said
    disk.allow_writing()
    disk.mir("status")
    disk.forbid_writing()
    assert len(disk.facts("tracks")["tracks"]) == TRACKS


def test_a_home_that_was_never_begun_cannot_be_begun_there(disk: SmallDisk) -> None:
    disk.forbid_writing()
    said = disk.mir("status", status=1)
    assert "may not be written" in said or "cannot be written" in said
