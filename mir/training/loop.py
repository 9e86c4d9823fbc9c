"""The training loop: epochs over a dataset, validated by retrieval, resumed after a kill."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic

import numpy as np
import torch

from mir.errors import TrainingError
from mir.model.labels import GENRES
from mir.model.network import MusicCNN, NetworkSpec
from mir.training.augment import Augment
from mir.training.dataset import Dataset
from mir.training.objective import Objective
from mir.training.validate import Validation, validate


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """How to train; together with data, labels and machine it determines the weights."""

    epochs: int = 14
    batch_size: int = 64
    learning_rate: float = 3e-3  # at its peak
    weight_decay: float = 0.02
    mixup: float = 0.3
    warm_up: float = 0.1  # share of all steps
    seed: int = 1
    threads: int = 2


@dataclass(frozen=True, slots=True)
class Epoch:
    """How one epoch went; what a progress callback is given."""

    number: int
    of: int
    step: int
    steps: int
    losses: dict[str, float]
    validation: Validation | None  # at the end of an epoch
    seconds: float  # since the start of the run


def train(
    dataset: Dataset,
    spec: TrainingSpec,
    run: Path,
    progress: Callable[[Epoch], None] = lambda epoch: None,
) -> MusicCNN:
    """Train a network from scratch, or go on where the checkpoint in the folder `run` stands.

    Writes `run/checkpoint.pt` after every epoch. Raises TrainingError when the checkpoint
    belongs to other settings or one side of the split is empty.
    """
    stretches, held_out = dataset.on("train"), dataset.on("valid")
    if not stretches or not held_out:
        raise TrainingError(
            f"{len(stretches)} stretches to train on and {len(held_out)} to validate on: both "
            "sides need music; give labels of more artists or folders"
        )
    torch.set_num_threads(spec.threads)
    torch.manual_seed(spec.seed)
    first = next(dataset.batches(held_out, 1, None))
    network = MusicCNN(
        NetworkSpec(genres=len(GENRES), tags=first.tags.shape[1], n_mels=first.frames.shape[2])
    )
    tag_priors, genre_priors = dataset.priors()
    network.start_from_priors(torch.from_numpy(tag_priors), torch.from_numpy(genre_priors))
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # faster on CPUs
    objective = Objective(network, first.features.shape[1], len(dataset.sublabels))
    optimizer = torch.optim.AdamW(
        objective.parameters(), lr=spec.learning_rate, weight_decay=spec.weight_decay
    )
    steps = _steps(dataset, spec)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, spec.learning_rate, total_steps=steps * spec.epochs, pct_start=spec.warm_up
    )
    checkpoint = run / "checkpoint.pt"
    done = _resume(checkpoint, spec, objective, optimizer, schedule)
    augment, started = Augment(), monotonic()
    for number in range(done, spec.epochs):
        # Each epoch has its own seed, so that a resumed run draws what an unbroken one draws.
        torch.manual_seed(spec.seed * 1000 + number)
        rng = np.random.default_rng([spec.seed, number])
        objective.train()
        sums: dict[str, float] = {}
        for step, batch in enumerate(dataset.batches(stretches, spec.batch_size, rng), 1):
            losses = objective(batch, augment(torch.from_numpy(batch.frames)), spec.mixup)
            optimizer.zero_grad()
            losses["total"].backward()
            torch.nn.utils.clip_grad_norm_(objective.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            for name, loss in losses.items():
                sums[name] = sums.get(name, 0.0) + loss.item()
            means = {name: total / step for name, total in sums.items()}
            if step < steps:
                elapsed = monotonic() - started
                progress(Epoch(number + 1, spec.epochs, step, steps, means, None, elapsed))
        found = validate(objective, dataset)
        run.mkdir(parents=True, exist_ok=True)
        _save(checkpoint, spec, number + 1, objective, optimizer, schedule)
        elapsed = monotonic() - started
        progress(Epoch(number + 1, spec.epochs, steps, steps, means, found, elapsed))
    return network.eval()


def _steps(dataset: Dataset, spec: TrainingSpec) -> int:
    """Batches in an epoch; TrainingError where there is not even one."""
    places = sum(len(s.rows) * (2 if dataset.human(s.file) else 1) for s in dataset.on("train"))
    if places < spec.batch_size:
        raise TrainingError(
            f"{places} labelled patches are fewer than a batch of {spec.batch_size}; "
            "label more music or choose a smaller batch"
        )
    return places // spec.batch_size


def _save(
    path: Path,
    spec: TrainingSpec,
    epoch: int,
    objective: Objective,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> None:
    temporary = path.with_suffix(".part")
    torch.save(
        {
            "spec": asdict(spec),
            "epoch": epoch,
            "objective": objective.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
        },
        temporary,
    )
    temporary.replace(path)


def _resume(
    path: Path,
    spec: TrainingSpec,
    objective: Objective,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    """Load a checkpoint if there is one; the number of epochs that are done."""
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    if {**state["spec"], "threads": spec.threads} != asdict(spec):
        raise TrainingError(
            f"{path} is of a run with other settings ({state['spec']}); choose another folder "
            "or remove it"
        )
    objective.load_state_dict(state["objective"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["epoch"])
