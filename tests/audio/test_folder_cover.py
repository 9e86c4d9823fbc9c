import os
from pathlib import Path

import pytest

from mir.audio import folder_cover
from mir.audio.cover import Cover
from mir.audio.folder_cover import read_folder_cover

PNG = b"\x89PNG\r\n\x1a\n" + b"png" * 30
JPEG = b"\xff\xd8\xff\xe0" + b"jpeg" * 30
WEBP = b"RIFF\0\0\0\0WEBPVP8 " + b"webp" * 30


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A folder of music, which has no picture yet."""
    folder = tmp_path / "music" / "Album"
    folder.mkdir(parents=True)
    return folder


def cover_of(album: Path) -> Cover | None:
    return read_folder_cover(album / "song.flac")


@pytest.mark.parametrize(
    "name", ["cover.jpg", "Folder.JPEG", "FRONT.png", "AlbumArt_{1}_Large.jpg", "album.gif"]
)
def test_a_picture_is_found_by_its_name_and_known_by_its_content(album: Path, name: str) -> None:
    assert cover_of(album) is None
    (album / name).write_bytes(WEBP)
    assert cover_of(album) == Cover(WEBP, "image/webp")


def test_the_best_name_wins_unless_it_holds_no_picture(album: Path) -> None:
    for name in ("albumartsmall.jpg", "folder.png", "cover.png"):
        (album / name).write_bytes(PNG)
    (album / "cover.jpg").write_bytes(JPEG)
    assert cover_of(album) == Cover(JPEG, "image/jpeg")
    (album / "cover.jpg").write_bytes(b"<svg onload='alert(1)'/>")
    assert cover_of(album) == Cover(PNG, "image/png")


@pytest.mark.parametrize("name", ["song.jpg", "cover.svg", "cover", "back.jpg", "cover.jpg.txt"])
def test_other_names_are_no_covers(album: Path, name: str) -> None:
    (album / name).write_bytes(PNG)
    assert cover_of(album) is None


@pytest.mark.parametrize("disc", ["CD1", "cd 02", "Disc 2", "disk_3", "Disc 1 - Live"])
def test_the_discs_of_a_set_share_the_picture_above(album: Path, disc: str) -> None:
    (album / disc).mkdir()
    (album / "cover.png").write_bytes(PNG)
    assert cover_of(album / disc) == Cover(PNG, "image/png")
    (album / disc / "front.jpg").write_bytes(JPEG)
    assert cover_of(album / disc) == Cover(JPEG, "image/jpeg")


@pytest.mark.parametrize("folder", ["Live", "CDs", "Discography 1", "1"])
def test_other_folders_do_not_look_above(album: Path, folder: str) -> None:
    (album / folder).mkdir()
    (album / "cover.png").write_bytes(PNG)
    assert cover_of(album / folder) is None


def test_links_lead_nowhere_else(album: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(PNG)
    (album / "cover.png").symlink_to(secret)
    (album / "folder.png").symlink_to(album / "folder.png")
    (album / "front.png").symlink_to(album / "nothing")
    assert cover_of(album) is None
    (album / "scan.png").write_bytes(PNG)
    (album / "album.png").symlink_to("scan.png")
    assert cover_of(album) == Cover(PNG, "image/png")


def test_a_linked_folder_of_music_is_a_folder_of_music(album: Path, tmp_path: Path) -> None:
    (album / "cover.png").write_bytes(PNG)
    link = tmp_path / "link"
    link.symlink_to(album)
    assert cover_of(link) == Cover(PNG, "image/png")


def test_pictures_are_bounded_and_plain_files(album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(album / "folder.png")
    (album / "front.png").mkdir()
    (album / "cover.png").write_bytes(PNG)
    monkeypatch.setattr(folder_cover, "LARGEST_COVER", len(PNG) - 1)
    assert cover_of(album) is None
    monkeypatch.setattr(folder_cover, "LARGEST_COVER", len(PNG))
    assert cover_of(album) is not None


def test_a_picture_that_comes_later_is_seen(album: Path) -> None:
    assert cover_of(album) is None
    (album / "cover.png").write_bytes(PNG)
    os.utime(album, ns=(0, 0))  # a folder changed within one tick of the clock looks the same
    assert cover_of(album) == Cover(PNG, "image/png")
    assert read_folder_cover(album / "gone" / "song.flac") is None
