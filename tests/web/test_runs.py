"""Index runs seen and begun over the web, events, folders of music, kept evaluations."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from small_library import small_library

from mir.catalogue import files
from mir.evaluation.interval import Measured
from mir.evaluation.kept import keep
from mir.evaluation.report import Report, Row, Table
from mir.run_note import LastRun, RunNote, noted, read
from tests.web.asking import NOW, Library, client_of, fill, open_library, problem_of
from tests.web.locked import OURS, Locked
from web.app import create_app
from web.serve import start
from web.streaming import Streams

API = "/api/v1"


class Runs:
    """Runs that are begun and ended by hand."""

    last: LastRun | None = None
    going_on = False

    def start(self) -> bool:
        if self.going_on:
            return False
        self.going_on = True
        return True

    def end(self, *said: str, failed: bool = False) -> None:
        self.going_on, self.last = False, LastRun(NOW, said, failed)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Library]:
    """Two tracks in one folder."""
    paths = small_library(tmp_path / "music", tracks=2, formats=("flac",), seconds=3.0)
    with open_library(tmp_path / "home") as engine:
        fill(engine, paths)
        yield Library(engine, tuple(paths))


def test_a_run_is_begun_followed_and_its_end_told(place: Library) -> None:
    runs = Runs()
    client = client_of(create_app(place.engine, runs=runs))
    before = client.get(f"{API}/runs").get_json()
    assert before["parts"] == {"tracks": 2, "heard": 2, "fingerprinted": 0, "compared": 0}
    assert (before["running"], before["last"]) == (None, None)
    assert "Look for changes now" in client.get("/library").get_data(as_text=True)

    begun = client.post(f"{API}/runs")
    assert begun.status_code == 202
    assert begun.get_json()["running"] == {
        "part": "Indexing",
        "done": 0,
        "total": 0,
        "failed": 0,
    }
    page = client.get("/library").get_data(as_text=True)
    assert "Looking for changes" in page
    assert "Look for changes now" not in page
    assert "another program" in problem_of(client.post(f"{API}/runs"), 409)["detail"]

    runs.end("Files: 1 <added>.")
    assert client.get(f"{API}/runs").get_json()["last"]["said"] == ["Files: 1 <added>."]
    assert "Files: 1 &lt;added&gt;." in client.get("/library").get_data(as_text=True)
    assert client.post("/library/run").location == "/library"
    assert runs.going_on


def test_a_run_of_another_program_is_seen_and_one_that_died_is_not(place: Library) -> None:
    client = client_of(create_app(place.engine, runs=Runs()))
    with noted(place.engine.settings.home) as note:
        note(RunNote("Fingerprinting", 1200, 3400, 2))
        running = client.get(f"{API}/status").get_json()["running"]
        assert running == {"part": "Fingerprinting", "done": 1200, "total": 3400, "failed": 2}
        page = client.get("/library").get_data(as_text=True)
        assert "Making fingerprints" in page
        assert "1\N{NARROW NO-BREAK SPACE}200 of 3\N{NARROW NO-BREAK SPACE}400 tracks" in page
        problem_of(client.post(f"{API}/runs"), 409)
        with noted(place.engine.settings.home) as second:  # a second one changes nothing
            second(RunNote("Comparing"))
        assert read(place.engine.settings.home) == RunNote("Fingerprinting", 1200, 3400, 2)
        note(RunNote("Comparing", 1, 2))
        assert read(place.engine.settings.home) == RunNote("Comparing", 1, 2)
    assert client.get(f"{API}/status").get_json()["running"] is None
    assert read(place.engine.settings.home / "no such home") is None


def test_what_cannot_be_begun_is_explained(place: Library, empty_client: FlaskClient) -> None:
    client = client_of(create_app(place.engine))
    assert "mir index" in problem_of(client.post(f"{API}/runs"), 409)["detail"]
    assert "Look for changes now" not in client.get("/library").get_data(as_text=True)
    with place.engine.catalogue.session() as session:
        files.remove_root(session, files.roots(session)[0])
    client = client_of(create_app(place.engine, runs=Runs()))
    assert "add one first" in problem_of(client.post(f"{API}/runs"), 422)["detail"]


def events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


def test_events_tell_what_is_and_what_changes(place: Library) -> None:
    told = [RunNote("Indexing", 1, 9), RunNote("Indexing", 1, 9), RunNote("Comparing", 2, 3), None]
    looks = iter(told)

    def look() -> dict[str, Any]:
        note = next(looks)
        return {"part": note.part if note else None}

    streams = Streams(seconds=0.0004, every=0.0001)
    text = "".join(streams.follow("state", look))
    assert text.startswith("retry: 2000\n\n")
    assert [each["part"] for each in events(text)] == ["Indexing", "Comparing", None]
    assert text.count(": \n\n") == 1
    answer = client_of(create_app(place.engine, streams=Streams(seconds=0))).get(f"{API}/events")
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    (state,) = events(answer.get_data(as_text=True))
    assert state["running"] is None
    assert state["revision"] == place.engine.status().revision


def test_streams_are_few_and_short() -> None:
    streams = Streams(seconds=0.0003, every=0.0001)
    open_ones = [streams.follow("state", dict) for _ in range(2)]
    for each in open_ones:
        assert [next(each), next(each)] == ["retry: 2000\n\n", "event: state\ndata: {}\n\n"]
    third = list(streams.follow("state", dict))
    assert third == ["retry: 2000\n\n", "event: state\ndata: {}\n\n"]
    assert len(list(open_ones[0])) == 2  # two more looks, and it is over
    fourth = streams.follow("state", dict)
    assert next(fourth) != next(fourth)
    open_ones[1].close()
    fourth.close()
    assert [streams.seats.acquire(blocking=False) for _ in range(3)] == [True, True, False]
    assert Streams().seconds <= 30
    stopped = Streams(seconds=3600)
    stopped.stopping.set()
    assert len(list(stopped.follow("state", dict))) == 2


def test_a_vanished_client_gives_its_seat_back(place: Library) -> None:
    server = start(place.engine)
    try:
        streams: Streams = server._context.streams
        address = urlsplit(server.url)
        for _ in range(2):
            with socket.create_connection((address.hostname, address.port), timeout=10) as line:
                line.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
                answer = b""
                while b"data: " not in answer:
                    answer += line.recv(4096)
        # Both are gone long before their streams would have ended.
        assert all(streams.seats.acquire(timeout=15) for _ in range(2))
    finally:
        server.stop()


def test_folders_are_listed_added_and_removed(place: Library, tmp_path: Path) -> None:
    client = client_of(create_app(place.engine))
    (known,) = client.get(f"{API}/roots").get_json()["roots"]
    assert (known["tracks"], known["there"]) == (2, True)
    other = tmp_path / "<other> music"
    other.mkdir()
    added = client.post(f"{API}/roots", json={"path": f"{other}/../{other.name}/"})
    assert added.status_code == 201
    assert (added.get_json()["path"], added.get_json()["tracks"]) == (str(other), 0)
    assert client.post(f"{API}/roots", json={"path": str(other)}).get_json() == added.get_json()
    page = client.get("/settings").get_data(as_text=True)
    assert "&lt;other&gt; music" in page
    other.rmdir()
    assert "cannot be reached now" in client.get("/settings").get_data(as_text=True)
    removed = client.delete(f"{API}/roots/{added.get_json()['id']}").get_json()
    assert removed["path"] == str(other)
    problem_of(client.delete(f"{API}/roots/{removed['id']}"), 404)

    form = {"tracks": "keep"}
    gone = client.post(f"/settings/roots/{known['id']}/remove", data=form)
    assert gone.location == "/settings#roots-title"
    assert client.get(f"{API}/tracks").get_json()["total"] == 2
    again = client.post("/settings/roots", data={"path": known["path"]})
    assert again.status_code == 303
    (known,) = client.get(f"{API}/roots").get_json()["roots"]
    with noted(place.engine.settings.home):
        problem_of(client.delete(f"{API}/roots/{known['id']}?tracks=remove"), 409)
    assert client.delete(f"{API}/roots/{known['id']}?tracks=remove").status_code == 200
    status = client.get(f"{API}/status").get_json()
    assert (status["tracks"], status["indexed"], status["roots"]) == (0, 0, [])
    # What failed elsewhere is still listed, and the files are left alone.
    assert status["failures"] == 1
    assert all(path.exists() for path in place.files)


@pytest.mark.parametrize("path", ["music", "", " ", "/no/such/folder", "/etc/hostname", "/\0", "~"])
def test_what_is_no_folder_of_the_server_is_refused(client: FlaskClient, path: str) -> None:
    problem_of(client.post(f"{API}/roots", json={"path": path}), 422)
    assert client.post("/settings/roots", data={"path": path}).status_code == 422


def test_only_an_admin_begins_runs_and_changes_folders(locked: Locked, tmp_path: Path) -> None:
    bob, ann = locked.signed_in("bob"), locked.signed_in("ann")
    assert "Add a folder" not in bob.get("/settings").get_data(as_text=True)
    assert "Add a folder" in ann.get("/settings").get_data(as_text=True)
    body = {"path": str(tmp_path)}
    assert bob.post(f"{API}/roots", json=body, headers=OURS).status_code == 403
    assert ann.post(f"{API}/roots", json=body, headers=OURS).status_code == 201
    assert bob.post("/library/run", headers=OURS).status_code == 403
    assert ann.post("/library/run", headers=OURS).status_code == 409  # this server begins none


def test_kept_evaluations_are_shown_and_damaged_ones_passed_over(place: Library) -> None:
    client = client_of(create_app(place.engine))
    assert "Nothing measured yet" in client.get("/library/evaluation").get_data(as_text=True)
    home = place.engine.settings.home
    cell = Measured(0.508, 0.472, 0.544, 253, "normal")
    rows = (Row("mir <b>", {"P@10": cell, "artists": 12, "note": None}),)
    report = Report("How well", {"name": "mir-2"}, (Table("T", "vectors", rows, "So."),))
    keep(home, "similarity", report.as_json(), NOW)
    keep(home, "similarity", report.as_json(), NOW + timedelta(days=1))
    (found,) = client.get(f"{API}/evaluations").get_json()["evaluations"]
    assert found["made_at"].startswith("2026-05-05")
    (told,) = found["tables"]
    assert (told["subject"], told["columns"]) == ("vectors", ["P@10", "artists", "note"])
    assert told["rows"][0]["cells"][0]["n"] == 253
    page = client.get("/library/evaluation").get_data(as_text=True)
    assert ".508 ± .036 <small>n = 253</small>" in page
    assert "mir &lt;b&gt;" in page
    for damage in ("{", '{"made_at": "2026-05-04", "report": {"title": 1}}', "[]"):
        (home / "evaluations" / "genre.json").write_text(damage)
        assert len(client.get(f"{API}/evaluations").get_json()["evaluations"]) == 1
