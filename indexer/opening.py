"""Opens the engine for a command and closes it again; hands the environment to the settings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mir.engine import Engine
    from mir.settings import Settings


def settings_for(home: Path | None, **overrides: object) -> "Settings":
    """Read the settings from the environment; `home` and whatever is not None wins over it."""
    from mir.settings import load_settings

    given = {name: value for name, value in overrides.items() if value is not None}
    return load_settings(os.environ, home=home, **given)


@contextmanager
def opened(home: Path | None, **overrides: object) -> "Iterator[Engine]":
    """Open the engine at `home` (None: as the environment says) and close it at the end."""
    from mir.engine import open_engine

    engine = open_engine(settings_for(home, **overrides))
    try:
        yield engine
    finally:
        engine.close()
