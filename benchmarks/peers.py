"""What others do to a track, as functions from a file to the CPU seconds that it took.

Each hears the whole file and does what its users would have it do: bliss-audio its analysis,
librosa the mean and deviation of 20 MFCC, Essentia its MusicExtractor, musicnn tags and features
(MSD_musicnn), mpg123 nothing but decoding. Whoever is not installed is left out, and named.
"""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

Peer = Callable[[Path], float]

_ASK_MUSICNN = """
import contextlib, io, sys, time, warnings
warnings.simplefilter("ignore")
from musicnn.extractor import extractor
for line in sys.stdin:
    begin = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        extractor(line.rstrip("\\n"), model="MSD_musicnn", extract_features=True)
    print(time.process_time() - begin, flush=True)
"""


def clocked(work: Callable[[Path], object]) -> Peer:
    """Work in this process, timed."""

    def timed(path: Path) -> float:
        begin = time.process_time()
        work(path)
        return time.process_time() - begin

    return timed


def quick_peers() -> dict[str, Peer]:
    """Those that take less than a second for a track of four minutes."""
    import librosa

    def mfcc(path: Path) -> object:
        samples, rate = librosa.load(path)
        coefficients = librosa.feature.mfcc(y=samples, sr=rate, n_mfcc=20)
        return coefficients.mean(axis=1), coefficients.std(axis=1)

    peers = {"librosa: load, MFCC": clocked(mfcc)}
    try:
        import bliss_audio
    except ImportError:
        _left_out("bliss-audio", "pip install bliss-audio")
    else:
        peers["bliss-audio: Song"] = clocked(lambda path: bliss_audio.Song(str(path)).analysis)
    if shutil.which("mpg123"):
        peers["mpg123: decode"] = _decode
    else:
        _left_out("mpg123", "apt-get install mpg123")
    return peers


def slow_peers(musicnn_python: Path | None) -> dict[str, Peer]:
    """Those that take seconds; musicnn lives with TensorFlow in an environment of its own."""
    peers: dict[str, Peer] = {}
    try:
        import essentia
        from essentia.standard import MusicExtractor
    except ImportError:
        _left_out("Essentia", "pip install --pre essentia six")
    else:
        essentia.log.infoActive = essentia.log.warningActive = False
        extract = MusicExtractor()
        peers["Essentia: MusicExtractor"] = clocked(lambda path: extract(str(path)))
    if musicnn_python is None:
        _left_out("musicnn", "--musicnn PYTHON, see docs/benchmarks.md")
    else:
        peers["musicnn: MSD_musicnn"] = _musicnn(musicnn_python)
    return peers


def _decode(path: Path) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["mpg123", "-q", "-t", str(path)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _musicnn(python: Path) -> Peer:
    threads = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    child = subprocess.Popen(
        [str(python), "-c", _ASK_MUSICNN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | threads | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    asked, answered = child.stdin, child.stdout

    def ask(path: Path) -> float:
        asked.write(f"{path}\n")
        asked.flush()
        answer = answered.readline()
        if not answer:
            raise SystemExit(f"musicnn ended under {python}; is it installed there?")
        return float(answer)

    return ask


def _left_out(name: str, remedy: str) -> None:
    print(f"{name} is not installed and left out ({remedy})", file=sys.stderr)
