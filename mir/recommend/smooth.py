"""The smoothest way of so many steps through points in order. Pure.

A step is as long as the chord between two unit vectors; of all ways that go from the first point to
the last over points in between, never back, the one is taken whose longest step is the shortest,
and among those the one with the least sum of squared steps. Both are found by dynamic
programming over the number of steps (R. Bellman, "Dynamic programming", 1957), in time that grows
with steps times points squared.
"""

import numpy as np
from numpy.typing import NDArray


def smoothest(points: NDArray[np.floating], steps: int) -> list[int]:
    """Positions of the `steps` + 1 points of the smoothest way from the first to the last.

    points: (n, d) of unit length, in the order in which they may be passed; steps: 1 to n - 1.
    Among equally smooth ways the one over earlier points is taken.
    """
    count = len(points)
    if not 1 <= steps < count:
        raise ValueError(f"{steps} steps do not lead over {count} points without a repeat")
    squares = np.maximum(0.0, 2.0 - 2.0 * (points @ points.T).astype(np.float64))
    squares[np.tril_indices(count)] = np.inf  # never back and never to the same
    longest = squares[0]
    for _ in range(steps - 1):
        longest = np.maximum(longest[:, None], squares).min(axis=0)
    squares[squares > longest[-1]] = np.inf

    sums = squares[0]
    came_from = []
    for _ in range(steps - 1):
        ways = sums[:, None] + squares
        came_from.append(ways.argmin(axis=0))
        sums = ways.min(axis=0)
    way = [count - 1]
    for before in reversed(came_from):
        way.append(int(before[way[-1]]))
    return [0, *reversed(way)]
