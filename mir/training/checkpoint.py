"""Checkpoints: all that a killed run needs to go on as if nothing had happened.

There is no random state in them: every step draws from a seed of its own (`mir.training.loop`), so
its number says it all. They are read with `weights_only`, which builds tensors, numbers, texts and
containers and runs no code.
"""

import os
import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from mir.errors import TrainingError

FORMAT = 2
# What torch.load raises for a file that is none of its own.
_DAMAGED = (RuntimeError, EOFError, KeyError, TypeError, ValueError, pickle.UnpicklingError)


def save(path: Path, state: Mapping[str, Any]) -> None:
    """Write `state` so that a kill or a power cut leaves the old file or the new one, never half.

    Raises TrainingError where it cannot be written.
    """
    temporary = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as out:
            torch.save({**state, "format": FORMAT}, out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(path)
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be written: {error.strerror}; make room or choose another run folder"
        ) from error


def load(path: Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU; TrainingError where it is damaged or none of ours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a file that is then refused
            state = torch.load(path, map_location="cpu", weights_only=True)
        found = state["format"]
    except OSError as error:
        raise TrainingError(
            f"{path} cannot be read: {error.strerror}; name another file"
        ) from error
    except _DAMAGED as error:
        raise TrainingError(
            f"{path} is no checkpoint of this program, or damaged; remove it to begin anew"
        ) from error
    if found != FORMAT:
        raise TrainingError(
            f"{path} has format {found} and this program reads {FORMAT}; remove it to begin anew"
        )
    return dict(state)
