"""Waitress around the application: bounded, stoppable, and clear when the port is taken."""

import errno
import logging
import socket
import sys
import threading
from dataclasses import dataclass
from typing import Any, TextIO

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server
from waitress.task import ErrorTask

from mir.catalogue import users
from mir.engine import Engine
from mir.errors import SettingsError
from mir.settings import Settings
from web.app import create_app
from web.hosts import is_exposed, is_loopback
from web.indexing import Runs
from web.problems import too_large
from web.request_log import JsonLines
from web.schemas import Problem
from web.streaming import Streams

THREADS = 8
_BODY_OVERHEAD = 1 << 20  # bytes beyond the upload limit that still reach the application


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server in a thread of its own."""

    url: str
    _server: TcpWSGIServer
    _thread: threading.Thread
    _streams: Streams

    def stop(self) -> None:
        """Finish the requests being answered (for at most five seconds), then close."""
        self._streams.stopping.set()
        self._server.task_dispatcher.shutdown(timeout=5)
        # Sockets belong to the thread that polls them; the trigger wakes it to close them.
        self._server.trigger.pull_trigger(
            lambda: wasyncore.close_all(self._server._map, ignore_all=True)
        )
        self._thread.join(timeout=5)

    def wait(self) -> None:
        """Return when the server has ended."""
        while self._thread.is_alive():
            self._thread.join(timeout=1)  # short, so that an interrupt gets through


class _ProblemTask(ErrorTask):
    """Answers what never reaches the application (a body too large) in the API's own shape."""

    def execute(self) -> None:
        error = self.request.error
        detail = error.body
        if error.code == 413:
            detail = too_large(self.channel.adj.max_request_body_size - _BODY_OVERHEAD)
        problem = Problem(
            type="about:blank",
            title=error.reason,
            status=error.code,
            detail=detail,
            # A request that could not be read at all has none.
            instance=getattr(self.request, "path", "") or "/",
        )
        body = problem.model_dump_json(exclude_none=True).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):
    error_task_class = _ProblemTask


def start(engine: Engine, runs: Runs | None = None) -> RunningServer:
    """Serve that engine on its settings' host and port, in a thread; SettingsError.

    `runs` begins index runs for who asks for one. Where the settings ask for it, requests and
    errors are written to standard error.
    """
    settings = engine.settings
    _refuse_strangers(engine)
    lines = sys.stderr if settings.log_requests else None
    if lines is not None:
        _write_errors_as_lines(lines)
    streams = Streams()
    listening = _bind(settings.host, settings.port)
    server = create_server(
        create_app(engine, lines=lines, runs=runs, streams=streams),
        sockets=[listening],
        threads=THREADS,
        ident="mir",
        max_request_body_size=settings.max_upload_bytes + _BODY_OVERHEAD,
        channel_timeout=60,
        **_proxies(settings),
    )
    server.channel_class = _Channel
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return RunningServer(
        url=f"http://{shown}:{port}", _server=server, _thread=thread, _streams=streams
    )


def serve(engine: Engine) -> None:
    """Serve that engine until interrupted; SettingsError."""
    server = start(engine)
    try:
        server.wait()
    finally:
        server.stop()


def _write_errors_as_lines(lines: TextIO) -> None:
    """Have what the program logs written as JSON, too, in place of Python's own form."""
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    # That a request waits a moment for a thread is nothing to be told.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def _refuse_strangers(engine: Engine) -> None:
    """Raise SettingsError where others could reach a server that has no account to ask for."""
    settings = engine.settings
    if not is_exposed(settings):
        return
    with engine.catalogue.session() as session:
        if users.exist(session):
            return
    if is_loopback(settings.host):
        where, else_ = "By a proxy", "leave MIR_ALLOWED_HOSTS and MIR_TRUSTED_PROXIES out"
    else:
        where, else_ = f"On {settings.host}", "serve on 127.0.0.1"
    raise SettingsError(
        f"{where} others can reach mir, and it has no account to ask them for: make one with "
        f"'mir user add NAME', or {else_}."
    )


def _proxies(settings: Settings) -> dict[str, Any]:
    """What Waitress is to believe of X-Forwarded-For and -Proto: nothing without proxies."""
    if not settings.trusted_proxies:
        return {}
    return {
        "trusted_proxy": "*",
        "trusted_proxy_count": settings.trusted_proxies,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


def _bind(host: str, port: int) -> socket.socket:
    """A socket bound to that address; SettingsError that says what to do when it is taken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"{host!r} is no address of this machine: set MIR_HOST.") from error
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        # Listening at once makes a taken port fail here and not in the server's thread.
        bound.listen(128)
    except OSError as error:
        bound.close()
        why = "in use" if error.errno == errno.EADDRINUSE else (error.strerror or "unusable")
        raise SettingsError(
            f"Port {port} on {host} cannot be used ({why}): stop the program that holds it, "
            "or choose another with --port or MIR_PORT."
        ) from error
    return bound
