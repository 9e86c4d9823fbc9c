"""Lengths of time as people write them."""

import math
import re

from mir.errors import InvalidQuery

_WRITTEN = re.compile(r"(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9}(?:\.\d{1,9})?)s?)?", re.ASCII)


def clock(seconds: float) -> str:
    """A length, 3:07 or 1:02:03 from an hour on: to the nearest second."""
    return moment(round(seconds))


def moment(seconds: float) -> str:
    """A moment of a recording, 1:12 or 1:01:12: the whole second in which it lies."""
    minutes, second = divmod(math.floor(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{second:02}" if hours else f"{minutes}:{second:02}"


def seconds_of(text: str) -> float:
    """Seconds of `90`, `20s`, `30m`, `1h` or `1h30m`; InvalidQuery for anything else."""
    found = _WRITTEN.fullmatch(text.strip().lower())
    parts = found.groups() if found else (None,)
    if not any(parts):
        raise InvalidQuery(f"{text!r} is no length of time; write 90, 20s, 30m or 1h30m.")
    hours, minutes, seconds = (float(part or 0) for part in parts)
    return 3600 * hours + 60 * minutes + seconds
