"""One list from several: centres by their share, some tracks to explore, a time to fill. Pure."""

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def interleaved(lists: Sequence[Sequence[Item]], shares: Sequence[float]) -> list[Item]:
    """All items, so that every beginning of the list holds each list by its share (sum 1).

    Within a list the order stays. A list that is used up leaves its places to the others.
    """
    mixed: list[Item] = []
    taken = [0] * len(lists)
    for place in range(1, sum(map(len, lists)) + 1):
        open_ = [k for k in range(len(lists)) if taken[k] < len(lists[k])]
        k = max(open_, key=lambda k: (shares[k] * place - taken[k], -k))
        mixed.append(lists[k][taken[k]])
        taken[k] += 1
    return mixed


def strewn(items: Sequence[Item], among: Sequence[Item], places: int) -> list[Item]:
    """`items` evenly strewn among the first `places` of a list that holds the others as well."""
    mixed = list(among)
    for number, item in enumerate(items):
        mixed.insert((2 * number + 1) * places // (2 * len(items)), item)
    return mixed


def filled(items: Sequence[Item], length: Callable[[Item], float], seconds: float) -> list[Item]:
    """Those items, in their order, that fit one after the other into a time in seconds.

    What is left of the time is shorter than each of the items that were not taken.
    """
    taken: list[Item] = []
    left = seconds
    for item in items:
        if length(item) <= left:
            taken.append(item)
            left -= length(item)
    return taken
