"""A server under load: 50 listeners, a library of 100,000 tracks, and an index run that writes.

    python benchmarks/load.py [--beside CHECKOUT] [--rounds N] [--seconds S] [--slow N] …

`mir serve` as users start it, in a process of its own. In another one listeners search by text,
ask for similar tracks with and without filters and for recommendations, look at pages and covers,
send plays and clips, and each streams music all the while (`load_listeners.py` has the shares and
the times that they think). A third process indexes 28 files again and again (ten nicer), and saves
the index each time. On a machine that does other work `--nice -10`, as root, lets all of it go
before that work. `--slow` clients ask for a recording of 53 MB and read nothing.

With `--beside` the same is done in turn with the `mir serve` of another checkout, over the same
home. Printed are milliseconds by the clients' clocks, what went wrong, and the most memory that the
server and its processes had, sampled twice a second. Exit status 1 if anything went wrong or p95
of similar tracks is 300 ms or more.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from load_library import make, music_of
from load_listeners import THINKING, Plan

HERE = Path(__file__).parent
LIMIT_MS = 300.0
_MIR = "from indexer.cli import main; main()"


@dataclass(slots=True)
class Found:
    """What came of all rounds of one server."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    refused: int = 0
    memory: list[list[float]] = field(default_factory=list)  # MB, a round; over time

    def add(self, told: dict[str, dict[str, list[float]]], memory: list[float]) -> None:
        """Add a round."""
        for kind, seconds in told["seconds"].items():
            self.seconds.setdefault(kind, []).extend(seconds)
        for kind, wrong in told["errors"].items():
            self.errors.setdefault(kind, []).extend(map(str, wrong))
        self.refused += int(str(told["refused"]))
        self.memory.append(memory)


@contextmanager
def process(arguments: list[str], where: Path, nice: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """A process, ended by an interrupt."""
    running = subprocess.Popen(
        ["nice", f"-n{nice}", sys.executable, *arguments],
        cwd=where, env={**os.environ, "PYTHONPATH": str(where)}, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield running
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(timeout=60)


def resident(pid: int) -> float:
    """Megabytes in memory of a process and its children."""
    total, children = 0.0, [pid]
    while children:
        each = children.pop()
        try:
            lines = Path(f"/proc/{each}/status").read_text().splitlines()
            children += map(int, Path(f"/proc/{each}/task/{each}/children").read_text().split())
            for thread in Path(f"/proc/{each}/task").iterdir():
                if int(thread.name) != each:
                    children += map(int, (thread / "children").read_text().split())
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
    return total


def one_round(
    checkout: Path, home: Path, plan: Plan, nice: int
) -> tuple[dict[str, object], list[float]]:
    """What the listeners tell of the server of a checkout, and its memory meanwhile."""
    memory: list[float] = []
    over = threading.Event()
    (home.parent / "plan.json").write_text(json.dumps(asdict(plan)))
    serving = ["-c", _MIR, "serve", "--home", str(home), "--port", str(plan.port)]
    with process(serving, checkout, nice) as server:
        while True:
            try:
                with socket.create_connection((plan.host, plan.port)):
                    break
            except OSError:
                time.sleep(0.2)

        def watch() -> None:
            while not over.wait(0.5):
                memory.append(resident(server.pid))

        watching = threading.Thread(target=watch)
        watching.start()
        with process([str(HERE / "load_library.py"), str(home)], HERE.parent, nice + 10):
            told = subprocess.run(
                ["nice", f"-n{nice}", sys.executable, str(HERE / "load_listeners.py"),
                 str(home.parent / "plan.json")],
                check=True, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."},
            ).stdout  # fmt: skip
        over.set()
        watching.join()
    return json.loads(told), memory


def show(name: str, found: Found, other: Found | None) -> None:
    """Print what came of a server, and how many times as long the other one took."""
    print(f"\n{name}\n\n| | n | wrong | p50 | p95 | p99 | p95, of the other |")
    print("|---|---|---|---|---|---|---|")
    for kind, seconds in sorted(found.seconds.items()):
        p50, p95, p99 = 1000 * np.percentile(seconds, (50, 95, 99))
        theirs = other.seconds.get(kind, []) if other else []
        ratio = f"{1000 * np.percentile(theirs, 95) / p95:.2f} ×" if theirs else ""
        counts = f"{len(seconds)} | {len(found.errors.get(kind, []))}"
        print(f"| {kind} | {counts} | {p50:.0f} | {p95:.0f} | {p99:.0f} | {ratio} |")
    for kind, wrong in found.errors.items():
        print(f"{kind}: {', '.join(sorted(set(wrong)))}")
    print(f"clips refused for a moment: {found.refused}")
    for memory in found.memory:
        later = memory[len(memory) // 3 :]
        slope = np.polyfit(np.arange(len(later)) / 120, later, 1)[0] if len(later) > 2 else 0.0
        print(f"memory: at most {max(memory):.0f} MB, {slope:+.1f} MB a minute after a third")


def main() -> int:
    """Make the library, load the servers in turn, and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--beside", type=Path, help="a checkout whose server is the peer")
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--from-home", type=Path, help="a made-up library to copy")
    parser.add_argument("--listeners", type=int, default=50)
    parser.add_argument("--slow", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--port", type=int, default=8179)
    given = parser.parse_args()
    servers = {"this server": HERE.parent.resolve()}
    if given.beside:
        servers["the other"] = given.beside.resolve()
    found = {name: Found() for name in servers}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        real = make(home, given.tracks, given.from_home)
        clips = sorted(str(path) for path in (music_of(home) / "demo").iterdir())
        print(
            f"{given.listeners} listeners who think {THINKING:g} s; load {os.getloadavg()[0]:.1f}"
        )
        for number in range(given.rounds):
            for name, checkout in servers.items():
                plan = Plan(
                    "127.0.0.1", given.port, given.listeners, given.slow, given.seconds,
                    given.tracks, real, clips, number,
                )  # fmt: skip
                found[name].add(*one_round(checkout, home, plan, given.nice))  # type: ignore[arg-type]
                print(f"round {number + 1} of {name}; load {os.getloadavg()[0]:.1f}", flush=True)
    for name, each in found.items():
        show(name, each, next((o for n, o in found.items() if n != name), None))
    ours = found["this server"]
    similar = [s for k in ("similar", "similar, filtered") for s in ours.seconds.get(k, [])]
    return int(bool(ours.errors) or 1000 * float(np.percentile(similar, 95)) >= LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
