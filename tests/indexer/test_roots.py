"""Several folders of music: overlapping, missing, pruned, and known under other names."""

import errno
import os
from pathlib import Path

import pytest

from indexer.ingest import IngestReport, ingest
from indexer.still_gone import still_gone
from mir.catalogue import failures, files, tracks
from mir.engine import Engine
from mir.errors import NotFound
from tests.indexer.known_library import know, nobody, places


@pytest.fixture
def music(tmp_path: Path) -> Path:
    return tmp_path / "music"


def run(engine: Engine, *folders: Path, prune: bool = False) -> IngestReport:
    return ingest(engine, folders, jobs=1, load=nobody, prune=prune)


def roots(engine: Engine) -> tuple[Path, ...]:
    with engine.catalogue.session() as session:
        return files.roots(session)


def test_of_folders_inside_each_other_the_outer_counts(engine: Engine, music: Path) -> None:
    know(engine, [music / "a" / "1.mp3", music / "2.mp3"])
    assert run(engine, music / "a", music, music / "a" / "..").unchanged == 2
    assert roots(engine) == (music,)


def test_a_folder_inside_a_known_one_is_looked_at_alone(engine: Engine, music: Path) -> None:
    ids = know(engine, [music / "a" / "1.mp3", music / "a" / "2.mp3", music / "b" / "3.mp3"])
    run(engine, music)
    (music / "a" / "1.mp3").unlink()
    (music / "b" / "3.mp3").unlink()
    report = run(engine, music / "a")
    assert (report.removed, report.unchanged) == (1, 1)
    assert places(engine).keys() == ids.keys() - {music / "a" / "1.mp3"}
    assert roots(engine) == (music,)


def test_an_outer_folder_takes_the_place_of_inner_ones(engine: Engine, music: Path) -> None:
    know(engine, [music / "a" / "1.mp3", music / "b" / "2.mp3"])
    run(engine, music / "a", music / "b")
    assert roots(engine) == (music / "a", music / "b")
    assert run(engine, music).unchanged == 2
    assert roots(engine) == (music,)


def test_a_folder_named_through_a_link_brings_nothing_in_twice(engine: Engine, music: Path) -> None:
    """As a name in other case does where case does not matter."""
    know(engine, [music / "1.mp3"])
    run(engine, music)
    music.with_name("link").symlink_to(music)
    assert run(engine, music.with_name("link")).unchanged == 1
    assert roots(engine) == (music,)


@pytest.mark.parametrize("empty", [True, False], ids=["empty", "missing"])
def test_a_root_that_is_away_is_taken_out_only_on_demand(
    engine: Engine, music: Path, empty: bool
) -> None:
    know(engine, [music / "1.mp3", music / "2.mp3"])
    other = know(engine, [music.with_name("other") / "3.mp3"])
    run(engine, music, *(path.parent for path in other))
    for path in music.iterdir():
        path.unlink()
    if not empty:
        music.rmdir()

    report = run(engine, music)
    assert (report.removed, report.missing_roots) == (0, (music,))
    assert f"mir index --prune {music}" in report.messages[0]
    assert len(places(engine)) == 3

    report = run(engine, music, *(path.parent for path in other), prune=True)
    assert (report.removed, report.missing_roots, report.unchanged) == (2, (), 1)
    assert "2 known files leave" in report.messages[0]
    assert places(engine) == other
    assert roots(engine) == ((music,) if empty else ()) + tuple(path.parent for path in other)
    with engine.catalogue.session() as session:
        assert tracks.count(session) == 1
        assert failures.count(session) == 0


def test_an_inner_folder_that_is_away_can_be_pruned_alone(engine: Engine, music: Path) -> None:
    know(engine, [music / "a" / "1.mp3", music / "b" / "2.mp3"])
    run(engine, music)
    (music / "a").rename(music.with_name("away"))
    assert run(engine, music / "a").removed == 0
    assert run(engine, music / "a", prune=True).removed == 1
    assert places(engine).keys() == {music / "b" / "2.mp3"}
    assert roots(engine) == (music,)


def test_a_folder_that_never_was_cannot_be_pruned(engine: Engine, music: Path) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        run(engine, music, prune=True)


def test_a_root_that_cannot_even_be_asked_for_is_away(
    engine: Engine, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(engine, [music / "1.mp3"])
    run(engine, music)
    ask = os.stat

    def dead(path: str | Path, *args: object, **named: object) -> os.stat_result:
        if str(path).startswith(str(music)):
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        return ask(path, *args, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", dead)
        report = run(engine, music)
    assert (report.removed, report.missing_roots) == (0, (music,))
    assert run(engine, music).unchanged == 1


def test_a_folder_of_an_impossible_name_is_one_that_does_not_exist(engine: Engine) -> None:
    with pytest.raises(NotFound, match="does not exist"):
        run(engine, Path("/" + 300 * "a"))


def test_a_file_that_cannot_be_asked_for_is_not_taken_for_gone(
    music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (music / "a").mkdir(parents=True)
    file = music / "a" / "1.mp3"
    assert still_gone([file], [music]) == (file,)

    def denied(path: Path, **named: object) -> os.stat_result:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "stat", denied)
    assert still_gone([file], [music]) == ()
