"""How fast a library is indexed, by the wall clock, beside bliss-audio and bare decoding.

    python benchmarks/indexing_rate.py MUSIC [--files N] [--rounds N]

A library of N mp3 of four minutes, each of another sound (six encoded ones with more and more cut
off), is indexed into a new home by two workers: scan, start of the workers, analysis, catalogue
and index, all included. Then the same with `--thorough` for an eighth of the files, bliss-audio in
two processes for an eighth, and two mpg123 at a time that do nothing but decode. In turn, so that
what else the machine does falls on all alike. Needs an idle machine with two cores to mean much.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from four_minutes import SECONDS, encode, vary
from indexing_speed import use_one_thread

from indexer.ingest import ingest
from mir.engine import open_engine
from mir.settings import load_settings

JOBS = 2
PART = 8  # of the files, one in so many is given to the slower ways
BARS = {"mir index": 2_000.0, "mir index --thorough": 450.0}


def main() -> int:
    """Measure and print; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("music", type=Path, help="a folder of music, searched through")
    parser.add_argument("--files", type=int, default=240)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    use_one_thread()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        originals, library, part = (folder / each for each in ("originals", "library", "part"))
        for each in (originals, library, part):
            each.mkdir()
        encoded = encode(options.music, originals, 6, options.seed)
        every = vary(encoded, library, options.files)
        some = vary(encoded, part, max(JOBS, options.files // PART))
        ways: dict[str, tuple[Callable[[], None], int]] = {
            "mir index": (partial(_index, library, len(every), False), len(every)),
            "mir index --thorough": (partial(_index, part, len(some), True), len(some)),
            "bliss-audio, two processes": (partial(_bliss, some), len(some)),
            "mpg123, two at a time": (partial(_decode, some), len(some)),
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(options.rounds):
            for name, (way, _count) in ways.items():
                begin = time.perf_counter()
                way()
                seconds[name].append(time.perf_counter() - begin)
    rates = {
        name: statistics.median(SECONDS * ways[name][1] / each for each in times)
        for name, times in seconds.items()
    }
    return _report(rates, options.files, options.rounds)


def _index(library: Path, files: int, thorough: bool) -> None:
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings({}, home=Path(home), jobs=JOBS, thorough=thorough)
        with open_engine(settings) as engine:
            report = ingest(engine, [library])
    assert report.added == files, report


def _bliss(paths: Sequence[Path]) -> None:
    with ProcessPoolExecutor(JOBS, mp_context=get_context("spawn")) as pool:
        list(pool.map(_song, paths))


def _song(path: Path) -> None:
    import bliss_audio

    bliss_audio.Song(str(path))


def _decode(paths: Sequence[Path]) -> None:
    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(lambda path: subprocess.run(["mpg123", "-q", "-t", path], check=True), paths))


def _report(rates: dict[str, float], files: int, rounds: int) -> int:
    print(
        f"{files} mp3 of {SECONDS:g} s, {os.cpu_count()} cores, {JOBS} at a time, {rounds} rounds"
    )
    print(f"{'':30} {'music s/wall s':>15} {'mir index is':>14}")
    for name, rate in rates.items():
        print(f"{name:30} {rate:15.0f} {rates['mir index'] / rate:12.2f} x")
    missed = [name for name, bar in BARS.items() if rates[name] < bar]
    for name, bar in BARS.items():
        print(f"bar: {name} {bar:g}: {'MISSED' if name in missed else 'reached'}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
