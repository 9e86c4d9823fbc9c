"""Files that a killed run left half written: nothing reads them, and nothing takes them away."""

import time
from collections.abc import Callable
from pathlib import Path

from indexer.health.finding import Finding
from indexer.printing import bytes_shown
from mir.settings import Settings

STALE_SECONDS = 3600.0  # younger ones may be being written


def leftovers(settings: Settings) -> Finding:
    """Whether half-written files lie about in the home."""
    found = stale_files(settings)
    if not found:
        return Finding("leftovers", "ok", "none")
    size = bytes_shown(sum(path.stat().st_size for path in found))
    text = f"{len(found)} half-written files of killed runs ({size})"
    return Finding("leftovers", "warning", text, "run `mir doctor --repair`")


def stale_files(settings: Settings, now: Callable[[], float] = time.time) -> tuple[Path, ...]:
    """Return the half-written files that nobody can be writing any more."""
    candidates = [
        *settings.index_dir.glob("*.tmp"),
        *settings.models_dir.glob("*.part"),
        settings.home / ".doctor",
    ]
    return tuple(
        path
        for path in sorted(candidates)
        if path.is_file() and now() - path.stat().st_mtime > STALE_SECONDS
    )
