import dataclasses

import pytest
import torch
from torch import nn

from mir.errors import TrainingError
from mir.training.optimise import clip, make_optimizer, make_schedule
from mir.training.spec import TrainingSpec


def rates(spec: TrainingSpec, steps: int) -> list[float]:
    optimizer = make_optimizer(nn.Linear(2, 2), spec)
    schedule = make_schedule(optimizer, spec, steps)
    found = []
    for _ in range(steps):
        found.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        schedule.step()
    return found


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
@pytest.mark.parametrize("schedule", ["one-cycle", "cosine"])
def test_the_rate_rises_to_its_peak_and_falls_to_almost_nothing(
    optimizer: str, schedule: str
) -> None:
    spec = TrainingSpec(optimizer=optimizer, schedule=schedule, learning_rate=0.01, warm_up=0.2)
    found = rates(spec, 100)
    peak = found.index(max(found))
    assert max(found) == pytest.approx(0.01, rel=1e-3)
    assert 17 <= peak <= 20
    assert found[: peak + 1] == sorted(found[: peak + 1])
    assert found[peak:] == sorted(found[peak:], reverse=True)
    assert found[0] < 0.1 * 0.01
    assert found[-1] < 0.002 * 0.01


@pytest.mark.parametrize("schedule", ["one-cycle", "cosine"])
@pytest.mark.parametrize("steps", [1, 2, 3, 5])
def test_the_shortest_runs_have_a_schedule_too(schedule: str, steps: int) -> None:
    assert all(rate >= 0 for rate in rates(TrainingSpec(schedule=schedule), steps))


def test_each_optimizer_has_its_usual_peak() -> None:
    assert TrainingSpec().peak_rate == 3e-3
    assert TrainingSpec(optimizer="sgd").peak_rate == 0.05
    assert TrainingSpec(optimizer="sgd", learning_rate=0.2).peak_rate == 0.2


def test_sgd_is_nesterovs_and_decay_pulls_at_matrices_alone() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
    for name in ("adamw", "sgd"):
        spec = TrainingSpec(optimizer=name, weight_decay=0.1)
        matrices, vectors = make_optimizer(model, spec).param_groups
        assert matrices["weight_decay"] == 0.1
        assert all(p.ndim > 1 for p in matrices["params"])
        assert vectors["weight_decay"] == 0
        assert sum(len(group["params"]) for group in (matrices, vectors)) == 4
    assert make_optimizer(model, spec).param_groups[0]["nesterov"]


def test_gradients_are_clipped_to_a_norm() -> None:
    model = nn.Linear(2, 1, bias=False)
    model.weight.grad = torch.tensor([[30.0, 40.0]])
    clip(model, 5.0)
    assert torch.allclose(model.weight.grad, torch.tensor([[3.0, 4.0]]))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"epochs": 0}, "epochs is 0; it must be 1 or more"),
        ({"batch_size": 1}, "batch_size is 1"),
        ({"optimizer": "adam"}, "optimizer is adam; it must be adamw or sgd"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; it must be more than 0"),
        ({"schedule": "steps"}, "schedule is steps; it must be one-cycle or cosine"),
        ({"warm_up": 1.0}, "warm_up is 1.0"),
        ({"weight_decay": -0.1}, "weight_decay is -0.1"),
        ({"label_smoothing": 1.0}, "label_smoothing is 1.0"),
        ({"mixup": -1}, "mixup is -1"),
        ({"patience": 0}, "patience is 0"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_impossible_settings_are_refused(setting: dict[str, object], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        dataclasses.replace(TrainingSpec(), **setting)
