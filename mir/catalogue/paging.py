"""A part of a long list, with the length of the whole."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from mir.errors import InvalidQuery

Item = TypeVar("Item")

MOST = 1_000  # items in one page


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """The items asked for, and how many there are in all."""

    items: tuple[Item, ...]
    total: int


def check_page(offset: int, limit: int) -> None:
    """Raise InvalidQuery unless 0 <= offset and 1 <= limit <= `MOST`."""
    if not 0 <= offset < 2**63:
        raise InvalidQuery(f"The offset {offset} is out of range; begin at 0.")
    if not 1 <= limit <= MOST:
        raise InvalidQuery(f"The limit {limit} is out of range; ask for 1 to {MOST} at a time.")
