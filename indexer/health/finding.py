"""What a look at one thing found, and what became of mending it."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question; `remedy` is empty where all is well."""

    name: str
    state: State
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Repair:
    """What became of one thing that was found amiss: what was done, or why nothing could be."""

    name: str
    done: bool
    text: str
