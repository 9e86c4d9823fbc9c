"""Moments as people write them: a day, a moment, or how long ago."""

import re
from datetime import UTC, datetime, timedelta

from mir.errors import InvalidQuery

_AGO = re.compile(r"(\d{1,5})\s*([hdwmy])", re.IGNORECASE)
_UNITS = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
    "y": timedelta(days=365),
}


def read_moment(text: str, now: datetime) -> datetime:
    """Return the moment in UTC: 2026-03-01, 2026-03-01T12:00, or 12h, 30d, 4w, 6m, 1y before now.

    A month has 30 days here and a year 365; what names no time zone is in UTC. An age counts from
    the full minute, so that who asks twice within one asks the same.

    Raises:
        InvalidQuery: it names no moment.
    """
    written = text.strip()
    try:
        if ago := _AGO.fullmatch(written):
            minute = now.astimezone(UTC).replace(second=0, microsecond=0)
            return minute - int(ago[1]) * _UNITS[ago[2].lower()]
        moment = datetime.fromisoformat(written)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidQuery(
            f"{text!r} is no moment; write a day as 2026-03-01, or an age as 30d."
        ) from None
