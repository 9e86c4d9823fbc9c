"""The training loop in the order of thought: draw, hear, compare, correct; validate, keep the best.

Every step draws what it draws (the patches' shifts, augmentation, mixup, dropout) from a seed
made of the run's seed, the epoch and the step. So a run that is killed at any moment and goes on
from its checkpoint takes the very steps that an unbroken one takes.
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
from mir.training.state import Epoch, RunState, Step
from mir.training.validate import validate

SAVE_EVERY = 120.0  # seconds between checkpoints within an epoch


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A network with the weights of its best epoch, in evaluation mode."""

    network: MusicNetwork
    epochs: tuple[Epoch, ...]
    best: Epoch


def train(
    dataset: Dataset,
    shape: NetworkSpec,
    spec: TrainingSpec,
    device: Device,
    run: Path,
    *,
    initial: Weights | None = None,
    progress: Callable[[Step | Epoch], None] = lambda state: None,
    clock: Callable[[], float] = monotonic,
) -> Trained:
    """Train a network, or go on where the checkpoint in the folder `run` stands.

    initial: weights to start from instead of random ones. Writes `run/checkpoint.pt` every two
    minutes and after each epoch, and `run/best.pt`. Raises TrainingError when the checkpoint is of
    other settings, a side of the split is empty, or the loss is no number any more.
    """
    _require_music(dataset)
    torch.manual_seed(spec.seed)
    network = MusicNetwork(shape)
    network.start_from_priors(*map(torch.from_numpy, dataset.priors()))
    if initial is not None:
        start_from(network, initial)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster on CPUs
    objective = Objective(network, dataset, spec).to(device.place)
    optimizer = make_optimizer(objective, spec)
    steps = _steps_of_an_epoch(dataset, spec)
    schedule = make_schedule(optimizer, spec, steps * spec.epochs)
    augment = Augment(spec.augmentation)
    state = RunState()

    path, identity = run / "checkpoint.pt", _identity(dataset, shape, spec, initial)
    if path.exists():
        saved = checkpoint.load(path)
        _require_same(path, saved["identity"], identity)
        objective.load_state_dict(saved["objective"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        state = RunState.restored(saved["state"])
    began = clock() - state.seconds

    def save() -> float:
        state.seconds = clock() - began
        content = {
            "identity": identity,
            "objective": objective.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "state": state.plain(),
        }
        checkpoint.save(path, content)
        return clock()

    saved_at = clock()
    while len(state.epochs) < spec.epochs and not state.exhausted(spec.patience):
        number = len(state.epochs)  # from 0
        order = dataset.epoch(spec.seed, number)
        objective.train()
        while state.step < steps:
            first = state.step * spec.batch_size
            rng = _seeded(spec.seed, number, state.step)
            batch = dataset.batch(order[first : first + spec.batch_size], rng).to(device.place)
            frames = augment(batch.frames)  # (B, T, F)
            with device.autocast():
                losses = objective(batch, frames, spec.mixup)
            optimizer.zero_grad()
            losses["total"].backward()
            clip(objective)
            optimizer.step()
            schedule.step()

            state.add({name: loss.item() for name, loss in losses.items()})
            _require_number(state.means["total"], number, spec, run)
            taken, rate = number * steps + state.step, float(schedule.get_last_lr()[0])
            progress(
                Step(
                    number=taken,
                    of=steps * spec.epochs,
                    epoch=number + 1,
                    epochs=spec.epochs,
                    losses=state.means,
                    learning_rate=rate,
                    seconds=clock() - began,
                )
            )
            if clock() - saved_at > SAVE_EVERY:
                saved_at = save()

        epoch = Epoch(
            number=number + 1,
            of=spec.epochs,
            steps=(number + 1) * steps,
            losses=state.means,
            valid=validate(objective, dataset, device),
            seconds=clock() - began,
        )
        if state.close(epoch):
            best = {"identity": identity, "network": network.state_dict()}
            checkpoint.save(run / "best.pt", best)
        saved_at = save()
        progress(epoch)

    network.load_state_dict(checkpoint.load(run / "best.pt")["network"])
    return Trained(network.eval(), tuple(state.epochs), state.best)


def _seeded(*parts: int) -> np.random.Generator:
    """Seed torch with a number made of `parts`, and return numpy's generator of the same."""
    sequence = np.random.SeedSequence(parts)
    torch.manual_seed(int(sequence.generate_state(1, np.uint32)[0]))
    return np.random.default_rng(sequence)


def _steps_of_an_epoch(dataset: Dataset, spec: TrainingSpec) -> int:
    """Whole batches; TrainingError where there is not even one."""
    patches = len(dataset.epoch(spec.seed, 0))
    if patches < spec.batch_size:
        raise TrainingError(
            f"{patches} patches to train on are fewer than a batch of {spec.batch_size}; "
            "label more music or choose a smaller batch"
        )
    return patches // spec.batch_size


def _require_music(dataset: Dataset) -> None:
    train, valid = len(dataset.tracks("train")), len(dataset.tracks("valid"))
    if not train or not valid:
        raise TrainingError(
            f"{train} tracks to train on and {valid} to validate on: both sides need music; "
            "give labels of more artists or folders"
        )


def _require_number(loss: float, epoch: int, spec: TrainingSpec, run: Path) -> None:
    if not math.isfinite(loss):
        raise TrainingError(
            f"the loss is {loss} in epoch {epoch + 1}; remove {run / 'checkpoint.pt'} and choose a "
            f"learning rate below {spec.peak_rate:g}"
        )


def _identity(
    dataset: Dataset, shape: NetworkSpec, spec: TrainingSpec, initial: Weights | None
) -> dict[str, Any]:
    """What must be the same for a checkpoint to be gone on with."""
    return {
        **asdict(shape),
        "widths": list(shape.widths),
        **asdict(spec),
        "labels and music": dataset.digest,
        "init": initial.digest if initial else None,
    }


def _require_same(path: Path, saved: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    other = [f"{name} {saved.get(name)}" for name in wanted if saved.get(name) != wanted[name]]
    if other:
        raise TrainingError(
            f"{path} is of a run with other settings ({', '.join(other)}); "
            "choose another run folder, or remove this one"
        )
