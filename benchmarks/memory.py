"""What a worker's memory costs by the length of the file: 4 minutes beside 10 hours.

    python benchmarks/memory.py [--hours N] [--model FILE]

Made-up music is written as mp3, flac and m4a in both lengths: a minute of it is encoded once and
its packets are repeated, so that hours take seconds (flac, whose frames are numbered, is encoded
whole). Each file is then analysed in a process of its own, with the work that a worker of `mir
index` does, and the peak of its resident memory is printed, and how much data (which is what
`--max-memory` bounds) it has.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np
import soundfile

SAMPLE_RATE = 32_000
SHORT = 240.0  # seconds
FORMATS = ("mp3", "m4a", "flac")
# Of the short file's memory that the long one may cost more; m4a has a table of its packets.
BAR_MORE = 0.15
BAR_RSS = 400.0  # MiB, of a worker


def main() -> int:
    """Measure and print; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=10.0, help="length of the long files")
    parser.add_argument("--model", type=Path, help="a model file; the shipped one if not given")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)  # be the one process
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, options.model)
        return 0
    print(f"{'format':8}{'length':>10}{'size':>10}{'time':>9}{'peak RSS':>12}{'data':>12}")
    met = True
    with tempfile.TemporaryDirectory() as folder:
        for kind in FORMATS:
            peaks = []
            for seconds in (SHORT, options.hours * 3600):
                path = write(Path(folder) / f"{seconds:.0f}.{kind}", seconds)
                begun = time.perf_counter()
                resident, data = _measured(path, options.model)
                taken = time.perf_counter() - begun
                size = path.stat().st_size / 2**20
                print(
                    f"{kind:8}{seconds / 60:6.0f} min{size:6.0f} MiB{taken:7.1f} s"
                    f"{resident:8.0f} MiB{data:8.0f} MiB",
                    flush=True,
                )
                peaks.append(resident)
                path.unlink()
            met &= peaks[1] <= peaks[0] * (1 + BAR_MORE) and max(peaks) <= BAR_RSS
    print(f"bars (long at most {BAR_MORE:.0%} above short, {BAR_RSS:.0f} MiB): ", end="")
    print("met" if met else "missed")
    return 0 if met else 1


def measure(path: Path, model: Path | None) -> None:
    """Analyse the file as a worker does; print its peak of resident memory and its data in MiB."""
    from functools import partial

    from indexer.analyse import MakeAnalyser
    from mir.analysis import Analysis
    from mir.model.embedder import Embedder

    work = MakeAnalyser((partial(Embedder.load, model),))()
    found = work(path)
    if not isinstance(found, Analysis):
        raise SystemExit(f"{path.name}: {found}")
    print(_status("VmHWM"), _status("VmData"))


def write(path: Path, seconds: float) -> Path:
    """Write music of that length to `path`, whose suffix says how; return the path."""
    minute = _music(60.0)
    if path.suffix == ".flac":
        with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1, "PCM_16") as file:
            for _ in range(round(seconds / 60)):
                file.write(minute)
        return path
    codec = {".mp3": "mp3", ".m4a": "aac"}[path.suffix]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=SAMPLE_RATE, layout="mono")
        stream.bit_rate = 32_000
        frame = av.AudioFrame.from_ndarray(minute[None], format="fltp", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = 0
        packets = [(bytes(packet), packet) for packet in stream.encode(frame)]
        at = 0
        for _ in range(round(seconds / 60)):
            for content, packet in packets:
                repeated = av.Packet(content)
                repeated.stream, repeated.time_base = stream, packet.time_base
                repeated.pts = repeated.dts = at
                repeated.duration = packet.duration
                at += packet.duration
                container.mux(repeated)
    return path


def _music(seconds: float) -> np.ndarray:
    """Chords that change every second, with a little noise: (sample,) float32 in [-1, 1]."""
    rng = np.random.default_rng(1)
    time_ = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    pitch = 220 * 2 ** (rng.integers(0, 12, round(seconds)) / 12)
    base = 2 * np.pi * np.cumsum(np.repeat(pitch, SAMPLE_RATE)) / SAMPLE_RATE
    chord = sum(np.sin(base * ratio) for ratio in (1, 1.25, 1.5, 2)) * 0.15
    beat = np.exp(-8 * (time_ % 0.5))
    samples: np.ndarray = (chord + 0.1 * beat * rng.standard_normal(len(time_))).astype(np.float32)
    return samples


def _measured(path: Path, model: Path | None) -> tuple[float, float]:
    one_thread = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
    )
    house = Path(__file__).parents[1]
    command = [sys.executable, __file__, "--measure", str(path)]
    command += ["--model", str(model)] if model else []
    environment = {**os.environ, **one_thread, "PYTHONPATH": str(house)}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    resident, data = done.stdout.split()
    return float(resident), float(data)


def _status(name: str) -> float:
    """A figure of this process in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("This system has no /proc/self/status.")


if __name__ == "__main__":
    sys.exit(main())
