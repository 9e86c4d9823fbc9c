"""`mir index` as users start it, with workers and the shipped model, killed at random moments."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from small_library import small_library

from mir.catalogue.session import open_catalogue
from mir.engine import open_engine
from mir.settings import Settings
from tests.crash.checks import assert_index_agrees, assert_sound_database, content, hashes

SEED = 20_260_301
PARENT_KILLS = {"sqlite": 2, "postgresql": 2}
WORKER_KILLS = 4
TRACKS = 40
JOBS = 2
HOUSE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More little songs than one batch takes; to be read only."""
    folder = tmp_path_factory.mktemp("music")
    small_library(folder, tracks=TRACKS, formats=("wav",), seconds=1.5)
    return folder


def test_when_the_parent_is_killed_its_workers_end_and_the_next_run_goes_on(
    url: str, tmp_path: Path, forty: Path
) -> None:
    draw = random.Random(SEED)
    home, watch = tmp_path / "home", open_catalogue(url)
    for n in range(PARENT_KILLS[url.split(":")[0]]):
        before = hashes(watch)
        with running(home, url, forty) as process:
            time.sleep(draw.uniform(0.5, 2.0))
            while n == 1 and not hashes(watch) - before and process.poll() is None:
                time.sleep(0.02)  # until something is stored
            seen, others = hashes(watch), descendants(process.pid)
            process.kill()
            assert process.wait() == -signal.SIGKILL, f"seed {SEED}, kill {n}"
        assert not still_there(others), f"seed {SEED}, kill {n}"
        assert_sound_database(url)
        assert seen <= hashes(watch), f"seed {SEED}, kill {n}"
    watch.close()
    assert_complete(home, url, forty)


def test_killed_workers_cost_one_file_each_at_most(tmp_path: Path, forty: Path) -> None:
    draw = random.Random(SEED)
    kills = rounds = 0
    while kills < WORKER_KILLS:
        rounds += 1
        home = tmp_path / f"home {rounds}"
        url = f"sqlite:///{home / 'catalogue.db'}"
        killed = 0
        with running(home, url, forty) as process:
            while process.poll() is None and kills + killed < WORKER_KILLS:
                time.sleep(draw.uniform(0.3, 1.0))
                victims = workers(process.pid)
                if victims:
                    os.kill(draw.choice(victims), signal.SIGKILL)
                    killed += 1
            _, said = process.communicate(timeout=60)
        kills += killed
        told = f"seed {SEED}, round {rounds}: {said}"
        # Where workers are killed as they start, again and again, the run gives up and says so.
        assert process.returncode == 0 or "cannot start" in said, told
        assert "Traceback" not in said, told
        assert_sound_database(url)
        with open_engine(Settings(home=home, database_url=url)) as engine:
            assert len(content(engine).failed) <= killed, told
            assert_index_agrees(engine)
        assert_complete(home, url, forty)


@contextmanager
def running(home: Path, url: str, forty: Path) -> Iterator[subprocess.Popen[str]]:
    """Start `mir index`; whatever is left of it at the end is killed."""
    program = "from indexer.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "index", str(forty), "--jobs", str(JOBS)],
        cwd=HOUSE,
        env={**os.environ, "MIR_HOME": str(home), "MIR_DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def assert_complete(home: Path, url: str, forty: Path) -> None:
    """A run that nobody disturbs does the rest: every file, and nothing failed."""
    with running(home, url, forty) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    with open_engine(Settings(home=home, database_url=url)) as engine:
        assert_index_agrees(engine)
        held = content(engine)
    assert set(held.hashes) == set(forty.rglob("*.wav"))
    assert len(held.vectors) == TRACKS
    assert not held.failed


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        found = [int(child) for child in children.read_text().split()]
    except OSError:  # it is gone
        return []
    return [*found, *(below for child in found for below in descendants(child))]


def workers(pid: int) -> list[int]:
    """Those that read files; the process that keeps track of shared memory is none."""
    return [child for child in descendants(pid) if "spawn_main" in command(child)]


def command(pid: int) -> str:
    """The command line of a process, empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def still_there(pids: list[int], within: float = 10.0) -> list[int]:
    """Those of the processes that have not ended after so many seconds."""
    until = time.monotonic() + within
    while (left := [pid for pid in pids if command(pid)]) and time.monotonic() < until:
        time.sleep(0.02)
    return left
