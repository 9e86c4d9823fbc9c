"""Argument types of ranges: years, tempi and lengths as `from-to`, either end open."""

from typing import Any

import click

from indexer.options import Length

_HALF = 0.5  # tempi are shown as whole numbers: `120` is what rounds to it


class _Range(click.ParamType):
    """Two values with a dash between them, None where the range is open; or one value."""

    example = ""

    def one(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value of one end, or fail."""
        raise NotImplementedError

    def alone(self, value: Any) -> tuple[Any, Any]:
        """Return the range that one value without a dash stands for."""
        return value, value

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Any, Any]:
        """Return first and last value."""
        if isinstance(value, tuple):
            return value
        written = [end.strip() for end in str(value).partition("-")[::2]]
        try:
            first, last = (self.one(end, param, ctx) if end else None for end in written)
        except ValueError:
            self.fail(f"{value!r} is no range of {self.name}; write {self.example}.", param, ctx)
        if "-" not in str(value) and first is not None:
            return self.alone(first)
        if first is None and last is None:
            self.fail(f"{value!r} names no {self.name}; write {self.example}.", param, ctx)
        if first is not None and last is not None and first > last:
            self.fail(f"{value!r} ends before it begins.", param, ctx)
        return first, last


class Years(_Range):
    """Years as `1990`, `1990-1999`, `1990-` or `-1999`."""

    name = "years"
    example = "1990 or 1990-1999"

    def one(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the year."""
        return int(text)


class Tempi(_Range):
    """Beats per minute as `90-110`, `90-`, `-110`, or `120`, which is 119.5 to 120.5."""

    name = "bpm"
    example = "120 or 90-110"

    def one(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the beats per minute."""
        return float(text)

    def alone(self, value: float) -> tuple[float, float]:
        """Return what rounds to the value."""
        return max(0.0, value - _HALF), value + _HALF


class Lengths(_Range):
    """Lengths of time as `2m-5m`, `20m-` or `-90s`, in seconds."""

    name = "lengths"
    example = "2m-5m, 20m- or -90s"

    def one(self, text: str, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds."""
        return Length().convert(text, param, ctx)

    def alone(self, value: float) -> tuple[float, float]:
        """Refuse one length: no track lasts exactly so long."""
        self.fail(f"{value:g} seconds is no range of lengths; write {self.example}.")
