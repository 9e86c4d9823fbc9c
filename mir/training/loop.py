"""The training loop, in the order of thought: draw, hear, compare, correct; validate; keep the best.

Every step draws what it draws (order of the patches, their shifts, augmentation, mixup,
dropout) from a seed made of the run's seed, the epoch and the step. So a run that is killed
at any moment and goes on from its checkpoint takes the very steps that an unbroken one takes.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import torch

from mir.errors import TrainingError
from mir.model.network import MusicNetwork, NetworkSpec
from mir.training import checkpoint
from mir.training.augment import Augment
from mir.training.dataset import Dataset
from mir.training.device import Device
from mir.training.initial import Weights, start_from
from mir.training.objective import Objective
from mir.training.optimise import clip, make_optimizer, make_schedule
from mir.training.spec import TrainingSpec
from mir.training.validate import Validation, validate

SAVE_EVERY = 180.0  # seconds between checkpoints within an epoch


@dataclass(frozen=True, slots=True)
class Step:
    """Where a run stands, after each step."""

    number: int  # of all steps of the run, from 1
    of: int
    epoch: int  # from 1
    epochs: int
    losses: Mapping[str, float]  # means over the epoch so far, by term, and their "total"
    learning_rate: float
    seconds: float  # that the run has taken, those before an interruption included


@dataclass(frozen=True, slots=True)
class Epoch:
    """How one epoch went."""

    number: int  # from 1
    of: int
    steps: int  # that the run has taken by its end
    losses: Mapping[str, float]  # on the train side
    valid: Validation
    learning_rate: float  # at its end
    seconds: float  # since the start of the run


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A network with the weights of its best epoch, in evaluation mode."""

    network: MusicNetwork
    epochs: tuple[Epoch, ...]
    best: Epoch


def train(
    dataset: Dataset,
    network_spec: NetworkSpec,
    spec: TrainingSpec,
    device: Device,
    run: Path,
    *,
    initial: Weights | None = None,
    progress: Callable[[Step | Epoch], None] = lambda state: None,
    clock: Callable[[], float] = monotonic,
) -> Trained:
    """Train a network, or go on where the checkpoint in the folder `run` stands.

    initial: weights to start from instead of random ones. Writes `run/checkpoint.pt` every few
    minutes and after each epoch, and `run/best.pt`. Raises TrainingError when the checkpoint is of
    other settings, a side of the split is empty, or the loss is no number any more.
    """
    _require_music(dataset)
    torch.manual_seed(spec.seed)
    network = MusicNetwork(network_spec)
    network.start_from_priors(*map(torch.from_numpy, dataset.priors()))
    if initial is not None:
        start_from(network, initial)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster on CPUs
    objective = Objective(network, dataset, spec).to(device.torch)
    optimizer = make_optimizer(objective, spec)
    steps = _steps(dataset, spec)
    schedule = make_schedule(optimizer, spec, steps * spec.epochs)
    augment = Augment(spec.augmentation)

    identity = _identity(dataset, network_spec, spec, initial)
    run_state = _State()
    if (run / "checkpoint.pt").exists():
        saved = checkpoint.load(run / "checkpoint.pt")
        _require_same(run / "checkpoint.pt", saved["identity"], identity)
        objective.load_state_dict(saved["objective"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        run_state = _State.restored(saved["state"])
    began = saved_at = clock() - run_state.seconds

    def save() -> None:
        run_state.seconds = clock() - began
        state = {
            "identity": identity,
            "objective": objective.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "state": run_state.plain(),
        }
        checkpoint.save(run / "checkpoint.pt", state)

    saved_at = clock()
    while len(run_state.epochs) < spec.epochs and not run_state.exhausted(spec.patience):
        number = len(run_state.epochs)
        order = dataset.epoch(spec.seed, number)
        objective.train()
        for step in range(run_state.step, steps):
            rng = _seed(spec.seed, number, step)
            places = order[step * spec.batch_size : (step + 1) * spec.batch_size]
            batch = dataset.batch(places, rng).to(device.torch)
            frames = augment(batch.frames)  # (B, T, F)
            with device.autocast():
                losses = objective(batch, frames, spec.mixup)
            optimizer.zero_grad()
            losses["total"].backward()
            clip(objective)
            optimizer.step()
            schedule.step()

            means = run_state.add({name: loss.item() for name, loss in losses.items()})
            rate = schedule.get_last_lr()[0]
            if not math.isfinite(means["total"]):
                raise TrainingError(
                    f"the loss is {means['total']} in epoch {number + 1}, step {step + 1}; "
                    f"remove {run} and try a learning rate below {spec.peak_rate:g}"
                )
            taken, elapsed = number * steps + step + 1, clock() - began
            total = steps * spec.epochs
            progress(Step(taken, total, number + 1, spec.epochs, means, rate, elapsed))
            if clock() - saved_at > SAVE_EVERY:
                save()
                saved_at = clock()

        valid = validate(objective, dataset, device)
        means, rate, taken = run_state.means(), schedule.get_last_lr()[0], (number + 1) * steps
        epoch = Epoch(number + 1, spec.epochs, taken, means, valid, rate, clock() - began)
        if run_state.close(epoch):
            checkpoint.save(run / "best.pt", {"identity": identity, "network": network.state_dict()})
        save()
        saved_at = clock()
        progress(epoch)

    network.load_state_dict(checkpoint.load(run / "best.pt")["network"])
    return Trained(network.eval(), tuple(run_state.epochs), run_state.best)


class _State:
    """How far a run has come."""

    def __init__(self) -> None:
        self.epochs: list[Epoch] = []
        self.step = 0  # steps that are done of the present epoch
        self.sums: dict[str, float] = {}  # of the losses of these steps
        self.seconds = 0.0

    @property
    def best(self) -> Epoch:
        """The epoch with the highest figure; the later of equals."""
        return max(self.epochs, key=lambda epoch: (epoch.valid.figure, epoch.number))

    def exhausted(self, patience: int | None) -> bool:
        """Whether the figure has not risen for `patience` epochs."""
        if patience is None or not self.epochs:
            return False
        return len(self.epochs) - self.best.number >= patience

    def add(self, losses: Mapping[str, float]) -> dict[str, float]:
        self.step += 1
        for name, loss in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + loss
        return self.means()

    def means(self) -> dict[str, float]:
        return {name: total / self.step for name, total in self.sums.items()}

    def close(self, epoch: Epoch) -> bool:
        """End an epoch; whether it is the best so far."""
        self.epochs.append(epoch)
        self.step, self.sums = 0, {}
        return self.best is epoch

    def plain(self) -> dict[str, Any]:
        """As a checkpoint holds it."""
        epochs = [asdict(epoch) for epoch in self.epochs]
        return {"epochs": epochs, "step": self.step, "sums": self.sums, "seconds": self.seconds}

    @classmethod
    def restored(cls, plain: Mapping[str, Any]) -> "_State":
        state = cls()
        state.epochs = [
            Epoch(**{**epoch, "valid": Validation(**epoch["valid"])}) for epoch in plain["epochs"]
        ]
        state.step, state.sums, state.seconds = plain["step"], plain["sums"], plain["seconds"]
        return state


def _seed(*parts: int) -> np.random.Generator:
    """Seed torch with a number of its own for these parts; numpy's generator for the same."""
    sequence = np.random.SeedSequence(parts)
    torch.manual_seed(int(sequence.generate_state(1, np.uint32)[0]))
    return np.random.default_rng(sequence)


def _require_music(dataset: Dataset) -> None:
    train, valid = len(dataset.tracks("train")), len(dataset.tracks("valid"))
    if not train or not valid:
        raise TrainingError(
            f"{train} tracks to train on and {valid} to validate on: both sides need music; "
            "give labels of more artists or folders"
        )


def _steps(dataset: Dataset, spec: TrainingSpec) -> int:
    """Batches in an epoch; TrainingError where there is not even one."""
    patches = len(dataset.epoch(spec.seed, 0))
    if patches < spec.batch_size:
        raise TrainingError(
            f"{patches} patches to train on are fewer than a batch of {spec.batch_size}; "
            "label more music or choose a smaller batch"
        )
    return patches // spec.batch_size


def _identity(
    dataset: Dataset, network: NetworkSpec, spec: TrainingSpec, initial: Weights | None
) -> dict[str, Any]:
    """What must be the same for a checkpoint to be gone on with."""
    return {
        **_listed(asdict(network)),
        **_listed(asdict(spec)),
        "music and labels": dataset.digest,
        "init": initial.digest if initial else None,
    }


def _listed(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {n: list(v) if isinstance(v, tuple) else v for n, v in settings.items()}


def _require_same(path: Path, saved: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    other = [f"{name} {saved.get(name)}" for name in wanted if saved.get(name) != wanted[name]]
    if other:
        raise TrainingError(
            f"{path} is of a run with other settings ({', '.join(other)}); "
            "choose another run folder, or remove this one"
        )
