"""The last report of each kind of evaluation, kept in the home for whoever wants to see it.

One file a kind, so that they stay few. It is the report as `Report.as_json` writes it, and when it
was made; nothing here needs what made it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mir.durable import write_whole
from mir.errors import SettingsError

FOLDER = "evaluations"
KINDS = ("similarity", "genre", "tags", "recommend")
_MOST_BYTES = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Kept:
    """A report as it was kept."""

    kind: str  # of `KINDS`
    made_at: datetime  # UTC
    report: Mapping[str, Any]  # as Report.as_json makes it


def keep(home: Path, kind: str, report: Mapping[str, Any], now: datetime) -> Path:
    """Keep a report in the place of the last one of its kind; return where.

    Raises:
        SettingsError: the home cannot be written.
    """
    path = home / FOLDER / f"{kind}.json"
    text = json.dumps({"made_at": now.isoformat(), "report": report}, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise SettingsError(
            f"The report cannot be kept in {path.parent} ({error.strerror}); make room, or choose "
            "another home with --home."
        ) from error
    return path


def kept(home: Path) -> tuple[Kept, ...]:
    """Return the reports that are kept in a home; what cannot be read is passed over."""
    found = (_read(home / FOLDER / f"{kind}.json", kind) for kind in KINDS)
    return tuple(report for report in found if report is not None)


def _read(path: Path, kind: str) -> Kept | None:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return None
        told = json.loads(path.read_bytes().decode("utf-8", "replace"))
        return Kept(kind, datetime.fromisoformat(told["made_at"]), dict(told["report"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
