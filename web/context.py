"""What a request can reach: the engine, the desks that listen, progress of indexing, figures."""

from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask, current_app

from mir.duplicates.report import Duplicates
from mir.engine import Engine
from mir.recent import Recent
from web.indexing import Runs
from web.listening import ListeningDesk
from web.metrics import Metrics
from web.schemas import ProgressOut
from web.streaming import Streams


@dataclass(frozen=True, slots=True)
class Context:
    """All that requests share."""

    engine: Engine
    desk: ListeningDesk  # for clips
    long_desk: ListeningDesk  # for recordings that take minutes, so that clips need not wait
    running: Callable[[], ProgressOut | None]
    metrics: Metrics
    runs: Runs | None = None  # begins index runs; None where this server cannot
    streams: Streams = field(default_factory=Streams)
    # for sound that is coded anew while it is sent
    coding_desk: ListeningDesk = field(default_factory=lambda: ListeningDesk(seats=2, queue=4))
    # writes but plays -> what the library holds more than once, kept for web.api.duplicates
    duplicates: Recent[int, Duplicates] = field(default_factory=lambda: Recent(1))


def attach(app: Flask, context: Context) -> None:
    """Let the requests of that application find the context."""
    app.extensions["mir"] = context


def context() -> Context:
    """The context of the current request."""
    found: Context = current_app.extensions["mir"]
    return found


def engine() -> Engine:
    """The engine of the current request."""
    return context().engine
