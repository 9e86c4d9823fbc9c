"""The optimizer and the schedule of its learning rate."""

import math

import torch
from torch import nn
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR

from mir.training.spec import TrainingSpec

_MOMENTUM = 0.9


def make_optimizer(model: nn.Module, spec: TrainingSpec) -> Optimizer:
    """AdamW (Loshchilov and Hutter 2019), or SGD with Nesterov's momentum.

    Weight decay pulls at matrices and kernels; biases and norms have no size to be kept small.
    """
    parameters = list(model.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": spec.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if spec.optimizer == "sgd":
        return SGD(groups, spec.peak_rate, momentum=_MOMENTUM, nesterov=True)
    return AdamW(groups, spec.peak_rate)


def make_schedule(optimizer: Optimizer, spec: TrainingSpec, steps: int) -> LRScheduler:
    """The rate over all `steps` of a run.

    "one-cycle" (Smith and Topin 2018) rises to the peak and falls far below its start, while
    momentum does the opposite; "cosine" rises linearly and falls to nothing in half a cosine.
    """
    if spec.schedule == "one-cycle":
        # More than one step of rising: torch divides by one less than their number.
        share = min(0.9, max(spec.warm_up, 1.5 / steps))
        return OneCycleLR(optimizer, spec.peak_rate, total_steps=steps, pct_start=share)
    warm = max(1, round(spec.warm_up * steps))

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.5 + 0.5 * math.cos(math.pi * (step - warm) / max(1, steps - warm))

    return LambdaLR(optimizer, factor)


def clip(model: nn.Module, largest: float = 5.0) -> None:
    """Scale all gradients down so that their norm is at most `largest`."""
    torch.nn.utils.clip_grad_norm_(model.parameters(), largest)
