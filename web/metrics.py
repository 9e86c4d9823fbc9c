"""Figures of the server's work and of the library, as Prometheus reads them.

Each application counts for itself. What is of the library is looked up when it is asked for, and
nothing here names a track, a listener or what was searched.
"""

from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from mir.engine import Engine
from mir.errors import MirError

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30)


class Metrics:
    """The figures of one application."""

    def __init__(self, engine: Engine) -> None:
        """Begin to count from nothing; the library is that of `engine`."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "mir_requests",
            "Requests that were answered.",
            ("endpoint", "method", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "mir_request_seconds",
            "From the first look at a request to its answer, without sending it.",
            ("endpoint",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self.under_way = Gauge(
            "mir_requests_under_way", "Requests being answered.", registry=self._registry
        )
        ProcessCollector(registry=self._registry)
        self._registry.register(_Library(engine))

    def note(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count an answer. Endpoints are names of ours: what strangers ask for makes no new one."""
        self._requests.labels(endpoint, method, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def follow(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Show a number as it is whenever the figures are asked for."""
        Gauge(name, meaning, registry=self._registry).set_function(value)

    def as_text(self) -> bytes:
        """All figures in Prometheus' text format, 0.0.4."""
        return generate_latest(self._registry)


class _Library(Collector):
    """How the library stands; nothing where it cannot be read, as `mir_up` says."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering reads no catalogue."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Look at the library."""
        try:
            status = self._engine.status()
        except MirError:
            yield GaugeMetricFamily("mir_up", "Whether the catalogue can be read.", value=0)
            return
        yield GaugeMetricFamily("mir_up", "Whether the catalogue can be read.", value=1)
        for name, meaning, value in (
            ("mir_tracks", "Tracks in the catalogue.", status.tracks),
            ("mir_tracks_searchable", "Tracks in the index of vectors.", status.index_count),
            ("mir_failures", "Files that could not be analysed.", status.failures),
            (
                "mir_tracks_recognisable",
                "Tracks in the index of fingerprints.",
                len(self._engine.fingerprints.index()),
            ),
        ):
            yield GaugeMetricFamily(name, meaning, value=value)
