"""Trains in a process of its own, for tests that kill it: `python -m … DATA RUN`.

Prints a line a step, so that whoever starts it can choose when to kill.
"""

import sys
from pathlib import Path

from mir.training import loop
from mir.training.material import gather
from mir.training.pipeline import train_model
from mir.training.state import Epoch, Step
from tests.small_network import ONE_THREAD, SHAPE, SPEC

if __name__ == "__main__":
    data, run = Path(sys.argv[1]), Path(sys.argv[2])
    loop.SAVE_EVERY = 0.0  # after every step

    def tell(state: Step | Epoch) -> None:
        print(f"{type(state).__name__} {state.number}", flush=True)

    material = gather(data, ["folders"], None, cache=run.parent / "cache")
    train_model(material, run, network=SHAPE, training=SPEC, machine=ONE_THREAD, progress=tell)
