"""What monitoring reads: health, figures, and a line for every request."""

import io
import json
import logging

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from mir.errors import CatalogueError
from tests.web.asking import Library, client_of
from web.app import create_app
from web.request_log import JsonLines

SECRET = "hush-do-not-tell"


@pytest.fixture
def lines() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def watched(library: Library, lines: io.StringIO) -> FlaskClient:
    """A client of an application whose requests are written down."""
    return client_of(create_app(library.engine, lines=lines))


def figures(client: FlaskClient) -> dict[tuple[str, tuple[str, ...]], float]:
    """Name and values of labels -> figure."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def told(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_server_is_alive_and_ready(client: FlaskClient, library: Library) -> None:
    assert client.get("/health/live").json == {"status": "ok"}
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json) == (200, {"status": "ok"})


def test_without_its_catalogue_a_server_is_alive_and_not_ready(
    library: Library, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of(create_app(library.engine))

    def gone(*_: object) -> None:
        raise CatalogueError("The catalogue is gone; bring it back.")

    monkeypatch.setattr(type(library.engine), "view", gone)
    monkeypatch.setattr(type(library.engine), "status", gone)
    assert client.get("/health/live").status_code == 200
    ready = client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json == {"status": "unavailable"}
    assert "bring it back" in caplog.text  # and not in the answer, which anybody gets
    found = figures(client)
    assert found["mir_up", ()] == 0
    assert ("mir_tracks", ()) not in found


def test_figures_count_answers_by_endpoint_and_never_by_what_strangers_ask(
    watched: FlaskClient,
) -> None:
    for address in ("/api/v1/tracks", "/api/v1/tracks?q=x", "/a/b/c", f"/{SECRET}"):
        watched.get(address)
    watched.get("/api/v1/tracks/999999")
    found = figures(watched)
    assert found["mir_requests_total", ("tracks.list_tracks", "GET", "200")] == 2
    assert found["mir_requests_total", ("tracks.one_track", "GET", "404")] == 1
    assert found["mir_requests_total", ("unknown", "GET", "404")] == 2
    assert found["mir_request_seconds_count", ("tracks.list_tracks",)] == 2
    assert found["mir_requests_under_way", ()] == 1  # the one that asks
    assert (found["mir_tracks", ()], found["mir_up", ()]) == (11, 1)
    assert found["process_resident_memory_bytes", ()] > 1e6
    assert SECRET not in watched.get("/metrics").text


def test_every_request_is_a_line_without_what_is_secret(
    watched: FlaskClient, lines: io.StringIO
) -> None:
    watched.get(
        f"/api/v1/tracks?q={SECRET}", headers={"Authorization": SECRET, "Cookie": f"a={SECRET}"}
    )
    watched.post("/api/v1/plays", json=[{"track": SECRET}])
    first, second = told(lines)
    assert (first["method"], first["path"], first["status"]) == ("GET", "/api/v1/tracks", 200)
    assert (second["method"], second["status"]) == ("POST", 422)
    assert first["id"] != second["id"]
    assert isinstance(first["ms"], float)
    assert SECRET not in lines.getvalue()


@pytest.mark.parametrize(
    ("sent", "kept"), [("abc-1.2_3", True), ("a b", False), ("x" * 65, False), ("a\tb", False)]
)
def test_a_plain_id_of_a_proxy_is_kept(
    watched: FlaskClient, lines: io.StringIO, sent: str, kept: bool
) -> None:
    answer = watched.get("/health/live", headers={"X-Request-ID": sent})
    (line,) = told(lines)
    assert answer.headers["X-Request-ID"] == line["id"]
    assert (line["id"] == sent) is kept


def test_a_refused_request_is_counted_and_written_like_any(
    watched: FlaskClient, lines: io.StringIO
) -> None:
    answer = watched.post("/api/v1/failures/retry", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert [each["status"] for each in told(lines)] == [403]
    assert figures(watched)["mir_requests_under_way", ()] == 1


def test_an_error_of_the_server_is_logged_with_the_id_of_its_request(
    watched: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("web.problems")
    logger.addHandler(handler)
    try:
        monkeypatch.setattr("web.monitoring.context", lambda: 1 / 0)
        answer = watched.get("/metrics")
    finally:
        logger.removeHandler(handler)
    assert answer.status_code == 500
    line = json.loads(written.getvalue())
    assert line["id"] == answer.headers["X-Request-ID"]
    assert (line["level"], line["message"]) == ("error", "Unexpected error at /metrics")
    assert "ZeroDivisionError" in line["error"]
