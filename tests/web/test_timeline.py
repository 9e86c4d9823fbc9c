"""The API and the page say what was played when in a long recording."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from songs_of_notes import write_mix

from tests.web.asking import Library, client_of, clip, problem_of
from web.api import search
from web.app import create_app
from web.context import Context, attach
from web.listening import ListeningDesk
from web.metrics import Metrics

TIMELINE = "/api/v1/identify/timeline"


@pytest.fixture(scope="module")
def mix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds of one song, twenty of no track, twenty of another from its start on."""
    path = tmp_path_factory.mktemp("mix") / "mix.ogg"
    return write_mix(path, (1, 8.0, 20.0), (9, 0.0, 20.0), (2, 0.0, 20.0))


def test_what_was_played_when(asked: FlaskClient, mix: Path) -> None:
    answer = asked.post(TIMELINE, data=clip(mix)).get_json()
    assert answer["among"] == 4
    first, second = answer["played"]
    assert [each["track"]["id"] for each in (first, second)] == [1, 2]
    assert first.keys() == {"track", "start", "end", "offset", "tempo", "score", "verdict"}
    assert first["start"] == 0.0
    assert first["end"] == pytest.approx(20.0, abs=6.0)
    assert first["offset"] == pytest.approx(8.0, abs=0.2)
    assert second["start"] - second["offset"] == pytest.approx(40.0, abs=0.3)
    assert {first["verdict"], second["verdict"]} == {"certain"}


def test_nothing_of_it_may_be_there(asked: FlaskClient, tmp_path: Path) -> None:
    sent = clip(write_mix(tmp_path / "other.ogg", (9, 0.0, 12.0)))
    assert asked.post(TIMELINE, data=sent).get_json() == {"played": [], "among": 4}


def test_a_recording_over_the_limit_is_refused_with_the_remedy(
    asked: FlaskClient, mix: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "LONGEST_RECORDING", 30.0)
    for path in (TIMELINE, "/"):
        response = asked.post(path, data=clip(mix), headers={"X-Fragment": "search"})
        detail = problem_of(response, 422)["detail"]
        assert detail.startswith("the clip is longer than 30 seconds")
        assert "`mir identify --timeline FILE`" in detail


def test_what_is_no_sound_and_what_is_no_field_are_named(asked: FlaskClient, mix: Path) -> None:
    text = asked.post(TIMELINE, data=clip(b"hello, this is text\n" * 200))
    assert "holds text" in problem_of(text, 422)["detail"]
    problem_of(asked.post(TIMELINE, data=clip(mix, genre="Rock")), 422)


def test_one_recording_at_a_time_and_clips_need_not_wait(songs: Library, mix: Path) -> None:
    app = create_app(songs.engine)
    long_desk = ListeningDesk(seats=1, queue=0)
    attach(
        app, Context(songs.engine, ListeningDesk(), long_desk, lambda: None, Metrics(songs.engine))
    )
    client = client_of(app)
    with long_desk.seat():
        problem_of(client.post(TIMELINE, data=clip(mix)), 503)
        heard = client.post("/api/v1/classify", data=clip(mix))
        assert "longer than 6 seconds" in problem_of(heard, 422)["detail"]


def test_the_page_shows_it_for_a_clip_too_long_to_be_heard_as_one(
    asked: FlaskClient, mix: Path
) -> None:
    page = asked.post("/", data=clip(mix)).get_data(as_text=True)
    first, second = re.findall(r'<li class="track passage">(.*?)</li>', page, re.DOTALL)
    assert re.search(r"0:00–0:(20|25)<", first)
    assert '<a class="track-title" href="/tracks/1" dir="auto">Song &lt;1&gt;</a>' in first
    assert "Ann &amp; Bo" in first
    assert "certain" in first
    assert 'data-clip-moment="0.0"' in first
    there = re.search(r'href="/api/v1/tracks/1/audio#t=([\d.]+)"', first)
    assert there
    assert float(there[1]) == pytest.approx(8.0, abs=0.2)
    # Both sides sound alike from where they are played: the second song begins 40 seconds in.
    here = re.search(r'data-clip-moment="([\d.]+)"', second)
    there = re.search(r'href="/api/v1/tracks/2/audio#t=([\d.]+)"', second)
    assert here
    assert there
    assert float(here[1]) - float(there[1]) == pytest.approx(40.0, abs=0.3)
    assert 'id="near-title"' not in page
    assert re.search(r'id="filters" class="filters" hidden', page)


def test_the_page_shows_it_for_a_shorter_clip_when_asked(
    asked: FlaskClient, tmp_path: Path
) -> None:
    sent = clip(write_mix(tmp_path / "short.ogg", (2, 3.0, 5.0)), timeline="true")
    page = asked.post("/", data=sent).get_data(as_text=True)
    assert page.count('<li class="track passage">') == 1
    assert "What sounds like it" in page


def test_the_page_without_fingerprints_names_the_remedy(client: FlaskClient, mix: Path) -> None:
    page = client.post("/", data=clip(mix)).get_data(as_text=True)
    assert "<code>mir index</code>" in page
