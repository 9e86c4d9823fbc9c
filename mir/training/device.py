"""Where the numbers are crunched: CPU or CUDA, how many threads, float32 or bfloat16."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from mir.errors import TrainingError
from mir.training.spec import Machine

DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True, slots=True)
class Device:
    """A machine's choices, made."""

    place: torch.device
    bf16: bool

    def autocast(self) -> torch.autocast:
        """Inside it matrix products and convolutions are computed in bfloat16, if wanted."""
        return torch.autocast(self.place.type, torch.bfloat16, enabled=self.bf16)


@contextmanager
def on_machine(machine: Machine) -> Iterator[Device]:
    """Choose a device; set threads and determinism, and leave torch as it was found.

    On a CPU the same seed then gives the same bits, with the same number of threads; on CUDA up to
    the order of sums. TrainingError where the device is not there.
    """
    device = torch.device(_choose(machine.device))
    bf16 = device.type == "cuda" if machine.bf16 is None else machine.bf16
    threads = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[device.index or 0] if device.type == "cuda" else []):
        torch.set_num_threads(machine.threads)
        # CUDA's own products are deterministic only with a variable set before it starts.
        torch.use_deterministic_algorithms(device.type == "cpu")
        try:
            yield Device(device, bf16)
        finally:
            torch.use_deterministic_algorithms(deterministic)
            torch.set_num_threads(threads)


def _choose(name: str) -> str:
    if name not in DEVICES:
        raise TrainingError(f"device is {name!r}; it must be {', '.join(DEVICES)}")
    there = torch.cuda.is_available()
    if name == "cuda" and not there:
        raise TrainingError("torch sees no CUDA device here; use the device cpu or auto")
    return "cuda" if there and name == "auto" else name.replace("auto", "cpu")
