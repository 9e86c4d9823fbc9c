import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mir.audio.walk import FoundFile, Unreadable, below, walk


def make(path: Path, data: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names(root: Path) -> list[str]:
    return [str(item.path.relative_to(root)) for item in walk(root) if isinstance(item, FoundFile)]


def test_audio_is_listed_in_order_with_its_evidence_and_the_rest_is_not(tmp_path: Path) -> None:
    make(tmp_path / "b" / "2.FLAC", b"four")
    make(tmp_path / "b" / "1.mp3")
    make(tmp_path / "a.opus")
    for other in ("cover.jpg", "notes.txt", ".hidden.mp3", ".trash/old.mp3", "mp3"):
        make(tmp_path / other)
    assert names(tmp_path) == ["a.opus", "b/1.mp3", "b/2.FLAC"]
    flac = next(i for i in walk(tmp_path) if isinstance(i, FoundFile) and i.path.suffix == ".FLAC")
    assert flac.size == 4
    assert flac.modified_ns == flac.path.stat().st_mtime_ns


def test_links_are_followed_once_and_loops_end(tmp_path: Path) -> None:
    make(tmp_path / "library" / "real" / "1.mp3")
    elsewhere = make(tmp_path / "elsewhere" / "2.mp3").parent
    (tmp_path / "library" / "a-link").symlink_to(tmp_path / "library" / "real")
    (tmp_path / "library" / "outside").symlink_to(elsewhere)
    (elsewhere / "loop").symlink_to(tmp_path / "library")
    # The real folder wins over the link, though the link's name comes first.
    assert names(tmp_path / "library") == ["real/1.mp3", "outside/2.mp3"]


def test_a_dangling_link_is_a_value(tmp_path: Path) -> None:
    (tmp_path / "gone.mp3").symlink_to(tmp_path / "nowhere")
    make(tmp_path / "here.mp3")
    found = list(walk(tmp_path))
    assert [type(item) for item in found] == [Unreadable, FoundFile]
    assert isinstance(found[0], Unreadable)
    assert found[0].failure.path == tmp_path / "gone.mp3"
    assert found[0].failure.stage == "read"


@contextmanager
def as_nobody() -> Iterator[None]:
    """Be a user whom permissions bind: root may read every folder."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_unreadable_folder_is_a_value() -> None:
    # Not pytest's folder, which only its owner may enter.
    with TemporaryDirectory() as root:
        Path(root).chmod(0o755)
        folder = make(Path(root) / "secret" / "1.mp3").parent
        folder.chmod(0)
        try:
            with as_nobody():
                (found,) = walk(Path(root))
        finally:
            folder.chmod(0o700)
    assert isinstance(found, Unreadable)
    assert found.failure.path == folder


def test_a_folder_that_cannot_be_listed_is_a_value_and_the_rest_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "secret" / "1.mp3").parent
    make(tmp_path / "z.mp3")
    listing = os.scandir

    def guarded(path: Path) -> object:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied")
        return listing(path)

    monkeypatch.setattr("mir.audio.walk.os.scandir", guarded)
    found = list(walk(tmp_path))
    assert [item.failure.path for item in found if isinstance(item, Unreadable)] == [folder]
    assert "permission denied" in next(
        item.failure.reason for item in found if isinstance(item, Unreadable)
    )
    assert any(isinstance(item, FoundFile) for item in found)


def test_names_that_are_not_utf8_are_kept_byte_for_byte(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.mp3"
    with open(raw, "wb") as file:  # noqa: PTH123 (Path takes no bytes)
        file.write(b"x")
    (found,) = walk(tmp_path)
    assert isinstance(found, FoundFile)
    assert os.fsencode(found.path) == raw


def test_below_goes_by_whole_names() -> None:
    assert below("/music/a.mp3", [Path("/music")])
    assert below("/music", [Path("/music")])
    assert below("/a.mp3", [Path("/")])
    assert not below("/music2/a.mp3", [Path("/music")])
    assert not below("/music", [Path("/music/a")])
