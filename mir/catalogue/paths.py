"""Paths as bytes and back, and as text that can be shown."""

import os
from pathlib import Path


def stored(path: Path) -> bytes:
    """Return the bytes by which the file system knows the path."""
    return os.fsencode(path)


def restored(raw: bytes) -> Path:
    """Return the path of these bytes; what is not UTF-8 stands as surrogates (PEP 383)."""
    return Path(os.fsdecode(raw))


def shown(path: Path) -> str:
    """Return the path as text fit to be stored and printed, odd bytes as U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace").replace("\0", "")
