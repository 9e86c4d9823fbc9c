"""Folders that lie elsewhere, as commands take them: `/old=/new`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

R = TypeVar("R")


class Mapping(click.ParamType):
    """Two absolute folders as `/old=/new`."""

    name = "mapping"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Path, Path]:
        """Return the two folders."""
        if isinstance(value, tuple):
            return value
        text = str(value)
        if not text.startswith("/") or text.count("=/") != 1:
            self.fail(f"{text!r} names no two absolute folders; write /old=/new.", param, ctx)
        old, _, new = text.partition("=/")
        return Path(old), Path(f"/{new}")


def map_option(meaning: str) -> Callable[[Callable[..., R]], Callable[..., R]]:
    """Add `--map OLD=NEW`, with that meaning; the command gets the pairs as `mappings`."""
    return click.option(
        "--map", "mappings", type=Mapping(), multiple=True, metavar="OLD=NEW", help=meaning
    )
