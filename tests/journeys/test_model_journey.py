"""A library changes its model under a running server, with a kill in the middle, and goes back.

Real processes and real networks; the second one is the shipped network with its embeddings moved
and its genres renamed, so that every answer shows which of the two it comes from.
"""

import http.client
import json
import signal
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from other_model import other_model
from small_library import small_library

from mir.model.embedder import Embedder, identity
from tests.journeys.test_index_journey import Terminal

TRACKS = 40  # more than a run stores at once
MARK = "b "  # before every genre of the second model


class Asker:
    """Asks a server without pause what is near, by track and by clip, and notes the answers."""

    def __init__(self, port: int, clip: Path) -> None:
        self._port = port
        self._clip = clip
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.answers: list[dict[str, Any]] = []
        self.problems: list[str] = []

    @contextmanager
    def asking(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._done.set()
            self._thread.join()

    def wait_for(self, model: str) -> None:
        """Return when an answer begun from now on comes from that model."""
        deadline = time.monotonic() + 180
        begun = len(self.answers) + 2
        while time.monotonic() < deadline:
            if any(model_of(each) == model for each in self.answers[begun:]):
                return
            time.sleep(0.02)
        raise AssertionError(f"{model} never answered; {self.problems}")

    def _run(self) -> None:
        while not self._done.is_set():
            for ask in (self._similar, self._clip_search):
                connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
                try:
                    ask(connection)
                    response = connection.getresponse()
                    body = response.read()
                    if response.status != 200:
                        self.problems.append(body.decode())
                    else:
                        self.answers.append(json.loads(body))
                except Exception as error:
                    self.problems.append(repr(error))
                finally:
                    connection.close()

    def _similar(self, connection: http.client.HTTPConnection) -> None:
        connection.request("GET", "/api/v1/tracks/1/similar?count=5")

    def _clip_search(self, connection: http.client.HTTPConnection) -> None:
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="clip"; filename="c"\r\n\r\n'
        body = head.encode() + self._clip.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        form = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        connection.request("POST", "/api/v1/search", body, form)


def genres_of(answer: dict[str, Any]) -> list[str]:
    heard = answer.get("heard", {"genres": []})["genres"]
    found = [label for hit in answer["hits"] for label in hit["track"]["genres"]]
    return [label["name"] for label in (*heard, *found)]


def model_of(answer: dict[str, Any]) -> str:
    """Which of the two models all of an answer comes from."""
    marked = {name.startswith(MARK) for name in genres_of(answer)}
    assert len(marked) == 1, answer
    return "second" if marked == {True} else "first"


def ranking(answer: dict[str, Any]) -> list[tuple[int, float]]:
    return [(hit["track"]["id"], round(hit["score"], 4)) for hit in answer["hits"]]


def test_a_library_changes_its_model_while_it_is_asked(tmp_path: Path) -> None:
    music = tmp_path / "music"
    small_library(music, tracks=TRACKS, formats=("wav",), seconds=1.2)
    genres = tuple(MARK + name for name in Embedder.load().info.genres)
    second = other_model(tmp_path / "second.onnx", moved=0.4, name="second", genres=genres)
    shell = Terminal(tmp_path / "home")
    assert shell.mir("index", music, "--jobs", 1)["added"] == TRACKS

    with shell.start("serve", "--port", 0, "--json") as server:
        try:
            assert server.stdout is not None
            port = int(json.loads(server.stdout.readline())["url"].rpartition(":")[2])
            asker = Asker(port, next(music.rglob("*.wav")))
            with asker.asking():
                _change_and_go_back(shell, asker, second)
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=60)

    assert asker.problems == []
    for kind in (False, True):  # by track, by clip
        answers = [each for each in asker.answers if ("heard" in each) is kind]
        by_model: dict[str, set[str]] = {"first": set(), "second": set()}
        for answer in answers:
            by_model[model_of(answer)].add(json.dumps(ranking(answer)))
        # Each model always gave the same answer, and never the other one's.
        assert [len(found) for found in by_model.values()] == [1, 1]
        assert by_model["first"].isdisjoint(by_model["second"])


def _change_and_go_back(shell: Terminal, asker: Asker, second: Path) -> None:
    """Use the second model, with a kill on the way; then the first one again."""
    asker.wait_for("first")
    assert shell.mir("model", "use", second)["state"] == "pending"
    database = Path(shell.environment["MIR_HOME"]) / "catalogue.db"
    _kill_in_the_middle(shell, database, identity(second.read_bytes()))
    asker.wait_for("first")
    status = shell.mir("status")
    assert (status["model_name"], status["pending_model"]["name"]) == ("mir-2", "second")
    already = status["pending_model"]["tracks"]
    assert 0 < already < TRACKS
    with shell.start("index", "--jobs", 1, "--json") as run:
        report = json.loads(run.communicate(timeout=300)[0])
    assert report["caught_up"] == TRACKS - already
    assert f"second has heard all {TRACKS} tracks" in report["messages"][0]
    asker.wait_for("second")
    assert shell.mir("model", "use", "mir-2")["state"] == "active"
    asker.wait_for("first")


def _kill_in_the_middle(shell: Terminal, database: Path, model_id: str) -> None:
    """Run the index and kill it when the model has heard some tracks and not all."""
    with shell.start("index", "--jobs", 1) as process:
        deadline = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < deadline:
            if _heard(database, model_id):
                break
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()


def _heard(database: Path, model_id: str) -> int:
    with suppress(sqlite3.OperationalError):
        connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        try:
            asked = "SELECT count(*) FROM embeddings WHERE model_id = ?"
            return int(connection.execute(asked, (model_id,)).fetchone()[0])
        finally:
            connection.close()
    return 0
