"""Where in a recording the stretches lie that are heard, and so the passages that are stored.

A file is heard at three places of 18 seconds, or as a whole when it is no longer than that or when
that is asked for; a clip always as a whole. What is heard as a whole is cut into equal passages.
Only how many passages there are is stored, so where they lie is told from the length.
"""

import math

from mir.analysis import Span

PASSAGE_SECONDS = 18.0
PASSAGES = 3  # of a file; together they bound what indexing costs, however long it is

_TOLERANCE = 0.5  # seconds by which a length may be off, see mir.listen


def plan_spans(seconds: float | None, passages: int = PASSAGES) -> list[Span]:
    """Where to listen in a file that claims to last `seconds` (None: it does not say).

    Up to 18 s for each of the `passages` (54 s for three): all of it, in equal passages of up to
    18 s. Longer: the middle 18 s of each equal part. Unknown: as much from the start.
    """
    most = passages * PASSAGE_SECONDS
    if seconds is None:
        seconds = most
    if seconds <= most:
        return split(seconds)
    part = seconds / passages
    return [
        Span((index + 0.5) * part - PASSAGE_SECONDS / 2, PASSAGE_SECONDS)
        for index in range(passages)
    ]


def split(seconds: float) -> list[Span]:
    """Equal stretches of up to 18 s, so that no short rest counts as much as a full passage."""
    return _equal(seconds, max(1, math.ceil(seconds / PASSAGE_SECONDS - 1e-6)))


def places(seconds: float, count: int) -> list[Span]:
    """Where the `count` passages of a track of `seconds` lie, in order and in seconds of it.

    Empty where that many fit neither what is heard of such a length nor all of it, as in a damaged
    file of which stretches were left out. Where a header promised more than there is, the
    places may be off.
    """
    if count == PASSAGES and seconds > PASSAGES * PASSAGE_SECONDS:
        return plan_spans(seconds)
    most = count * PASSAGE_SECONDS + _TOLERANCE
    if count < 1 or not most - PASSAGE_SECONDS - 2 * _TOLERANCE <= seconds <= most:
        return []
    return _equal(seconds, count)


def _equal(seconds: float, count: int) -> list[Span]:
    length = seconds / count
    return [Span(index * length, length) for index in range(count)]
