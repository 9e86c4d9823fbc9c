"""`mir serve`; the only module of the command line that knows the web app, and that lazily."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from indexer.interrupt import stop_on_signal
from indexer.opening import opened
from indexer.options import home_option, json_option, port_options
from indexer.printing import print_json, say
from indexer.runs_beside import RunsBeside

if TYPE_CHECKING:
    from mir.engine import Engine


class Server(Protocol):
    """A server that runs in a thread of its own."""

    @property
    def url(self) -> str:
        """Where it answers."""
        ...

    def stop(self) -> None:
        """Finish what is being answered and close."""
        ...


@click.command()
@port_options
@json_option
@home_option
def serve(host: str | None, port: int | None, as_json: bool, home: Path | None) -> None:
    """Serve the web pages and the API until Ctrl-C; with --json, one line has the address."""
    with (
        opened(home, host=host, port=port) as engine,
        stop_on_signal() as asked,
        served(engine) as server,
    ):
        if as_json:
            print_json({"url": server.url}, one_line=True)
        else:
            say(f"Serving on {server.url} (Ctrl-C ends it).")
        wait_for(asked)


@contextmanager
def served(engine: "Engine") -> Iterator[Server]:
    """Serve `engine` until the end of the block, with index runs beside for who asks for one.

    Raises SettingsError if the port cannot be used.
    """
    from web.serve import start

    runs = RunsBeside(engine)
    try:
        server = start(engine, runs)
        try:
            yield server
        finally:
            server.stop()
    finally:
        runs.close()


def wait_for(asked: Callable[[], bool]) -> None:
    """Return when the user asked to stop."""
    import time

    while not asked():
        time.sleep(0.2)
