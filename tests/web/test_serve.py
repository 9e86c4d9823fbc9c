"""The server itself: real sockets, bounded bodies, a clear word when the port is taken."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from mir.engine import Engine
from mir.errors import SettingsError
from tests.web.asking import UPLOAD_LIMIT, Library
from web.serve import RunningServer, start


@pytest.fixture(scope="module")
def server(library: Library) -> Iterator[RunningServer]:
    running = start(library.engine)
    yield running
    running.stop()


def connect(server: RunningServer) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)


def read_problem(answer: http.client.HTTPResponse, status: int) -> dict[str, Any]:
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = json.loads(answer.read())
    assert problem["status"] == status
    return problem


def test_answers_and_ranges(server: RunningServer, library: Library) -> None:
    with closing(connect(server)) as line:
        line.request("GET", "/api/v1/tracks/1/audio", headers={"Range": "bytes=4-9"})
        answer = line.getresponse()
        assert answer.status == 206
        assert answer.read() == library.files[0].read_bytes()[4:10]


@pytest.mark.parametrize("size", [UPLOAD_LIMIT + 100_000, UPLOAD_LIMIT * 20])
def test_a_declared_length_beyond_the_limit(server: RunningServer, size: int) -> None:
    with closing(connect(server)) as line:
        line.putrequest("POST", "/api/v1/search")
        line.putheader("Content-Type", "multipart/form-data; boundary=x")
        line.putheader("Content-Length", str(size))
        line.endheaders()
        if size < UPLOAD_LIMIT * 2:
            line.send(b"x" * size)
        problem = read_problem(line.getresponse(), 413)
        assert "2 MB" in problem["detail"]


def test_a_body_without_a_declared_length(server: RunningServer) -> None:
    def blocks() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="clip"; filename="a"\r\n\r\n'
        for _ in range(40):
            yield b"\0" * 2**17

    with closing(connect(server)) as line:
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        try:
            line.request(
                "POST", "/api/v1/search", body=blocks(), headers=headers, encode_chunked=True
            )
        except (BrokenPipeError, ConnectionResetError):
            return  # the server hung up before it had read all, which bounds it just as well
        read_problem(line.getresponse(), 413)


def test_a_body_shorter_than_declared_harms_nothing(server: RunningServer) -> None:
    address = urlsplit(server.url)
    for _ in range(12):
        with socket.create_connection((address.hostname, address.port)) as line:
            line.sendall(b"POST /api/v1/search HTTP/1.1\r\nContent-Length: 500\r\n\r\nab")
    with closing(connect(server)) as line:
        line.request("GET", "/api/v1/health")
        assert line.getresponse().status == 200


def test_a_request_that_cannot_be_read_is_a_problem(server: RunningServer) -> None:
    address = urlsplit(server.url)
    for head in (b"GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", b"GET\r\n\r\n"):
        with socket.create_connection((address.hostname, address.port), timeout=10) as line:
            line.sendall(head)
            answer = line.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.0 400") or answer.startswith(b"HTTP/1.1 400"), answer
        assert b"application/problem+json" in answer


def test_many_at_once(server: RunningServer) -> None:
    statuses: list[int] = []

    def ask(number: int) -> None:
        with closing(connect(server)) as line:
            line.request("GET", f"/api/v1/tracks/{number % 11 + 1}/similar?genre=Folk")
            statuses.append(line.getresponse().status)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 24


class _Elsewhere:
    """The engine with other settings."""

    def __init__(self, engine: Engine, **changes: Any) -> None:
        self._engine = engine
        self.settings = replace(engine.settings, **changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def test_a_taken_port_is_explained(server: RunningServer, library: Library) -> None:
    port = urlsplit(server.url).port
    engine: Any = _Elsewhere(library.engine, port=port)
    with pytest.raises(SettingsError, match=rf"Port {port} .*MIR_PORT"):
        start(engine)


def test_a_host_that_is_not_ours_is_explained(library: Library) -> None:
    for host in ("203.0.113.7", "no such host"):
        engine: Any = _Elsewhere(library.engine, host=host)
        with pytest.raises(SettingsError):
            start(engine)


def test_a_stopped_server_frees_its_port(library: Library, free_port: int) -> None:
    engine: Any = _Elsewhere(library.engine, port=free_port)
    for _ in range(2):
        running = start(engine)
        with closing(connect(running)) as line:
            line.request("GET", "/api/v1/health")
            assert line.getresponse().status == 200
        running.stop()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", free_port), timeout=2)
