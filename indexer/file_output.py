"""Files that commands write beside what they print: whole or not at all, over none unasked."""

from pathlib import Path

import click

from mir.durable import write_whole
from mir.errors import InvalidQuery


def refuse_to_overwrite(path: Path, force: bool) -> None:
    """Raise UsageError where a file is there and may not be written over."""
    if path.exists() and not force:
        raise click.UsageError(f"{path} is there already; name another file, or add --force.")


def write_file(path: Path, content: bytes) -> None:
    """Write a file; InvalidQuery with the remedy where that cannot be."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise InvalidQuery(
            f"{path} cannot be written ({error.strerror}); free some space or name another file."
        ) from error
