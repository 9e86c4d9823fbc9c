"""What a track costs to index, beside bliss-audio, Essentia, musicnn and librosa on the same files.

    python benchmarks/indexing_speed.py MUSIC [--tracks N] [--rounds N] [--musicnn PYTHON]

Tracks of MUSIC are encoded anew as mp3 of four minutes (shorter ones are repeated until they
are that long). Then every way reads all of them in turn, round after round, so that whatever else
the machine does falls on all alike; those that take seconds for a track do so in one round. What
is compared is CPU time of the process that works, all threads, after one track each to warm up;
ratios hold, absolute figures depend on the machine.

"mir" hears 54 seconds of a track (three times 18), which is its design and the main reason for
its speed, and all of it as "thorough"; the others hear the whole. Both views are printed: seconds
of the *track* for a second of CPU, and seconds *heard*.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from four_minutes import SECONDS, encode
from peers import Peer, clocked, quick_peers, slow_peers

from indexer.analyse import analyse
from mir.analysis import Analysis
from mir.model.embedder import Embedder
from mir.passages import PASSAGE_SECONDS, PASSAGES

QUICK, THOROUGH = "mir: all of indexing", "mir: the same, --thorough"
BARS = {"bliss-audio: Song": 5.0, "Essentia: MusicExtractor": 20.0, "musicnn: MSD_musicnn": 40.0}


def main() -> int:
    """Measure and print; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("music", type=Path, help="a folder of music, searched through")
    parser.add_argument("--tracks", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", type=Path, help="a model file; the shipped one if not given")
    parser.add_argument("--musicnn", type=Path, help="the Python of an environment with musicnn")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    use_one_thread()

    often = {**_own(Embedder.load(options.model)), **quick_peers()}
    once = slow_peers(options.musicnn)
    with tempfile.TemporaryDirectory() as folder:
        tracks = encode(options.music, Path(folder), options.tracks, options.seed)
        costs = _measure(often, once, tracks, options.rounds)
    print(f"{options.tracks} mp3 of {SECONDS:g} s at 192 kbit/s, {options.rounds} rounds; medians")
    return _report({name: statistics.median(times) for name, times in costs.items()})


def use_one_thread() -> None:
    """Start again with one thread for linear algebra; its libraries read this only at import."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    if any(os.environ.get(name) != "1" for name in names):
        os.environ.update(dict.fromkeys(names, "1"))
        os.execv(sys.executable, [sys.executable, *sys.argv])


def _own(embedder: Embedder) -> dict[str, Peer]:
    """Identity, tags, vector, genres, moods, tempo, key, loudness: what a worker does."""

    def worked(path: Path, thorough: bool) -> None:
        outcome = analyse(path, [embedder], thorough=thorough)
        assert isinstance(outcome, Analysis), outcome

    return {
        QUICK: clocked(lambda path: worked(path, False)),
        THOROUGH: clocked(lambda path: worked(path, True)),
    }


def _measure(
    often: Mapping[str, Peer], once: Mapping[str, Peer], tracks: list[Path], rounds: int
) -> dict[str, list[float]]:
    """CPU seconds of each way for each track in each round."""
    for way in (*often.values(), *once.values()):
        way(tracks[0])
    costs: dict[str, list[float]] = {name: [] for name in (*often, *once)}
    for number in range(rounds):
        for track in tracks:
            for name, way in (often if number else {**often, **once}).items():
                costs[name].append(way(track))
    return costs


def _report(costs: Mapping[str, float]) -> int:
    print(f"{'':34} {'CPU ms/track':>12} {'track s/CPU s':>14} {'heard s/CPU s':>14} {'x':>7}")
    for name, cost in costs.items():
        heard = PASSAGES * PASSAGE_SECONDS if name == QUICK else SECONDS
        figures = f"{1000 * cost:12.0f} {SECONDS / cost:14.0f} {heard / cost:14.0f}"
        print(f"{name:34} {figures} {cost / costs[QUICK]:7.2f}")
    missed = 0
    for name, bar in BARS.items():
        if name in costs:
            times = costs[name] / costs[QUICK]
            missed += times < bar
            verdict = "reached" if times >= bar else "MISSED"
            print(f"bar: {bar:g} times {name}: {times:.2f}, {verdict}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
