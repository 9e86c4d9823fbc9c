"""Files that are whole or not there."""

import threading
from pathlib import Path

import pytest

from mir.durable import digest_of, only_writer, sync, write_whole


def test_a_digest_tells_contents_apart_and_not_names(tmp_path: Path) -> None:
    contents = {"a": b"sound", "b": b"sound", "c": b"sounds", "d": b""}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    found = {name: digest_of(tmp_path / name) for name in contents}
    assert found["a"] == found["b"]
    assert len(set(found.values())) == 3
    assert all(len(each) == 40 for each in found.values())


def test_files_and_folders_are_synced_and_missing_ones_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    sync(tmp_path / "a")
    sync(tmp_path)
    with pytest.raises(FileNotFoundError):
        sync(tmp_path / "b")


def test_a_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    order = []

    def second() -> None:
        with only_writer(tmp_path / "lock"):
            order.append("second")

    with only_writer(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_half_written_files_go_where_writing_fails(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()

    def write() -> None:
        with only_writer(tmp_path / "lock"):
            (tmp_path / "half.tmp").touch()
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        write()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "lock"]


def test_a_file_is_written_whole_or_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    write_whole(path, b"first")
    monkeypatch.setattr("mir.durable.sync", lambda _: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write_whole(path, b"second")
    assert [each.name for each in tmp_path.iterdir()] == ["a"]
    assert path.read_bytes() == b"first"
