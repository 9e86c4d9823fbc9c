"""Waitress around the application: bounded, stoppable, and clear when the port is taken."""

import errno
import logging
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TextIO

from mir.catalogue import users
from mir.engine import Engine
from mir.errors import SettingsError
from mir.settings import Settings
from web.app import create_app
from web.connections import Patience, Server
from web.context import Context, context_of
from web.hosts import is_exposed, is_loopback
from web.indexing import Runs
from web.rejection import BODY_OVERHEAD
from web.request_log import JsonLines

# Fifteen may wait at desks and in streams (`web.context`); some answer whatever else is asked.
THREADS = 20
ANSWER_SECONDS, SEND_SECONDS = 5.0, 2.0  # that a stop waits for requests, and for their answers


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server in a thread of its own."""

    url: str
    _server: Server
    _thread: threading.Thread
    _context: Context

    def stop(self) -> None:
        """Close the port, finish what is being answered and sent (for some seconds), and end."""
        self._context.streams.stopping.set()
        # Sockets belong to the thread that polls them; the trigger wakes it.
        self._server.trigger.pull_trigger(self._server.stop_accepting)
        _wait_while(lambda: not self._server.stopping or self._server.answering(), ANSWER_SECONDS)
        _wait_while(self._server.sending, SEND_SECONDS)
        # Whoever still listens is at a clip that takes longer; its process ends first.
        self._context.apart.close()
        self._server.task_dispatcher.shutdown(timeout=1)
        self._server.trigger.pull_trigger(self._server.end)
        self._thread.join(timeout=5)

    def wait(self) -> None:
        """Return when the server has ended."""
        while self._thread.is_alive():
            self._thread.join(timeout=1)  # short, so that an interrupt gets through


def start(
    engine: Engine,
    runs: Runs | None = None,
    patience: Patience = Patience(),  # noqa: B008 (it is frozen)
) -> RunningServer:
    """Serve that engine on its settings' host and port, in a thread; SettingsError.

    `runs` begins index runs for who asks for one. Where the settings ask for it, requests and
    errors are written to standard error.
    """
    settings = engine.settings
    _refuse_strangers(engine)
    lines = sys.stderr if settings.log_requests else None
    if lines is not None:
        _write_errors_as_lines(lines)
    # That a request waits a moment for a thread is nothing to be told.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    listening = _bind(settings.host, settings.port)
    app = create_app(engine, lines=lines, runs=runs)
    server = Server(
        app,
        patience,
        _sock=listening,
        bind_socket=False,
        sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
        threads=THREADS,
        ident="mir",
        max_request_body_size=settings.max_upload_bytes + BODY_OVERHEAD,
        **_proxies(settings),
    )
    context_of(app).metrics.follow(
        "mir_connections", "Open connections.", lambda: len(server.active_channels)
    )
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return RunningServer(
        url=f"http://{shown}:{port}", _server=server, _thread=thread, _context=context_of(app)
    )


def _wait_while(holds: Callable[[], bool], seconds: float) -> None:
    """Return when it does not hold any more, or after so many seconds."""
    end = time.monotonic() + seconds
    while holds() and time.monotonic() < end:
        time.sleep(0.02)


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
