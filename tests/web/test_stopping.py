"""Stopping: what is being answered is finished, nothing holds the end up, and no play is lost."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from made_up_library import made_up, stored, unit_vectors

from mir.catalogue import plays
from tests.web.asking import Library, open_library
from web.serve import start

ROOT = Path(__file__).parents[2]
MIR = "from indexer.cli import main; main()"
KEPT_OPEN = 50
MOST = 1000  # plays at a time
ENDINGS = (signal.SIGTERM, signal.SIGKILL)


def test_what_is_being_answered_is_finished(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        goes_on.wait(30)
        raise KeyError("answered")

    monkeypatch.setattr("web.api.library.genre_list", slow)
    running = start(library.engine)
    statuses: list[int] = []

    def ask() -> None:
        with closing(http.client.HTTPConnection(urlsplit(running.url).netloc)) as line:
            line.request("GET", "/api/v1/genres")
            statuses.append(line.getresponse().status)

    asking = threading.Thread(target=ask)
    asking.start()
    assert begun.wait(30)
    stopping = threading.Thread(target=running.stop)
    stopping.start()
    assert running._context.streams.stopping.wait(30)
    goes_on.set()
    stopping.join()
    asking.join()
    assert statuses == [500]  # it was answered, if only with what went wrong


@contextmanager
def mir(home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`mir serve`, when it answers."""
    arguments = [sys.executable, "-c", MIR, "serve", "--port", str(port), "--home", str(home)]
    server = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        begun = time.monotonic()
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port)):
                    break
            except OSError:
                assert time.monotonic() - begun < 60, "the server does not come up"
                assert server.poll() is None
                time.sleep(0.05)
        yield server
    finally:
        server.kill()
        server.wait()


def references(home: Path) -> Iterator[str]:
    """Those of all plays of a library."""
    with open_library(home) as engine, engine.catalogue.session() as session:
        offset, total = 0, 1
        while offset < total:
            page = plays.listing(session, "", offset=offset, limit=MOST)
            yield from (play.reference for play in page.items)
            offset, total = offset + MOST, page.total


def test_a_stop_and_a_kill_lose_no_play_and_count_none_twice(
    tmp_path: Path, free_port: int
) -> None:
    """A player keeps a list of its own, and sends what was not answered with success again."""
    home = tmp_path / "home"
    with open_library(home) as engine:
        stored(engine, [made_up(n, vector) for n, vector in enumerate(unit_vectors(3))])
        engine.refresh_index()
    kept: list[str] = []
    done = threading.Event()

    def play() -> None:
        number = 0
        while not done.is_set():
            reference = f"play {number}"
            body = json.dumps({"track": number % 3 + 1, "reference": reference})
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", free_port, timeout=30)) as at:
                    at.request("POST", "/api/v1/plays", body, {"Content-Type": "application/json"})
                    answer = at.getresponse()
                    answer.read()
            except (OSError, http.client.HTTPException):
                continue  # not answered: sent again
            if answer.status == 200:
                kept.append(reference)
                number += 1

    player = threading.Thread(target=play)
    player.start()
    try:
        for ending in ENDINGS:
            with mir(home, free_port) as server:
                before = len(kept)
                while len(kept) < before + 20:
                    time.sleep(0.01)
                server.send_signal(ending)
                server.wait(timeout=60)
                assert server.returncode == (0 if ending == signal.SIGTERM else -ending)
    finally:
        done.set()
        player.join()
    counted = Counter(references(home))
    assert set(kept) <= set(counted)
    assert set(counted.values()) == {1}


def test_open_connections_and_a_slow_download_do_not_hold_it_up(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = tmp_path / "large.flac"
    with large.open("wb") as file:
        os.truncate(file.fileno(), 40 * 2**20)
    monkeypatch.setattr("web.media._present", lambda track: (large, large.stat()))
    running = start(library.engine)
    address = (str(urlsplit(running.url).hostname), int(urlsplit(running.url).port or 0))
    with ExitStack() as lines:
        for _ in range(KEPT_OPEN):
            line = lines.enter_context(closing(http.client.HTTPConnection(*address, timeout=30)))
            line.request("GET", "/health/live")
            line.getresponse().read()
        slow = lines.enter_context(socket.create_connection(address, timeout=30))
        slow.sendall(
            b"GET /api/v1/tracks/1/audio HTTP/1.1\r\nRange: bytes=5-\r\nHost: 127.0.0.1\r\n\r\n"
        )
        assert slow.recv(4)
        running.stop()
        assert not running._thread.is_alive()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(address, timeout=2)
