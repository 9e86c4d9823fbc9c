"""Numbers as columns hold them: what a column cannot hold counts as not known."""

import math


def integer(value: int | None) -> int | None:
    """Return the number, or None where no column holds it (tags may say anything)."""
    return int(value) if value is not None and -(2**31) <= value < 2**31 else None


def number(value: float | None) -> float | None:
    """Return the number as a plain float, or None where it is not finite."""
    return float(value) if value is not None and math.isfinite(value) else None
