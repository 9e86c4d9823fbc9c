"""Options and argument types that several commands share."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import click

from mir.durations import seconds_of
from mir.errors import InvalidQuery

P = ParamSpec("P")
R = TypeVar("R")

FOLDER = click.Path(path_type=Path)
MAX_COUNT = 500  # as mir.search allows


class Length(click.ParamType):
    """A length of time as `90` (seconds), `20s`, `30m`, `1h` or `1h30m`, in seconds."""

    name = "length"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the seconds."""
        if isinstance(value, float):
            return value
        try:
            return seconds_of(str(value))
        except InvalidQuery as error:
            self.fail(str(error), param, ctx)


class MemorySize(click.ParamType):
    """Memory as `800M` or `1.5G`, in bytes."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of bytes."""
        if isinstance(value, int):
            return value
        number, unit = str(value)[:-1], str(value)[-1:].upper()
        try:
            return round(float(number) * {"M": 1 << 20, "G": 1 << 30}[unit])
        except (ValueError, OverflowError, KeyError):
            self.fail(f"{value!r} is no size; write 800M or 2G.", param, ctx)


def home_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--home`."""
    return click.option(
        "--home",
        type=FOLDER,
        help="Where catalogue and index live (default: MIR_HOME, or the user's data folder).",
    )(command)


def json_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")(
        command
    )


def why_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--why`."""
    return click.option(
        "--why", "whole_why", is_flag=True, help="Print all reasons of each track, one a line."
    )(command)


def listener_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--listener`."""
    return click.option(
        "--listener",
        default="",
        metavar="NAME",
        help="Whose plays count (default: those of the listener without a name).",
    )(command)


def owner_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--listener`, for whose playlists there are."""
    return click.option(
        "--listener",
        default="",
        metavar="NAME",
        help="Whose playlist (default: that of the listener without a name).",
    )(command)


def count_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--count`."""
    return click.option(
        "--count",
        type=click.IntRange(1, MAX_COUNT),
        default=10,
        show_default=True,
        help="How many tracks to answer with.",
    )(command)


def page_options(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--limit` and `--offset`."""
    command = click.option(
        "--offset", type=click.IntRange(0), default=0, show_default=True, help="Rows to skip."
    )(command)
    return click.option(
        "--limit",
        type=click.IntRange(1, MAX_COUNT),
        default=50,
        show_default=True,
        help="Rows to show at most.",
    )(command)


def port_options(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--host` and `--port`."""
    command = click.option(
        "--port",
        type=click.IntRange(0, 65535),
        help="Port to serve on (0: any free one; default: MIR_PORT, 8080).",
    )(command)
    return click.option(
        "--host", help="Address to serve on (default: MIR_HOST, 127.0.0.1: this machine only)."
    )(command)


def jobs_option(command: Callable[P, R]) -> Callable[P, R]:
    """Add `--jobs`."""
    return click.option(
        "--jobs",
        type=click.IntRange(1, 256),
        help="Files analysed at once (default: MIR_JOBS, one for each core up to 8).",
    )(command)


def worker_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add how workers work and what bounds them; the command gets `workers` for the settings."""

    @click.option(
        "--thorough",
        is_flag=True,
        default=None,
        help="Hear tracks from end to end instead of at three places (default: MIR_THOROUGH).",
    )
    @jobs_option
    @click.option(
        "--max-memory",
        type=MemorySize(),
        help="For each of them, as 800M or 2G (default: MIR_MAX_MEMORY_MB, 1G).",
    )
    @click.option(
        "--nice",
        type=click.IntRange(0, 19),
        help="How far they let other programs go first (default: MIR_NICE, 0).",
    )
    @wraps(command)
    def with_workers(
        *args: Any,
        thorough: bool | None,
        jobs: int | None,
        max_memory: int | None,
        nice: int | None,
        **kwargs: Any,
    ) -> R:
        workers = {
            "thorough": thorough,
            "jobs": jobs,
            "max_memory_bytes": max_memory,
            "nice": nice,
        }
        return command(*args, workers=workers, **kwargs)

    return with_workers
