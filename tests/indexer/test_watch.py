"""Following folders: the waiting by a clock that is moved by hand, the rest on real files."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from small_library import song, write_audio

from indexer.lock import only_in
from indexer.watch import (
    AGAIN_SECONDS,
    LONGEST_WAIT,
    QUIET_SECONDS,
    Standing,
    file_changes,
    follow,
)

ROOTS = (Path("/a"), Path("/b"))
HOUSE = Path(__file__).parents[2]


@dataclass
class Scene:
    """A script of what happens, a second each, and a record of what is run because of it."""

    script: Iterable[Collection[str]]
    busy: Iterable[bool] = ()  # whether each run meets another one
    away: dict[int, set[Path]] = field(default_factory=dict)  # from a second on
    now: int = 0
    runs: list[tuple[int, list[str]]] = field(default_factory=list)
    watched: list[list[Path]] = field(default_factory=list)

    def play(self) -> list[tuple[int, list[str]]]:
        events, busy = iter(self.script), iter(self.busy)
        ended = False

        def source(roots: Sequence[Path]) -> Generator[Collection[Path]]:
            nonlocal ended
            self.watched.append(list(roots))
            for event in events:
                self.now += 1
                yield [Path(path) for path in event]
            ended = True
            yield ()

        def run(roots: Sequence[Path]) -> bool:
            self.runs.append((self.now, [str(root) for root in roots]))
            return not next(busy, False)

        def standing(root: Path) -> Standing:
            gone = [roots for second, roots in self.away.items() if second <= self.now]
            return None if gone and root in gone[-1] else (1, 1)

        follow(
            ROOTS,
            source,
            run,
            stop=lambda: ended,
            clock=lambda: self.now,
            standing=standing,
        )
        return self.runs


def quiet(seconds: float) -> list[tuple[str, ...]]:
    return [()] * int(seconds)


def test_all_are_indexed_at_first_and_nothing_without_a_change() -> None:
    assert Scene(quiet(100)).play() == [(1, ["/a", "/b"])]


def test_a_change_is_indexed_once_it_has_settled_and_only_where_it_is() -> None:
    script = [*quiet(9), ["/b/x.mp3"], ["/b/x.mp3", "/b/y.mp3"], *quiet(30)]
    assert Scene(script).play()[1:] == [(11 + QUIET_SECONDS, ["/b"])]


def test_changes_in_both_are_one_run_in_the_order_of_the_roots() -> None:
    script = [*quiet(9), ["/b/x.mp3"], ["/a"], *quiet(30)]
    assert Scene(script).play()[1:] == [(11 + QUIET_SECONDS, ["/a", "/b"])]


def test_what_never_settles_is_indexed_all_the_same() -> None:
    script = [*quiet(9), *[["/a/growing.mp3"]] * int(LONGEST_WAIT + 50)]
    moments = [moment for moment, _ in Scene(script).play()]
    assert moments[1] == 10 + LONGEST_WAIT


def test_a_run_that_meets_another_is_tried_again_until_it_runs() -> None:
    script = [*quiet(9), ["/a/x.mp3"], *quiet(60)]
    moments = Scene(script, busy=[False, True, True]).play()
    first = 10 + QUIET_SECONDS
    assert [moment for moment, _ in moments[1:]] == [first, first + AGAIN_SECONDS, first + 10]


def test_a_root_that_goes_away_and_comes_back_is_indexed_and_watched_again() -> None:
    scene = Scene(quiet(60), away={20: {Path("/b")}, 40: set()})
    assert [moment for moment, _ in scene.play()] == [1, 21, 41]
    assert scene.watched == [list(ROOTS), [Path("/a")], list(ROOTS)]


def test_what_no_run_would_read_is_no_change(tmp_path: Path) -> None:
    music, home = tmp_path / "music", tmp_path / "music" / "home"
    (music / ".hidden").mkdir(parents=True)
    home.mkdir()
    changes = file_changes(home)([music])
    assert list(next(changes)) == []
    for name in ("notes.txt", "cover.jpg", ".hidden/a.mp3", "home/b.mp3", "home/index.tmp"):
        (music / name).write_bytes(b"x")
    assert list(next(changes)) == []
    (music / "c.mp3").write_bytes(b"x")
    (music / "folder").mkdir()
    found: set[Path] = set()
    while len(found) < 2:
        found |= set(next(changes))
    assert found == {music / "c.mp3", music / "folder"}
    changes.close()


def test_polling_sees_the_same(tmp_path: Path) -> None:
    changes = file_changes(tmp_path / "home", poll=0.1)([tmp_path])
    next(changes)
    (tmp_path / "c.mp3").write_bytes(b"x")
    while not (found := next(changes)):
        pass
    assert tmp_path / "c.mp3" in found  # and its folder, which has another time now
    changes.close()


class Watching:
    """`mir watch` in a process of its own, with the stub for a network and little patience."""

    def __init__(self, folder: Path) -> None:
        code = (
            "import indexer.ingest as i, indexer.watch as w, mir.engine as e\n"
            "from tests.indexer.stub_ear import StubEar\n"
            "i.Embedder = e.Embedder = StubEar\n"
            "w.QUIET_SECONDS = w.AGAIN_SECONDS = 0.3\n"
            "from indexer.cli import main\n"
            "main()\n"
        )
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-c", code, "watch", "music"),
                *("--home", "home", "--jobs", "1", "--json"),
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": f"{HOUSE}:{HOUSE / 'tests'}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def counts(self) -> dict[str, int]:
        """What the next run did, by name, where it did anything."""
        assert self.process.stdout is not None
        report: dict[str, Any] = json.loads(self.process.stdout.readline())
        kinds = ("added", "updated", "moved", "removed", "failed", "unchanged")
        return {kind: report[kind] for kind in kinds if report[kind]}


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[Watching]:
    music = tmp_path / "music"
    music.mkdir()
    for number in (1, 2):
        write_audio(music / f"{number}.flac", song(number, 1.5, 22_050), 22_050)
    started = Watching(tmp_path)
    patience = threading.Timer(120.0, started.process.kill)  # a report that never comes fails
    patience.start()
    yield started
    patience.cancel()
    started.process.kill()
    started.process.communicate()


def test_files_are_followed_as_they_come_move_and_go(watching: Watching, tmp_path: Path) -> None:
    music, home = tmp_path / "music", tmp_path / "home"
    third = write_audio(tmp_path / "3.flac", song(3, 1.5, 22_050), 22_050)
    assert watching.counts() == {"added": 2}

    shutil.copy(third, music / "3.flac")
    assert watching.counts() == {"added": 1, "unchanged": 2}
    (music / "deeper").mkdir()
    (music / "3.flac").rename(music / "deeper" / "renamed.flac")
    assert watching.counts() == {"moved": 1, "unchanged": 2}
    (music / "deeper" / "renamed.flac").unlink()
    assert watching.counts() == {"removed": 1, "unchanged": 2}

    with only_in(home):  # another run, which this one waits for
        (music / "2.flac").unlink()
        assert watching.process.stderr is not None
        assert "Another run is indexing" in watching.process.stderr.readline()
    assert watching.counts() == {"removed": 1, "unchanged": 1}

    music.rename(tmp_path / "away")
    assert watching.counts() == {}  # nothing is taken out
    (tmp_path / "away").rename(music)
    assert watching.counts() == {"unchanged": 1}
    (music / "0.mp3").mkdir()  # the folder that came back is watched again
    assert watching.counts() == {"unchanged": 1}

    watching.process.send_signal(signal.SIGTERM)
    out, _ = watching.process.communicate(timeout=60)
    assert (watching.process.returncode, out) == (0, "")
