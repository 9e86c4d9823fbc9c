"""Streams of events: few at once, short, and over as soon as nobody is there or the server stops.

A stream holds one of the server's threads. So each ends after a while, and the browser asks again
by itself; who finds all seats taken is told how things are and asks again, too: many open tabs
make the news come later, and nothing else wait.
"""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

MEDIA_TYPE = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Streams:
    """What streams go by; tests give them other times."""

    seats: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(2))
    seconds: float = 20.0  # that a stream lasts
    every: float = 1.0  # seconds between two looks
    retry: int = 2_000  # milliseconds after which a browser asks again
    # Set when the server stops; waited on between two looks.
    stopping: threading.Event = field(default_factory=threading.Event)

    def follow(self, name: str, look: Callable[[], dict[str, Any]]) -> Iterator[str]:
        """Yield events of that name: what `look` returns now, and then whenever it is another.

        Between them comes a comment with each look: writing is how the server learns that nobody
        reads any more.
        """
        yield f"retry: {self.retry}\n\n"
        if not self.seats.acquire(blocking=False):
            yield _event(name, look())
            return
        try:
            last = None
            looks = max(1, round(self.seconds / self.every))
            for number in range(looks):
                now = look()
                yield ": \n\n" if now == last else _event(name, now)
                last = now
                if number + 1 < looks and self.stopping.wait(self.every):
                    return
        finally:
            self.seats.release()


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
