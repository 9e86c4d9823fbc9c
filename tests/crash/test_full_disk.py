"""A home on a disk that is full: a message with the remedy, and nothing lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_library import small_library

from tests.crash.small_disk import TRACKS, SmallDisk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Room for a model of twelve megabytes and a small library."""
    with small_disk(tmp_path / "home", 20) as mounted:
        yield mounted


def test_a_new_home_on_a_full_disk_says_how_much_is_free_and_can_be_begun_later(
    disk: SmallDisk, music: Path
) -> None:
    disk.fill()
    for command in (("index", music), ("serve", "--port", 0), ("rebuild",)):
        said = disk.mir(*command, status=1)
        assert f"full, with 0 kB left for {disk.path}; free some space there" in said
    disk.make_room()
    disk.mir("index", music)
    assert disk.facts("status")["tracks"] == TRACKS


def test_a_disk_that_fills_up_during_a_run_keeps_what_was_stored(
    disk: SmallDisk, indexed: Path, tmp_path: Path
) -> None:
    disk.hold(indexed)
    more = tmp_path / "more"
    small_library(more, tracks=40, formats=("wav",), seconds=1.2)
    disk.fill(left=120_000)
    said = disk.mir("index", more, status=1)
    assert "free some space" in said or "make room" in said
    disk.make_room()
    disk.assert_sound()
    assert disk.facts("status")["tracks"] >= TRACKS
    assert not list((disk.seen / "index").glob("*.tmp"))
    disk.mir("index", more)
    status = disk.facts("status")
    assert status["tracks"] == status["indexed"] == 40


def test_a_full_disk_is_not_taken_for_a_damaged_catalogue(disk: SmallDisk, indexed: Path) -> None:
    disk.hold(indexed)
    disk.fill()
    for command in (("tracks",), ("rebuild",), ("serve", "--port", 0)):
        said = disk.mir(*command, status=1)
        assert "damaged" not in said
        assert f"full, with 0 kB left for {disk.path}" in said
    disk.make_room()
    disk.assert_sound()
    disk.mir("rebuild")
    assert disk.facts("status")["tracks"] == TRACKS
