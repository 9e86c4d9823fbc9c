"""What a track costs to index, beside bliss-audio and librosa on the same files.

    python benchmarks/indexing_speed.py MUSIC [--tracks N] [--rounds N] [--model FILE]

Tracks of MUSIC are encoded anew as mp3 of about four minutes (shorter ones are repeated until they
are that long). Then every way reads all of them in turn, round after round, so that whatever else
the machine does falls on all alike. What is compared is CPU time of the whole process, all
threads, after one track each to warm up; ratios hold, absolute figures depend on the machine.

"mir" hears 60 seconds of a track (three times 20), which is its design and the main reason for
its speed; the others hear the whole. Both views are printed: seconds of the *track* for a second
of CPU, and seconds *heard*. bliss-audio is optional: `pip install bliss-audio`.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from mixed_library import AUDIO
from transcoding import SAMPLE_RATE, read_stereo, write

from mir.audio.identity import audio_hash
from mir.audio.tags import read_tags
from mir.listen import listen
from mir.model.embedder import Embedder

SECONDS = 240.0
HEARD = 60.0
BAR = 3.0  # times the track seconds per CPU second of bliss-audio


def main() -> int:
    """Measure and print; 1 if the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("music", type=Path, help="a folder of music, searched through")
    parser.add_argument("--tracks", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", type=Path, help="a model file; the shipped one if not given")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    _use_one_thread()

    ways = _ways(Embedder.load(options.model))
    with tempfile.TemporaryDirectory() as folder:
        tracks = _encode(options.music, Path(folder), options.tracks, options.seed)
        costs = _measure(ways, tracks, options.rounds)
    return _report(costs, options.tracks, options.rounds)


def _use_one_thread() -> None:
    """Start again with one thread for linear algebra; its libraries read this only at import."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    if any(os.environ.get(name) != "1" for name in names):
        os.environ.update(dict.fromkeys(names, "1"))
        os.execv(sys.executable, [sys.executable, *sys.argv])


def _ways(embedder: Embedder) -> dict[str, Callable[[Path], object]]:
    import librosa

    def with_identity(path: Path) -> object:
        return audio_hash(path), read_tags(path), listen(path, embedder)

    def mfcc(path: Path) -> object:
        samples, rate = librosa.load(path)
        coefficients = librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=20)
        return coefficients.mean(axis=1), coefficients.std(axis=1)

    ways: dict[str, Callable[[Path], object]] = {
        "mir: decode, describe, embed": lambda path: listen(path, embedder),
        "mir: the same, identity and tags": with_identity,
        "librosa: load, MFCC": mfcc,
    }
    try:
        import bliss_audio
    except ImportError:
        print("bliss-audio is not installed; it is left out", file=sys.stderr)
    else:
        ways["bliss-audio: Song"] = lambda path: bliss_audio.Song(str(path)).analysis
    return ways


def _encode(music: Path, folder: Path, count: int, seed: int) -> list[Path]:
    found = sorted(path for path in music.rglob("*") if path.suffix.lower() in AUDIO)
    if len(found) < count:
        raise SystemExit(f"{music} holds {len(found)} audio files; {count} are wanted.")
    tracks = []
    for number, original in enumerate(random.Random(seed).sample(found, count)):
        sound = read_stereo(original, 0, SECONDS)
        sound = np.tile(sound, (int(-(-SECONDS * SAMPLE_RATE // len(sound))), 1))
        track = folder / f"{number:02}.mp3"
        write(track, sound[: int(SECONDS * SAMPLE_RATE)], "mp3", {"title": original.stem})
        tracks.append(track)
    return tracks


def _measure(
    ways: dict[str, Callable[[Path], object]], tracks: list[Path], rounds: int
) -> dict[str, list[float]]:
    """CPU seconds of each way for each track in each round."""
    for way in ways.values():
        way(tracks[0])
    costs: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for track in tracks:
            for name, way in ways.items():
                begin = time.process_time()
                way(track)
                costs[name].append(time.process_time() - begin)
    return costs


def _report(costs: dict[str, list[float]], tracks: int, rounds: int) -> int:
    print(f"{tracks} mp3 of {SECONDS:g} s at 192 kbit/s, {rounds} rounds; median over all")
    print(f"{'':34} {'CPU ms/track':>12} {'track s/CPU s':>14} {'heard s/CPU s':>14}")
    median = {name: statistics.median(times) for name, times in costs.items()}
    for name, cost in median.items():
        heard = HEARD if name.startswith("mir") else SECONDS
        print(f"{name:34} {1000 * cost:12.0f} {SECONDS / cost:14.0f} {heard / cost:14.0f}")
    own = [name for name in median if name.startswith("mir")]
    for name in own:
        for peer in median.keys() - set(own):
            print(f"{name} is {median[peer] / median[name]:.2f} times as fast as {peer}")
    bliss = median.get("bliss-audio: Song")
    if bliss is None:
        return 0
    reached = bliss / median[own[0]]
    print(f"bar: {BAR:g} times bliss-audio: {'reached' if reached >= BAR else 'MISSED'}")
    return 0 if reached >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
