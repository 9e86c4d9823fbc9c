"""Which architecture hears better, and at what cost: `cnn` beside `crnn`, in one run.

    python benchmarks/architectures.py DATA LABELS [--epochs 12] [--width 0.5] [--run FOLDER]

Trains both on the same labelled music with the same settings, so for the same number of steps,
and prints for each: what it reaches on the test artists, the seconds of one core that ONNX Runtime
takes for 60 seconds of audio (spectrogram to vector), and those that a training step takes.
The last row is the ratio crnn to cnn. LABELS is as for `mir train`. The decoded music and the
checkpoints are kept in the folder, so that an interrupted run goes on.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from mir.features.mel import FeatureSpec
from mir.model.embedder import Embedder
from mir.model.network import ARCHITECTURES, NetworkSpec, scaled
from mir.training.material import Material, gather
from mir.training.pipeline import TrainingReport, train_model
from mir.training.spec import Machine, TrainingSpec

SECONDS = 60
ROUNDS = 15


def cost(model: Path) -> float:
    """Seconds of one core for 60 seconds of audio, as three passages; the median of some rounds."""
    spec, rng = FeatureSpec(), np.random.default_rng(0)
    frames = round(SECONDS / 3 * spec.frame_rate)
    mels = [rng.random((frames, spec.n_mels), np.float32) for _ in range(3)]
    embedder = Embedder.load(model)
    embedder.hear(mels)
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        embedder.hear(mels)
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def trained(material: Material, arch: str, run: Path, arguments: argparse.Namespace) -> list[float]:
    """Print a row of the table; what it costs: seconds of use, megabytes, seconds of a step."""
    shape = NetworkSpec(arch=arch, widths=scaled(NetworkSpec().widths, arguments.width))
    start = time.process_time()
    report: TrainingReport = train_model(
        material,
        run / arch,
        network=shape,
        training=TrainingSpec(epochs=arguments.epochs, seed=arguments.seed),
        machine=Machine(device="cpu", threads=arguments.threads),
        out=run / f"{arch}.onnx",
    )
    assert report.test is not None, "give labels with a test side"
    # Of all threads; too little where an interrupted run was gone on with.
    step = (time.process_time() - start) / report.epochs[-1].steps
    seconds, size = cost(run / f"{arch}.onnx"), (run / f"{arch}.onnx").stat().st_size / 1e6
    test = report.test
    print(
        f"| {arch} | {test.accuracy} | {test.macro_f1:.3f} | {test.precision} | "
        f"{1000 * seconds:.0f} ms | {size:.1f} MB | {1000 * step:.0f} ms |",
        flush=True,
    )
    return [seconds, size, step]


def main() -> None:
    """Train both, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("labels")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--run", type=Path, help="keeps music and checkpoints; default: nowhere")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        run = arguments.run or Path(temporary)
        material = gather(
            arguments.data, [arguments.labels], None, cache=run / "cache", seed=arguments.seed
        )
        tested = sum(side == "test" for side in material.sides.values())
        print(f"{len(material.sides)} tracks, {tested} of them tested\n")
        print("| | accuracy | macro F1 | P@10 | 60 s of audio | file | step |")
        print("|---|---|---|---|---|---|---|", flush=True)
        cnn, crnn = (trained(material, arch, run, arguments) for arch in ARCHITECTURES)
        ratios = " | ".join(f"{b / a:.2f}" for a, b in zip(cnn, crnn, strict=True))
        print(f"| ratio | | | | {ratios} |")


if __name__ == "__main__":
    main()
