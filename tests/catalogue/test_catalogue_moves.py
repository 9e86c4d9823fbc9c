import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.catalogue.portable.moves import Move, Moves
from mir.errors import InvalidQuery

names = st.binary(min_size=1, max_size=4).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in (b".", b"..")
)
paths = st.lists(names, min_size=1, max_size=4).map(lambda parts: b"/" + b"/".join(parts))


def moves(*pairs: tuple[bytes, bytes]) -> Moves:
    return Moves([Move(Path(os.fsdecode(old)), Path(os.fsdecode(new))) for old, new in pairs])


@pytest.mark.parametrize(
    ("path", "moved"),
    [
        (b"/m/a.mp3", b"/n/a.mp3"),
        (b"/m", b"/n"),
        (b"/m2/a.mp3", b"/m2/a.mp3"),  # a folder fits as a whole
        (b"/m/jazz/a.mp3", b"/j/a.mp3"),  # the longest counts
        (b"/m/jazz2/a.mp3", b"/n/jazz2/a.mp3"),
        (b"/x/m/a.mp3", b"/x/m/a.mp3"),
        (b"/m/caf\xe9", b"/n/caf\xe9"),
        (b"/n/a.mp3", b"/m/a.mp3"),  # two folders may change places
    ],
)
def test_a_path_moves_with_its_folder(path: bytes, moved: bytes) -> None:
    assert moves((b"/m", b"/n"), (b"/m/jazz", b"/j"), (b"/n", b"/m"))(path) == moved


@given(paths, paths, paths)
def test_what_moves_there_moves_back(old: bytes, new: bytes, below: bytes) -> None:
    moved = moves((old, new))(old + below)
    assert moved == new + below
    assert moves((new, old))(moved) == old + below


@given(paths)
def test_the_root_may_be_moved_and_moved_to(path: bytes) -> None:
    assert moves((b"/", b"/mnt"))(path) == b"/mnt" + path
    assert moves((b"/mnt", b"/"))(b"/mnt" + path) == path
    assert moves((path, b"/"))(path) == b"/"
    assert moves()(path) == path


def test_moves_that_make_no_sense_are_refused() -> None:
    with pytest.raises(InvalidQuery, match="no absolute path"):
        moves((b"m", b"/n"))
    with pytest.raises(InvalidQuery, match="/m is mapped to two folders"):
        moves((b"/m", b"/n"), (b"/m/", b"/o"))
    assert moves((b"/m", b"/n"), (b"/m", b"/n"))(b"/m") == b"/n"
