import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import scan as scanning
from indexer.scan import Changes, Stamp
from mir.analysis import Failure
from mir.audio.walk import FoundFile


def scan(
    roots: Sequence[Path],
    known: Mapping[Path, Stamp],
    inodes: Mapping[Path, int | None] | None = None,
    **more: Any,
) -> Changes:
    by_name = {str(path): inode for path, inode in (inodes or {}).items()}
    return scanning.scan(roots, {str(path): s for path, s in known.items()}, by_name, **more)


def make(path: Path, data: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def stamp(path: Path) -> Stamp:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns


def test_new_changed_gone_and_unchanged_are_told_apart(tmp_path: Path) -> None:
    new = make(tmp_path / "new.mp3")
    touched = make(tmp_path / "touched.mp3")
    grown = make(tmp_path / "grown.mp3")
    same = make(tmp_path / "same.mp3")
    known = {path: stamp(path) for path in (touched, grown, same)}
    known[tmp_path / "gone.mp3"] = (1, 1)
    os.utime(touched, ns=(5, 5))
    grown.write_bytes(b"longer")
    os.utime(grown, ns=(0, known[grown][1]))

    changes = scan([tmp_path], known)

    assert [file.path for file in changes.new] == [new]
    assert {file.path for file in changes.changed} == {touched, grown}
    assert changes.gone == (tmp_path / "gone.mp3",)
    assert changes.unchanged == 1
    assert [file.path for file in changes.work] == [grown, new, touched]
    assert changes.messages == ()


def test_a_second_look_at_the_same_disk_finds_nothing_to_do(tmp_path: Path) -> None:
    for name in ("a.mp3", "b/c.flac", "b/d.ogg"):
        make(tmp_path / name)
    first = scan([tmp_path], {})
    known = {file.path: (file.size, file.modified_ns) for file in first.new}
    assert scan([tmp_path], known) == Changes(unchanged=3)


def test_a_missing_root_prunes_nothing_and_says_so(tmp_path: Path) -> None:
    root = tmp_path / "unmounted"
    changes = scan([root], {root / "a.mp3": (1, 1)})
    assert changes.gone == ()
    assert changes.missing_roots == (root,)
    (message,) = changes.messages
    assert str(root) in message
    assert "mounted" in message
    assert f"mir index --prune {root}" in message


def test_an_empty_root_prunes_nothing_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "lost+found").mkdir()
    changes = scan([tmp_path], {tmp_path / "a.mp3": (1, 1), tmp_path / "b.mp3": (1, 1)})
    assert changes.gone == ()
    assert changes.missing_roots == (tmp_path,)
    assert "2 known files" in changes.messages[0]


def test_a_file_in_place_of_a_folder_is_called_a_file(tmp_path: Path) -> None:
    song = tmp_path / "song.mp3"
    song.write_bytes(b"x")
    (message,) = scan([song], {}).messages
    assert message == f"{song} is a file; name the folder it lies in."


def test_one_missing_root_does_not_shield_another(tmp_path: Path) -> None:
    there, away = tmp_path / "there", tmp_path / "away"
    make(there / "a.mp3")
    known: dict[Path, Stamp] = {there / "gone.mp3": (1, 1), away / "b.mp3": (1, 1)}
    assert scan([there, away], known).gone == (there / "gone.mp3",)


def test_files_outside_the_roots_are_left_alone(tmp_path: Path) -> None:
    make(tmp_path / "music" / "a.mp3")
    known: dict[Path, Stamp] = {tmp_path / "music2" / "b.mp3": (1, 1)}
    assert scan([tmp_path / "music"], known).gone == ()


def test_what_lies_below_an_unreadable_folder_is_not_gone(
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
    known: dict[Path, Stamp] = {folder / "1.mp3": (1, 1), tmp_path / "gone.mp3": (1, 1)}
    changes = scan([tmp_path], known)
    assert changes.gone == (tmp_path / "gone.mp3",)
    assert [failure.path for failure in changes.unreadable] == [folder]
    assert isinstance(changes.unreadable[0], Failure)


def test_nested_roots_list_each_file_once(tmp_path: Path) -> None:
    path = make(tmp_path / "a" / "b.mp3")
    assert [file.path for file in scan([tmp_path, tmp_path / "a"], {}).new] == [path]


PATHS = st.sampled_from([f"{name}.mp3" for name in "abcdefg"])
STAMPS = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(disk=st.dictionaries(PATHS, STAMPS, min_size=1), known=st.dictionaries(PATHS, STAMPS))
def test_every_file_has_one_fate(disk: dict[str, Stamp], known: dict[str, Stamp]) -> None:
    root = Path("/")  # exists everywhere; the walk below does not look at it
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "indexer.scan.walk",
            lambda *_: (FoundFile(str(root / name), *facts) for name, facts in disk.items()),
        )
        changes = scan([root], {root / name: facts for name, facts in known.items()})
    new = {file.path.name for file in changes.new}
    changed = {file.path.name for file in changes.changed}
    gone = {path.name for path in changes.gone}
    assert new == set(disk) - set(known)
    assert gone == set(known) - set(disk)
    assert changed == {name for name in disk if name in known and disk[name] != known[name]}
    assert changes.unchanged == len(disk) - len(new) - len(changed)


@given(
    disk=st.dictionaries(PATHS, st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 4))),
    known=st.dictionaries(
        PATHS, st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 4))
    ),
    linked=st.booleans(),
)
def test_evidence_never_takes_one_file_for_two(
    disk: dict[str, tuple[int, int, int]],
    known: dict[str, tuple[int, int, int]],
    linked: bool,
) -> None:
    root = Path("/")
    found = [FoundFile(str(root / name), *facts, linked) for name, facts in disk.items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.scan.walk", lambda *_: iter(found))
        changes = scan(
            [root],
            {root / name: facts[:2] for name, facts in known.items()},
            {root / name: facts[2] for name, facts in known.items()},
        )
    moved, links = dict(changes.moved), changes.links
    fates = [*changes.work, *moved.values(), *(file for _, file in links)]
    assert len({file.name for file in fates}) == len(fates)
    assert len(fates) + changes.unchanged == len(disk)
    assert len(moved) == len(changes.moved)  # no file has two new places
    for source, file in moved.items():
        assert known[source.name] == (file.size, file.modified_ns, file.inode)
        there = disk.get(source.name)
        assert there is None or there[:2] != known[source.name][:2]  # it has left its place
        assert sum(stamp[:2] == known[source.name][:2] for stamp in known.values()) == 1
    for source, file in links:
        assert linked
        assert disk[source.name] == (file.size, file.modified_ns, file.inode)


def test_a_file_whose_inode_is_not_noted_is_read_where_it_turns_up(tmp_path: Path) -> None:
    path = make(tmp_path / "new.mp3")
    old = tmp_path / "old.mp3"
    changes = scan([tmp_path], {old: stamp(path)}, {old: None})
    assert [file.path for file in changes.work] == [path]
    assert (changes.moved, changes.gone) == ((), (old,))
    (again,) = scan([tmp_path], {path: stamp(path)}, {path: None}).renumbered
    assert again.inode == path.stat().st_ino
    assert scan([tmp_path], {path: stamp(path)}, {path: again.inode}) == Changes(unchanged=1)


def test_on_demand_a_root_that_is_away_is_gone(tmp_path: Path) -> None:
    known: dict[Path, Stamp] = {tmp_path / "away" / "a.mp3": (1, 1)}
    changes = scan([tmp_path / "away"], known, prune=True)
    assert changes.gone == tuple(known)
    assert "1 known files leave the catalogue" in changes.messages[0]
