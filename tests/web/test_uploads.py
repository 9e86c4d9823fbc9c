"""Uploads: decoded in a process apart, and read into memory by few at a time."""

import http.client
import threading
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from tests.audio.misbehaving import crash
from tests.web.asking import Library, client_of, clip, problem_of
from web.app import create_app
from web.context import Context, attach
from web.listening import ListeningDesk, Upload
from web.metrics import Metrics
from web.serve import start

PATHS = ("/api/v1/search", "/api/v1/identify", "/api/v1/classify")


@pytest.mark.parametrize("path", PATHS)
def test_a_decoder_that_ends_costs_its_request(
    path: str, client: FlaskClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("mir.audio.clip.read_clip", crash)
        problem = problem_of(client.post(path, data=clip(library.files[0])), 422)
    assert "ended the program that decodes it" in problem["detail"]
    assert client.post(path, data=clip(library.files[0])).status_code == 200
    figures = client.get("/metrics").get_data(as_text=True).splitlines()
    assert "mir_decoders 1.0" in figures
    assert "mir_decoders_lost 0.0" not in figures


def test_fifty_at_once_are_heard_or_asked_to_come_back(library: Library) -> None:
    running = start(library.engine)
    address = urlsplit(running.url).netloc
    body = (
        b'--x\r\nContent-Disposition: form-data; name="clip"; filename="a"\r\n\r\n'
        + library.files[0].read_bytes()
        + b"\r\n--x--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    told: list[tuple[int, str | None]] = []

    def send() -> None:
        with closing(http.client.HTTPConnection(address, timeout=60)) as line:
            line.request("POST", "/api/v1/search", body, headers)
            answer = line.getresponse()
            answer.read()
            told.append((answer.status, answer.headers["Retry-After"]))

    threads = [threading.Thread(target=send) for _ in range(50)]
    for thread in threads:
        thread.start()
    with closing(http.client.HTTPConnection(address, timeout=60)) as line:
        line.request("GET", "/api/v1/tracks")
        assert line.getresponse().status == 200
    for thread in threads:
        thread.join()
    running.stop()
    assert len(told) == 50
    assert (200, None) in told
    assert set(told) <= {(200, None), (503, "5")}


def test_the_pages_and_the_rights_are_decoded_apart_too(
    asked: FlaskClient, songs: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mir.audio.clip.read_clip", crash)
    monkeypatch.setattr("mir.fingerprinting.long_clip", crash)
    monkeypatch.setattr("mir.rights_check.hearing.hear_file", crash)
    for path in ("/", "/rights"):
        assert asked.post(path, data=clip(songs.files[3])).status_code == 422
    for path in ("/api/v1/identify/timeline", "/api/v1/rights/check"):
        problem_of(asked.post(path, data=clip(songs.files[3])), 422)


def test_who_waits_for_a_seat_holds_no_clip_in_memory(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(library.engine)
    desk = ListeningDesk(seats=1, queue=1, patience=0.01)
    attach(
        app,
        Context(library.engine, desk, desk, lambda: None, Metrics(library.engine)),
    )
    read: list[Path] = []
    monkeypatch.setattr(Upload, "read", lambda self: read.append(Path()) or b"")
    with desk.seat():
        for path in (*PATHS, "/api/v1/identify/timeline", "/api/v1/rights/check"):
            answer = client_of(app).post(path, data=clip(library.files[0]))
            problem_of(answer, 503)
            assert int(answer.headers["Retry-After"]) > 0
    assert read == []
