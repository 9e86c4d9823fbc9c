"""Figures with their uncertainty: a value, how many cases it rests on, a 95 % interval.

Two intervals, and each figure says which it bears:

- `normal`, for the mean of a measure over queries: mean ± 1.96 standard errors, cut to the
  range of the measure. It takes the queries as independent; several by one artist are not
  quite, and then the true interval is somewhat wider.
- `wilson`, for a proportion of yes-or-no cases (E. B. Wilson, 1927): it holds for few
  cases and near 0 and 1, where the normal one would leave [0, 1] or shrink to nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_Z = 1.959964  # standard deviations that hold 95 % of a normal distribution


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure: `value` within [`low`, `high`] at 95 %, from `n` cases, by `method`."""

    value: float
    low: float
    high: float
    n: int
    method: str  # "normal" or "wilson"

    @property
    def margin(self) -> float:
        """Half the width of the interval: the number behind ±."""
        return (self.high - self.low) / 2

    def __str__(self) -> str:
        """Return `.508 ± .036`, the leading zero left out as tables of proportions do."""
        return f"{_short(self.value)} ± {_short(self.margin)}"


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


def _short(value: float) -> str:
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
