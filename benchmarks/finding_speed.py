"""How long every kind of question takes in a library of 100,000 tracks, beside its bar.

    python benchmarks/finding_speed.py [--tracks N] [--rounds N] [--only WORD…] [--home FOLDER]

The library is that of `made_up_music.py`; everything runs on one core. Questions go through the
whole application, without the socket, in turn: each round asks each kind once, of tracks drawn by
lot, so that whatever else the machine does strikes all alike. Printed are CPU milliseconds (p50
and p95), p95 of the clock, and the bar: 30 ms for similar tracks, 60 for recommendations to
somebody with 1,000 plays, 150 for a path, 250 for a clip of which decoding and network 200.

A filter is asked for cold, when nothing remembers which tracks pass it, and warm. Some kinds have
a peer, what one would write with numpy, asked the same in the same round; the last column is the
median of its time over ours. The exit status is 1 where a p95 of CPU time lies above its bar.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from finding_questions import LISTENERS, Asker, Ear, Kind, kinds
from made_up_music import listen, music
from scale_library import engine_at

PLAYS = 1_000  # of each listener


def measured(asker: Asker, wanted: list[Kind], rounds: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of each kind and round: `cpu`, `wall`, and `peer` in CPU time."""
    found = {kind.name: {"cpu": [], "wall": [], "peer": []} for kind in wanted}
    for n in range(-1, rounds):
        for kind in wanted:
            if kind.ready:
                kind.ready(n)
            began, began_busy = time.perf_counter(), time.process_time()
            kind.ask(n)
            busy, wall = time.process_time() - began_busy, time.perf_counter() - began
            if n < 0:
                continue  # loads whatever is loaded late
            found[kind.name]["cpu"].append(1000 * busy)
            found[kind.name]["wall"].append(1000 * wall)
            if kind.peer:
                began_busy = time.process_time()
                kind.peer(n)
                found[kind.name]["peer"].append(1000 * (time.process_time() - began_busy))
    return found


def report(wanted: list[Kind], found: dict[str, dict[str, list[float]]]) -> bool:
    """Print a line a kind; whether all lie within their bars."""
    within = True
    print(f"{'CPU ms':38}{'p50':>7}{'p95':>7}{'clock p95':>11}{'bar':>6}{'peer / ours':>13}")
    for kind in wanted:
        times = found[kind.name]
        p50, p95 = np.percentile(times["cpu"], (50, 95))
        over = kind.bar is not None and p95 > kind.bar
        within = within and not over
        bar = f"{kind.bar:.0f}" if kind.bar else ""
        ratio = f"{np.median(np.array(times['peer']) / times['cpu']):.1f}" if kind.peer else ""
        clock = np.percentile(times["wall"], 95)
        verdict = "  OVER" if over else ""
        print(f"{kind.name:38}{p50:7.1f}{p95:7.1f}{clock:11.1f}{bar:>6}{ratio:>13}{verdict}")
    return within


def main() -> int:
    """Make the library and ask; 0 if every p95 lies within its bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", nargs="+", default=[""], help="kinds whose name has such a word")
    parser.add_argument("--home", type=Path, help="a folder that keeps the library (0.7 GB)")
    given = parser.parse_args()
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:  # start again on one: numpy counts the cores when it is loaded
        os.sched_setaffinity(0, {max(cores)})
        os.execv(sys.executable, [sys.executable, *sys.argv])
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        fresh = not (home / "catalogue.db").exists()
        if fresh:
            music(home, given.tracks)
        with engine_at(home, Ear()) as engine:
            if fresh:
                draw = np.random.default_rng(2)
                for n in range(LISTENERS):
                    listen(engine, f"listener {n}", PLAYS, draw)
            asker = Asker(engine, given.rounds)
            wanted = [k for k in kinds(asker) if any(word in k.name for word in given.only)]
            found = measured(asker, wanted, given.rounds)
    return 0 if report(wanted, found) else 1


if __name__ == "__main__":
    sys.exit(main())
