"""Figures with their uncertainty: a value, how many cases it rests on, a 95 % interval.

Three intervals, and each figure says which it bears:

- `normal`, for the mean of a measure over queries: mean ± 1.96 standard errors, cut to the
  range of the measure. It takes the queries as independent; several by one artist are not
  quite, and then the true interval is somewhat wider.
- `wilson`, for a proportion of yes-or-no cases (E. B. Wilson, 1927): it holds for few
  cases and near 0 and 1, where the normal one would leave [0, 1] or shrink to nothing.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000

_Z = 1.959964  # standard deviations that hold 95 % of a normal distribution


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure: `value` within [`low`, `high`] at 95 %, from `n` cases, by `method`."""

    value: float
    low: float
    high: float
    n: int
    method: str  # "normal", "wilson" or "bootstrap"

    @property
    def margin(self) -> float:
        """Half the width of the interval: the number behind ±."""
        return (self.high - self.low) / 2

    def __str__(self) -> str:
        """Return `.508 ± .036`, the leading zero left out as tables of proportions do."""
        return f"{short(self.value)} ± {short(self.margin)}"


def mean(values: Sequence[float] | np.ndarray, *, low: float = 0.0, high: float = 1.0) -> Measured:
    """Mean of one value a query, with a normal interval cut to [low, high].

    values: (n,) finite numbers within [low, high], at least one. A single value says nothing
    about its spread: its interval is all of [low, high].
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or len(array) == 0:
        raise ValueError(
            f"values has shape {array.shape}; it must hold one number a query, and at least one. "
            "Did every query drop out?"
        )
    if not np.all(np.isfinite(array)):
        raise ValueError("values holds NaN or infinity; leave out queries without an answer")
    if array.min() < low or array.max() > high:
        raise ValueError(
            f"values reach from {array.min():g} to {array.max():g}, outside [{low:g}, {high:g}]. "
            "Are they percentages or counts?"
        )
    centre = float(array.mean())
    if len(array) == 1:
        return Measured(centre, low, high, 1, "normal")
    error = _Z * float(array.std(ddof=1)) / math.sqrt(len(array))
    return Measured(
        centre, max(low, centre - error), min(high, centre + error), len(array), "normal"
    )


def proportion(successes: int, n: int) -> Measured:
    """Return `successes` of `n` cases as a proportion with Wilson's interval."""
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(
            f"{successes} successes of {n} cases is no proportion. Are the arguments swapped?"
        )
    share, square = successes / n, _Z**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = _Z * math.sqrt(share * (1 - share) / n + square / (4 * n**2)) / (1 + square / n)
    # At 0 and n successes the bound is the value itself, but for the last bit of rounding.
    return Measured(
        share, min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half)), n, "wilson"
    )


def bootstrap(
    statistics: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    makers: Sequence[str],
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> tuple[Measured | None, ...]:
    """Intervals of statistics over items, by drawing the items' makers with repetition.

    statistics: gives (m,) numbers for positions of items, some of them repeated; NaN where one is
    undefined. makers: n names, "" where unknown, each of which is one of its own. Returns m
    figures; None where the statistic of all items is undefined. A bound never lies on the wrong
    side of the value, as percentiles of a biased statistic (a calibration error) otherwise may.
    """
    if len(makers) == 0:
        raise ValueError("there are no items to draw from. Could no file be heard?")
    known: dict[str, list[int]] = {}
    for position, maker in enumerate(makers):
        known.setdefault(maker or f"\0{position}", []).append(position)
    groups = [np.array(positions, np.int64) for positions in known.values()]
    values = statistics(np.arange(len(makers)))
    drawn = np.array(
        [
            statistics(
                np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups))])
            )
            for _ in range(resamples)
        ]
    )
    return tuple(
        _percentiles(float(value), column[np.isfinite(column)], len(makers))
        for value, column in zip(values, drawn.T, strict=True)
    )


def _percentiles(value: float, drawn: NDArray[np.float64], n: int) -> Measured | None:
    if not math.isfinite(value):
        return None
    low, high = np.percentile(drawn, [2.5, 97.5]) if len(drawn) else (value, value)
    return Measured(value, min(value, float(low)), max(value, float(high)), n, "bootstrap")


def short(value: float) -> str:
    """Return three decimals, the leading zero left out as tables of proportions do."""
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
