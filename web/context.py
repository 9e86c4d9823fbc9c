"""What a request can reach: the engine, the desks that listen, progress of indexing, figures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import Flask, current_app

from mir.audio.apart import Apart
from mir.duplicates.report import Duplicates
from mir.engine import Engine
from mir.recent import Recent
from web.indexing import Runs
from web.listening import ListeningDesk
from web.metrics import Metrics
from web.schemas import ProgressOut
from web.streaming import Streams

if TYPE_CHECKING:
    from mir.over_time import OverTime


_PICTURES_KEPT = 64  # each of up to 200 kB


@dataclass(frozen=True, slots=True)
class Drawn:
    """How a track looks: columns of its waveform, and its mel spectrogram as a PNG."""

    seconds: float
    peaks: tuple[float, ...]
    levels: tuple[float, ...]
    mel: bytes


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
    # for pictures of tracks and what is heard over time: one is made at a time
    picture_desk: ListeningDesk = field(default_factory=lambda: ListeningDesk(seats=1, queue=8))
    # sound (and model) -> how it looks and what is heard over time, kept for web.pictures
    pictures: Recent[str, Drawn] = field(default_factory=lambda: Recent(_PICTURES_KEPT))
    times: "Recent[tuple[str, str], OverTime]" = field(
        default_factory=lambda: Recent(_PICTURES_KEPT)
    )
    # where uploads are decoded
    apart: Apart = field(default_factory=Apart)
    # writes but plays -> what the library holds more than once, kept for web.api.duplicates
    duplicates: Recent[int, Duplicates] = field(default_factory=lambda: Recent(1))


def attach(app: Flask, context: Context) -> None:
    """Let the requests of that application find the context."""
    app.extensions["mir"] = context


def context() -> Context:
    """The context of the current request."""
    return context_of(current_app)


def context_of(app: Flask) -> Context:
    """The context of that application."""
    found: Context = app.extensions["mir"]
    return found


def engine() -> Engine:
    """The engine of the current request."""
    return context().engine
