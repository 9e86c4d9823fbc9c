"""What a clip costs: decoding it once instead of twice, identifying it, and its timeline.

    python benchmarks/clip_costs.py MUSIC [--sizes 886 20000] [--rounds 3] [--minutes 20]
        [--cache FOLDER] [--scratch FOLDER]

Clips are mp3 of 192 kbit/s in stereo, cut out of tracks of MUSIC that are drawn by lot; the long
one is a mix of three minutes of each. Decoding for the network (16 kHz) and for fingerprints
(8 kHz): each by itself, as it was, beside both at once, in turn; the ratio is that of the minima.

For each size a library with so many fingerprints (made up beyond those of MUSIC, see
`fingerprint_library`) is asked in a process of its own, on one core. Printed are CPU seconds of
the whole question (decoding, landmarks, look-up), the least of all rounds, since other programs
on the machine only add to them; and how far resident memory rose above what it was before, pages
of the mapped index included. In the cache folder the decoded sound is kept, as by
`fingerprints.py`.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs
from fingerprint_library import decoded, made_up, packed_landmarks
from scale_library import DIMENSION, engine_at, fill
from transcoding import SAMPLE_RATE, read_stereo, write

from mir.audio.clip import read_clip
from mir.audio.decode import read_start
from mir.catalogue import fingerprints
from mir.fingerprint.packing import METHOD
from mir.search.recognise import recognise, what_was_played

RATES = (16_000, 8_000)  # of the network and of fingerprints
CLIPS = {"10 s": 10, "1 min": 60, "10 min": 600}
_PIECE = 180.0  # seconds of each track in a mix
_AT_ONCE = 5_000  # fingerprints stored in a transaction
_LIMIT = 3_600.0  # seconds, longer than every clip


def main() -> int:
    """Make the clips and the libraries, measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("music", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[886, 20_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=int, default=20, help="length of the mix")
    parser.add_argument(
        "--cache", type=Path, default=Path(platformdirs.user_cache_dir("mir-bench"))
    )
    parser.add_argument("--scratch", type=Path, help="a folder with 2 GB of space")
    parser.add_argument("--ask", type=Path, nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:  # start again on one: numpy counts the cores when it is loaded
        os.sched_setaffinity(0, {max(cores)})
        os.execv(sys.executable, [sys.executable, *sys.argv])
    if given.ask:
        ask(*given.ask, given.rounds)
        return 0
    tracks = decoded(given.music, given.cache)
    real = packed_landmarks(tracks)
    with tempfile.TemporaryDirectory(dir=given.scratch) as folder:
        clips = Path(folder) / "clips"
        clips.mkdir()
        for name, seconds in {**CLIPS, "mix": 60 * given.minutes}.items():
            write(clips / f"{name}.mp3", mixed([t.path for t in tracks], seconds), "mp3", {})
        print(
            f"load {os.getloadavg()[0]:.1f}\n\n{'decoding':10}{'twice':>9}{'once':>9}{'ratio':>8}"
        )
        for name in CLIPS:
            decoding(name, (clips / f"{name}.mp3").read_bytes(), 5 * given.rounds)
        for size in given.sizes:
            home = Path(folder) / str(size)
            home.mkdir()
            store(home, real, size)
            print(f"\n{size:,} tracks{'':6}{'CPU s':>9}{'a minute':>10}{'MB':>7}", flush=True)
            command = [sys.executable, __file__, str(given.music), "--rounds", str(given.rounds)]
            subprocess.run([*command, "--ask", str(home), str(clips)], check=True)
    return 0


def mixed(files: list[Path], seconds: float) -> np.ndarray:
    """So many seconds (frames, 2) of music: a stretch of each of several tracks."""
    draw = np.random.default_rng(1)
    parts: list[np.ndarray] = []
    while (held := sum(map(len, parts))) < seconds * SAMPLE_RATE:
        sound = read_stereo(files[draw.integers(len(files))], 10.0, _PIECE)
        parts.append(sound[: round(seconds * SAMPLE_RATE) - held])
    return np.concatenate(parts)


def decoding(name: str, clip: bytes, rounds: int) -> None:
    """Print the CPU milliseconds of decoding a clip for both who listen to it."""
    twice, once = [], []
    for _ in range(rounds):
        twice.append(busy(lambda: [read_start(clip, rate, _LIMIT) for rate in RATES]))
        once.append(busy(lambda: read_clip(clip, RATES, _LIMIT)))
    old, new = 1000 * min(twice), 1000 * min(once)
    print(f"{name:10}{old:6.1f} ms{new:6.1f} ms{old / new:8.2f}", flush=True)


def store(home: Path, real: dict[int, bytes], size: int) -> None:
    """Make a library of that size whose tracks have fingerprints, and the index of them."""
    fill(home, np.full((size, DIMENSION), DIMENSION**-0.5, np.float32), np.zeros(size, np.int64))
    contents = list(real.values())[:size]
    contents += [packed for _, packed in made_up(real, size - len(contents))]
    with engine_at(home) as engine:
        for first in range(0, size, _AT_ONCE):
            some = dict(enumerate(contents[first : first + _AT_ONCE], start=first + 1))
            with engine.catalogue.session() as session:
                fingerprints.put(session, METHOD, some)
        engine.fingerprints.refresh()


def ask(home: Path, clips: Path, rounds: int) -> None:
    """Ask the library in `home` about each clip, in turn, and print what that cost."""
    with engine_at(home) as engine:
        recognise(engine, clips / "10 s.mp3")  # loads whatever is loaded late
        questions: dict[str, tuple[float, Callable[[], object]]] = {
            f"identify, {name}": (seconds, lambda n=name: recognise(engine, clips / f"{n}.mp3"))
            for name, seconds in CLIPS.items()
        }
        minutes = len(read_start(clips / "mix.mp3", 8_000, _LIMIT).samples) / 8_000
        questions["timeline"] = (minutes, lambda: what_was_played(engine, clips / "mix.mp3"))
        cost: dict[str, list[float]] = {name: [] for name in questions}
        rise: dict[str, int] = {}
        for _ in range(rounds):
            for name, (_, question) in questions.items():
                Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
                before = _memory("VmRSS")
                cost[name].append(busy(question))
                rise[name] = max(rise.get(name, 0), _memory("VmHWM") - before)
    for name, (seconds, _) in questions.items():
        least = min(cost[name])
        print(f"{name:18}{least:9.2f}{60 * least / seconds:10.2f}{rise[name] / 1024:7.0f}")


def busy(work: Callable[[], object]) -> float:
    """CPU seconds that a piece of work takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _memory(what: str) -> int:
    found = re.search(rf"{what}:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found
    return int(found[1])  # kB


if __name__ == "__main__":
    sys.exit(main())
