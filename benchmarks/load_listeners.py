"""Simulated listeners: each in a thread, thinks, asks, and streams what it hears meanwhile.

    python benchmarks/load_listeners.py PLAN      a JSON file, see `Plan`; prints what came, as JSON

A listener waits an exponential time, four seconds on average, and then does one of `_SHARES`. All
the while it streams real tracks, each in one range that is read as fast as it is heard (12 kB a
second); what is counted of that is the time to the first bytes. What comes in the first `WARM`
seconds is not counted, but for what goes wrong. A clip that is refused with 503 is sent again after
the time that the answer names.
"""

import http.client
import json
import socket
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

THINKING = 4.0  # seconds, on average
_GENRES = ("rock", "jazz", "folk", "techno")
_RATE = 12 * 1024  # bytes heard in a second
WARM = 10.0  # seconds
# Of what is done, so much is each.
_SHARES = {
    "text search": 20, "similar": 20, "similar, filtered": 15, "recommendations": 10,
    "track page": 10, "browse page": 5, "cover": 10, "play sent": 7, "clip sent": 3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """What the listeners do."""

    host: str
    port: int
    listeners: int
    slow: int  # clients that ask for the long recording and read nothing
    seconds: float
    made_up: int  # tracks 1 to so many have no file
    real: list[int]  # tracks that have
    clips: list[str]  # files to send
    seed: int


@dataclass(slots=True)
class Told:
    """What came of it: seconds of each answer by kind, and what was wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    refused: int = 0
    counts_from: float = field(default_factory=lambda: time.perf_counter() + WARM)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, began: float, wrong: str | None) -> None:
        """Keep one answer."""
        now = time.perf_counter()
        with self.lock:
            if began >= self.counts_from:
                self.seconds.setdefault(kind, []).append(now - began)
            if wrong is not None:
                self.errors.setdefault(kind, []).append(wrong)


class Listener:
    """One of them, with a connection that is kept for questions and another for music."""

    def __init__(self, number: int, plan: Plan, told: Told) -> None:
        """Nothing is asked yet."""
        self._plan, self._told, self._number = plan, told, number
        self._draw = np.random.default_rng([plan.seed, number])
        self._line = http.client.HTTPConnection(plan.host, plan.port, timeout=60)
        self._until = time.monotonic() + plan.seconds
        self._sent = 0

    def ask(self) -> None:
        """Think and ask, until the time is over."""
        kinds, weights = list(_SHARES), np.array(list(_SHARES.values()), float)
        time.sleep(self._draw.uniform(0, THINKING))
        while time.monotonic() < self._until:
            kind = str(self._draw.choice(kinds, p=weights / weights.sum()))
            self._one(kind)
            time.sleep(self._draw.exponential(THINKING))
        self._line.close()

    def hear(self) -> None:
        """Stream one track after the other, as fast as it is heard."""
        line = http.client.HTTPConnection(self._plan.host, self._plan.port, timeout=60)
        draw = np.random.default_rng([self._plan.seed, self._number, 1])
        while time.monotonic() < self._until:
            track, wrong = int(draw.choice(self._plan.real)), None
            began = time.perf_counter()
            try:
                path = f"/api/v1/tracks/{track}/audio"
                line.request("GET", path, headers={"Range": "bytes=0-"})
                answer = line.getresponse()
                wrong = None if answer.status == 206 else f"status {answer.status}"
                self._told.note("audio range", began, wrong)
                while answer.read(_RATE) and time.monotonic() < self._until:
                    time.sleep(1)
            except (OSError, http.client.HTTPException) as error:
                self._told.note("audio cut off", began, type(error).__name__)
                line.close()
                time.sleep(1)
        line.close()

    def _one(self, kind: str) -> None:
        track = int(self._draw.integers(1, self._plan.made_up + 1))
        near = f"/api/v1/tracks/{track}/similar"
        genre = urllib.parse.quote(str(self._draw.choice(_GENRES)))
        known = int(self._draw.choice(self._plan.real))
        match kind:
            case "text search":
                self._get(kind, self._line, f"/api/v1/tracks?q=artist+{track % 4000}")
            case "similar":
                self._get(kind, self._line, f"{near}?count=50")
            case "similar, filtered":
                self._get(kind, self._line, f"{near}?count=50&genre={genre}&year_from=1970")
            case "recommendations":
                who = f"listener+{self._number}"
                self._get(kind, self._line, f"/api/v1/recommendations?listener={who}&seed={track}")
            case "track page":
                self._get(kind, self._line, f"/tracks/{track}")
            case "browse page":
                self._get(kind, self._line, f"/browse?genre={genre}")
            case "cover":
                self._get(kind, self._line, f"/tracks/{known}/cover")
            case "play sent":
                self._play(kind, track)
            case "clip sent":
                self._clip(kind)

    def _get(
        self, kind: str, line: http.client.HTTPConnection, path: str, headers: Any = None
    ) -> tuple[int, Any, bytes]:
        return self._asked(kind, line, lambda: line.request("GET", path, headers=headers or {}))

    def _play(self, kind: str, track: int) -> None:
        self._sent += 1
        play = {"track": track, "listener": f"listener {self._number}", "seconds": 30}
        body = json.dumps({**play, "reference": f"{self._plan.seed} {self._number} {self._sent}"})
        headers = {"Content-Type": "application/json"}
        self._asked(
            kind, self._line, lambda: self._line.request("POST", "/api/v1/plays", body, headers)
        )

    def _clip(self, kind: str) -> None:
        data = Path(str(self._draw.choice(self._plan.clips))).read_bytes()
        head = b'--x\r\nContent-Disposition: form-data; name="clip"; filename="clip"\r\n\r\n'
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        body = head + data + b"\r\n--x--\r\n"
        while True:
            status, got, _ = self._asked(
                kind,
                self._line,
                lambda: self._line.request("POST", "/api/v1/search", body, headers),
                may_be_refused=True,
            )
            if status != 503 or time.monotonic() > self._until:
                return
            time.sleep(float(got["Retry-After"]))

    def _asked(
        self,
        kind: str,
        line: http.client.HTTPConnection,
        send: Callable[[], None],
        *,
        may_be_refused: bool = False,
    ) -> tuple[int, Any, bytes]:
        began = time.perf_counter()
        try:
            send()
            answer = line.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as error:
            line.close()
            self._told.note(kind, began, type(error).__name__)
            time.sleep(1)
            return 0, {}, b""
        status = answer.status
        if may_be_refused and status == 503 and answer.headers["Retry-After"]:
            with self._told.lock:
                self._told.refused += 1
        else:
            self._told.note(kind, began, None if 200 <= status < 300 else f"status {status}")
        return status, answer.headers, data


def main() -> int:
    """Listen, and print what came."""
    plan = Plan(**json.loads(Path(sys.argv[1]).read_text()))
    told = Told()
    listeners = [Listener(number, plan, told) for number in range(plan.listeners)]
    works = [work for each in listeners for work in (each.ask, each.hear)]
    threads = [threading.Thread(target=work) for work in works]
    with ExitStack() as lines:
        for _ in range(plan.slow):
            line = socket.create_connection((plan.host, plan.port), timeout=60)
            lines.enter_context(closing(line))
            path = f"/api/v1/tracks/{plan.real[-1]}/audio"
            head = f"GET {path} HTTP/1.1\r\nHost: {plan.host}\r\nRange: bytes=0-\r\n\r\n"
            line.sendall(head.encode())
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(json.dumps({"seconds": told.seconds, "errors": told.errors, "refused": told.refused}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
