"""`mir serve`; the only module of the command line that knows the web app, and that lazily."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from indexer.interrupt import stop_on_signal
from indexer.opening import opened
from indexer.options import home_option, json_option, port_options
from indexer.printing import print_json, say

if TYPE_CHECKING:
    from indexer.ingest import Progress
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
    with opened(home, host=host, port=port) as engine, stop_on_signal() as asked:
        server = start_server(engine)
        try:
            if as_json:
                print_json({"url": server.url}, one_line=True)
            else:
                say(f"Serving on {server.url} (Ctrl-C ends it).")
            wait_for(asked)
        finally:
            server.stop()


def start_server(
    engine: "Engine", running: "Callable[[], Progress | None]" = lambda: None
) -> Server:
    """Start the web app for `engine`; it shows what `running` says of an index run.

    Raises SettingsError if the port cannot be used.
    """
    from web.schemas import ProgressOut
    from web.serve import start

    def told() -> ProgressOut | None:
        progress = running()
        if progress is None:
            return None
        return ProgressOut(done=progress.done, total=progress.total, failed=progress.failures)

    return start(engine, told)


def wait_for(asked: Callable[[], bool]) -> None:
    """Return when the user asked to stop."""
    import time

    while not asked():
        time.sleep(0.2)
