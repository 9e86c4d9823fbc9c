"""From a folder of music in every format to its neighbours, as someone at a terminal goes it.

Real processes, the shipped network, nothing replaced.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from small_library import FORMATS, small_library, song, write_audio

HOUSE = Path(__file__).parents[2]
MIR = (sys.executable, "-c", "from indexer.cli import main; main()")
TRACKS = 9


class Terminal:
    """A shell in which MIR_HOME is set."""

    def __init__(self, home: Path) -> None:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("MIR_")}
        self.environment = {**kept, "MIR_HOME": str(home), "PYTHONPATH": str(HOUSE)}

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*MIR, *map(str, arguments)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def mir(self, *arguments: object) -> Any:
        """What a command that succeeds prints as JSON."""
        with self.start(*arguments, "--json") as process:
            out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        assert "mir: " not in err  # decoders written in C may say what they like
        return json.loads(out)


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("journey") / "music"
    small_library(folder, tracks=TRACKS, formats=FORMATS, seconds=8.0)
    (folder / "broken.mp3").write_bytes(b"no music at all")
    return folder


@pytest.fixture(scope="module")
def terminal(music: Path) -> Terminal:
    """A terminal after the first run."""
    opened = Terminal(music.with_name("home"))
    report = opened.mir("index", music)
    assert (report["added"], report["failed"]) == (TRACKS, 1)
    return opened


def test_every_format_is_indexed_and_the_second_run_has_nothing_to_do(
    terminal: Terminal, music: Path
) -> None:
    listed = terminal.mir("tracks")["tracks"]
    assert {track["title"] for track in listed} == {f"Song {n + 1}" for n in range(TRACKS)}
    assert all(abs(track["seconds"] - 8.0) < 0.3 for track in listed)
    assert all(len(track["genres"]) == 3 for track in listed)
    assert all(track["sound"]["loudness"] is not None for track in listed)
    again = terminal.mir("index", music)
    assert again["unchanged"] == TRACKS + 1
    assert again["seconds_of_music"] == 0


def test_a_recoded_clip_finds_its_track(terminal: Terminal, tmp_path: Path) -> None:
    found = 0
    for number in range(3):
        clip = tmp_path / f"clip{number}.mp3"
        write_audio(clip, song(number, 8.0, 22_050)[22_050:], 22_050, bit_rate=64_000)
        hits = terminal.mir("search", clip, "--count", 1)["hits"]
        found += hits[0]["track"]["title"] == f"Song {number + 1}"
    assert found >= 2


def test_neighbours_and_recommendations_come_with_scores_and_filters(terminal: Terminal) -> None:
    hits = terminal.mir("similar", "Song 1", "--count", 4)["hits"]
    scores = [hit["score"] for hit in hits]
    assert len(hits) == 4
    assert scores == sorted(scores, reverse=True)
    only = terminal.mir("similar", "Song 1", "--year", "1971-1973", "--count", 5)["hits"]
    assert {hit["track"]["year"] for hit in only} == {1971, 1972, 1973}
    following = terminal.mir("next", "Song 1", "Song 2", "--count", 5)["hits"]
    assert len({hit["track"]["id"] for hit in following}) == 5
    assert not {"Song 1", "Song 2"} & {hit["track"]["title"] for hit in following}


def test_status_failures_and_doctor_agree(terminal: Terminal, music: Path) -> None:
    status = terminal.mir("status")
    assert (status["tracks"], status["indexed"], status["failures"]) == (TRACKS, TRACKS, 1)
    failures = terminal.mir("failures")["failures"]
    assert [failure["path"] for failure in failures] == [str(music / "broken.mp3")]
    assert terminal.mir("doctor")["problems"] == 0


def test_a_run_that_is_killed_loses_nothing_and_the_next_one_ends_it(tmp_path: Path) -> None:
    music = tmp_path / "music"
    small_library(music, tracks=40, formats=("wav",), seconds=1.2)
    shell = Terminal(tmp_path / "home")
    with shell.start("index", music, "--jobs", 1) as process:
        database = tmp_path / "home" / "catalogue.db"
        deadline = time.monotonic() + 120
        while not _tracks(database) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    stored = _tracks(database)
    assert stored > 0
    report = shell.mir("index", music)
    assert report["added"] == 40 - stored
    status = shell.mir("status")
    assert status["tracks"] == status["indexed"] == 40


def test_a_worker_that_is_killed_costs_one_file_at_most(tmp_path: Path) -> None:
    music = tmp_path / "music"
    small_library(music, tracks=3, formats=("flac",), seconds=1.2)
    shell = Terminal(tmp_path / "home")
    with shell.start("index", music, "--jobs", 1, "--json") as process:
        os.kill(_child(process.pid), signal.SIGKILL)
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    report = json.loads(out)
    assert report["added"] + report["failed"] == 3
    assert report["failed"] <= 1
    # What a worker's death cost is tried again.
    assert shell.mir("index", music)["failed"] == 0
    assert shell.mir("status")["tracks"] == 3


def _tracks(database: Path) -> int:
    """How many tracks are committed, by a look from outside."""
    import sqlite3

    if not database.exists():
        return 0
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM tracks").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def _child(pid: int) -> int:
    """The id of the first worker process."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for entry in Path("/proc").iterdir():
            try:
                line = (entry / "cmdline").read_bytes()
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except (OSError, IndexError):
                continue
            if entry.name.isdecimal() and int(parent) == pid and b"spawn_main" in line:
                return int(entry.name)
        time.sleep(0.02)
    raise AssertionError("no worker was started")
