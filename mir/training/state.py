"""How far a run has come, and what it tells of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mir.training.validate import Validation


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
    losses: Mapping[str, float]  # means over the epoch
    valid: Validation
    seconds: float  # since the start of the run, as for a step


class RunState:
    """The epochs that are done, and how far the present one has come."""

    def __init__(self) -> None:
        """A run that has not begun."""
        self.epochs: list[Epoch] = []
        self.step = 0  # steps that are done of the present epoch
        self.sums: dict[str, float] = {}  # of the losses of these steps
        self.seconds = 0.0

    @property
    def best(self) -> Epoch:
        """The epoch with the highest figure; the later of equals."""
        return max(self.epochs, key=lambda epoch: (epoch.valid.figure, epoch.number))

    @property
    def means(self) -> dict[str, float]:
        """Losses of the present epoch so far."""
        return {name: total / self.step for name, total in self.sums.items()}

    def exhausted(self, patience: int | None) -> bool:
        """Whether the figure has not risen for `patience` epochs."""
        if patience is None or not self.epochs:
            return False
        return len(self.epochs) - self.best.number >= patience

    def add(self, losses: Mapping[str, float]) -> None:
        """Count a step with these losses."""
        self.step += 1
        for name, loss in losses.items():
            self.sums[name] = self.sums.get(name, 0.0) + loss

    def close(self, epoch: Epoch) -> bool:
        """End the present epoch; whether it is the best so far."""
        self.epochs.append(epoch)
        self.step, self.sums = 0, {}
        return self.best is epoch

    def plain(self) -> dict[str, Any]:
        """The state as a checkpoint holds it: numbers, texts, lists and dictionaries."""
        epochs = [asdict(epoch) for epoch in self.epochs]
        return {"epochs": epochs, "step": self.step, "sums": self.sums, "seconds": self.seconds}

    @classmethod
    def restored(cls, plain: Mapping[str, Any]) -> "RunState":
        """The state that `plain` was made of."""
        state = cls()
        state.epochs = [
            Epoch(**{**epoch, "valid": Validation(**epoch["valid"])}) for epoch in plain["epochs"]
        ]
        state.step, state.sums, state.seconds = plain["step"], plain["sums"], plain["seconds"]
        return state
