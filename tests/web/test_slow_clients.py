"""Clients that are slow, silent, many or gone hold no thread, and no connection for long."""

import http.client
import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.web.asking import Library
from web.connections import Patience, Server
from web.serve import THREADS, RunningServer, start
from web.stretch import Stretch

HURRIED = Patience(connections=12, seconds=0.3)
AUDIO = "/api/v1/tracks/1/audio"
LARGE = 40 * 2**20  # bytes, more than all buffers on the way


@contextmanager
def served(application: Any, patience: Patience, threads: int = 1) -> Iterator[tuple[str, int]]:
    """That application, at an address."""
    server = Server(application, patience, host="127.0.0.1", port=0, threads=threads)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield "127.0.0.1", int(server.effective_port)
    server.task_dispatcher.shutdown(timeout=5)
    server.trigger.pull_trigger(server.end)
    thread.join()


def hello(environ: Any, start_response: Any) -> list[bytes]:
    """An application that answers at once."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


def ask(address: tuple[str, int]) -> bytes:
    with closing(http.client.HTTPConnection(*address, timeout=30)) as line:
        line.request("GET", "/")
        return line.getresponse().read()


def ended(line: socket.socket) -> bool:
    """Whether the other side ends the connection; it is waited for."""
    try:
        while line.recv(2**16):
            pass
    except ConnectionError:
        pass
    return True


@pytest.mark.parametrize(
    "begun",
    [b"GET / HTTP/1.1\r\nX: ", b"POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"],
    ids=["head", "body"],
)
def test_a_request_that_comes_byte_by_byte_is_let_go(begun: bytes) -> None:
    with served(hello, HURRIED) as address, socket.create_connection(address, timeout=0.05) as line:
        line.sendall(begun)
        while True:
            try:
                line.sendall(b"a")
                if not line.recv(100):
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        assert ask(address) == b"hello"


def test_an_idle_connection_is_let_go() -> None:
    with served(hello, HURRIED) as address, socket.create_connection(address, timeout=30) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert ended(line)


def test_who_does_not_read_gives_the_thread_back() -> None:
    gone = threading.Event()

    def endless(environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [])
        if environ["PATH_INFO"] != "/endless":
            yield b"hello"
            return
        try:
            while True:
                yield bytes(2**20)
        finally:
            gone.set()

    with served(endless, HURRIED) as address, socket.create_connection(address, timeout=30) as line:
        line.sendall(b"GET /endless HTTP/1.1\r\n\r\n")
        assert gone.wait(30)
        assert ask(address) == b"hello"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "large.flac"
    with path.open("wb") as file:
        file.truncate(LARGE)
        file.seek(LARGE - 4)
        file.write(b"last")
    return path


@pytest.fixture
def server(
    library: Library, large: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningServer]:
    monkeypatch.setattr("web.media._present", lambda track: (large, large.stat()))
    running = start(library.engine)
    yield running
    running.stop()


def test_slow_listeners_hold_no_thread_and_get_it_all(server: RunningServer) -> None:
    address = (urlsplit(server.url).hostname, urlsplit(server.url).port)
    with ExitStack() as lines:
        slow = []
        for begin in ("", *(f"Range: bytes={n}-\r\n" for n in range(THREADS + 2))):
            line = lines.enter_context(socket.create_connection(address, timeout=30))
            line.sendall(f"GET {AUDIO} HTTP/1.0\r\nHost: 127.0.0.1\r\n{begin}\r\n".encode())
            slow.append(line)
        for line in slow:
            assert line.recv(12, socket.MSG_WAITALL)[9:] in (b"200", b"206")
        with closing(http.client.HTTPConnection(*address, timeout=30)) as other:  # type: ignore[arg-type]
            other.request("GET", "/api/v1/health")
            assert other.getresponse().status == 200
        while server._server.answering():
            time.sleep(0.01)  # for ever, if a thread waited for a client
        assert server._server.sending()
        with slow[-1].makefile("rb") as file:
            head, _, body = file.read().partition(b"\r\n\r\n")
        assert f"Content-Range: bytes {THREADS + 1}-".encode() in head
        assert len(body) == LARGE - THREADS - 1
        assert body.endswith(b"last")


def test_more_connections_than_there_may_be_keep_nobody_out() -> None:
    with served(hello, HURRIED) as address, ExitStack() as lines:
        friend = lines.enter_context(closing(http.client.HTTPConnection(*address, timeout=30)))
        friend.request("GET", "/")
        assert friend.getresponse().read() == b"hello"
        for _ in range(4 * HURRIED.connections):
            line = socket.create_connection(address, source_address=("127.0.0.2", 0), timeout=30)
            lines.enter_context(line)
            line.sendall(b"GET / HTTP/1.1\r\nX: ")
        assert ask(address) == b"hello"


def test_those_of_whoever_has_most_have_to_go() -> None:
    patient = Patience(connections=6)
    with served(hello, patient) as address, ExitStack() as lines:
        friend = lines.enter_context(closing(http.client.HTTPConnection(*address, timeout=30)))
        friend.request("GET", "/")
        assert friend.getresponse().read() == b"hello"
        theirs = [
            lines.enter_context(
                socket.create_connection(address, source_address=("127.0.0.2", 0), timeout=30)
            )
            for _ in range(10)
        ]
        assert ask(address) == b"hello"
        assert all(ended(line) for line in theirs[:4])
        friend.request("GET", "/")
        assert friend.getresponse().read() == b"hello"


def test_a_stretch_is_read_as_a_file_is() -> None:
    file = io.BytesIO(bytes(range(100)))
    stretch = Stretch(file, 10, 20)
    assert stretch.seek(0, io.SEEK_END) == 10
    assert stretch.read(5) == b""
    assert stretch.seek(-2, io.SEEK_END) == 8
    assert stretch.read() == bytes((18, 19))
    assert stretch.seek(-99) == stretch.tell() == 0
    assert stretch.read(3) == bytes((10, 11, 12))
    stretch.close()
    assert file.closed
