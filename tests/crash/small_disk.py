"""A disk of a few megabytes that really fills up, or can be mounted for reading only.

It is a file system in memory, in a namespace of mounts that only we see; so neither rights nor
other tests are touched, and it is gone when its process ends.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

TRACKS = 6  # of the fixtures `music` and `indexed`
HOUSE = Path(__file__).parents[2]
# Entering a namespace changes the working folder.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(HOUSE), "OMP_NUM_THREADS": "1"}
MIR = (sys.executable, "-c", "from indexer.cli import main; main()")


class SmallDisk:
    """A mounted disk. `path` is where commands that run beside it see it."""

    def __init__(self, holder: int, path: Path) -> None:
        """Take over the process that holds the namespace."""
        self.path = path
        self.seen = Path(f"/proc/{holder}/root{path}")  # the same folder, for us
        self.enter = ("nsenter", "-t", str(holder), "-U", "-m", "--preserve-credentials", "--")

    def run(self, *command: object) -> subprocess.CompletedProcess[str]:
        """Run a command that sees the disk."""
        return subprocess.run(
            [*self.enter, *map(str, command)],
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def mir(self, *arguments: object, status: int = 0) -> str:
        """Run `mir` on the home that this disk is; return what it says on that exit status.

        An error is one line with `mir: ` before it, and never a traceback.
        """
        done = self.run(*MIR, *arguments, "--home", self.path)
        assert done.returncode == status, (arguments, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        if status == 0:
            return done.stdout
        assert "mir: " in done.stderr.splitlines()[-1]
        return done.stderr

    def facts(self, *arguments: object) -> Any:
        """Run `mir … --json` and return what it printed."""
        return json.loads(self.mir(*arguments, "--json"))

    def hold(self, home: Path) -> None:
        """Bring a copy of another home here."""
        shutil.copytree(home, self.seen, dirs_exist_ok=True)

    def fill(self, *, left: int = 0) -> None:
        """Leave so many bytes free."""
        found = os.statvfs(self.seen)
        with (self.seen / "filler").open("ab") as file:
            file.write(bytes(max(0, found.f_bavail * found.f_frsize - left)))

    def make_room(self) -> None:
        """Take out again what `fill` put there."""
        (self.seen / "filler").unlink(missing_ok=True)

    def forbid_writing(self) -> None:
        """Mount it for reading only."""
        done = self.run("mount", "-o", "remount,ro", self.path)
        assert done.returncode == 0, done.stderr

    def allow_writing(self) -> None:
        """Mount it as it was."""
        done = self.run("mount", "-o", "remount,rw", self.path)
        assert done.returncode == 0, done.stderr

    def assert_sound(self) -> None:
        """The catalogue is whole: SQLite finds no fault in it."""
        look = (
            "import sqlite3, sys; "
            "print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())"
        )
        for pragma, said in (("integrity_check", "[('ok',)]"), ("foreign_key_check", "[]")):
            file = self.path / "catalogue.db"
            done = self.run(sys.executable, "-c", look, file, f"PRAGMA {pragma}")
            assert done.stdout.strip() == said, done.stderr


@contextmanager
def small_disk(path: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Make the folder `path` a disk of that size until the end."""
    path.mkdir()
    mount = f'mount -t tmpfs -o size={megabytes}m none "$0" && echo ready && exec cat'
    with subprocess.Popen(
        ["unshare", "-rm", "sh", "-c", mount, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stderr is not None
        if holder.stdout.readline() != "ready\n":
            pytest.fail(
                f"No disk could be mounted for the test ({holder.stderr.read().strip()}); allow "
                "namespaces of users and mounts (unshare -rm), as Linux does by default."
            )
        try:
            yield SmallDisk(holder.pid, path)
        finally:
            holder.stdin.close()
