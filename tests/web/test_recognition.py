"""The API and the page say which recording a clip is."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from songs_of_notes import write_mix

from tests.web.asking import Library, clip, problem_of

API = "/api/v1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


def piece(folder: Path, seed: int, start: float, seconds: float = 5.0) -> Path:
    """A stretch of a song as Ogg Vorbis."""
    return write_mix(folder / f"{seed} {start}.ogg", (seed, start, seconds))


def test_a_clip_of_a_track_is_identified(asked: FlaskClient, folder: Path) -> None:
    sent = clip(piece(folder, 2, 12.3))
    answer = asked.post(f"{API}/identify", data=sent).get_json()
    assert (answer["among"], answer["others"]) == (4, [])
    found = answer["recording"]
    assert (found["track"]["id"], found["verdict"]) == (2, "certain")
    assert found["offset"] == pytest.approx(12.3, abs=0.1)
    assert found["tempo"] == pytest.approx(1.0, abs=0.01)
    assert found["score"] >= 8


def test_a_search_says_the_same(asked: FlaskClient, folder: Path) -> None:
    path = piece(folder, 1, 7.0)
    alone = asked.post(f"{API}/identify", data=clip(path)).get_json()
    searched = asked.post(f"{API}/search", data=clip(path, artist="nobody")).get_json()
    assert searched["recording"] == alone["recording"]
    assert searched["hits"] == []


def test_another_clip_is_not_in_the_library(asked: FlaskClient, folder: Path) -> None:
    path = piece(folder, 9, 3.0)
    answer = asked.post(f"{API}/identify", data=clip(path)).get_json()
    assert answer == {"recording": None, "others": [], "among": 4}
    searched = asked.post(f"{API}/search", data=clip(path)).get_json()
    assert (searched["recording"], searched["among"]) == (None, 4)
    assert searched["hits"]


def test_what_cannot_be_heard_is_named(asked: FlaskClient, folder: Path) -> None:
    text = asked.post(f"{API}/identify", data=clip(b"hello, this is text\n" * 200))
    assert "holds text" in problem_of(text, 422)["detail"]
    long = asked.post(f"{API}/identify", data=clip(piece(folder, 1, 0.0, 7.0)))
    assert "longer than 6 seconds" in problem_of(long, 422)["detail"]
    assert "mir identify --timeline" in problem_of(long, 422)["detail"]
    wrong = asked.post(f"{API}/identify", data=clip(piece(folder, 1, 0.0), count=3))
    problem_of(wrong, 422)


def test_the_page_says_it_and_plays_from_there(asked: FlaskClient, folder: Path) -> None:
    page = asked.post("/", data=clip(piece(folder, 1, 12.3))).get_data(as_text=True)
    said, _, near = page.partition('id="near-title"')
    assert near
    heading = re.search(r'<h2 id="recording-title".*?</h2>', said, re.DOTALL)
    assert heading
    words = " ".join(re.sub(r"<[^>]*>", "", heading[0]).split())
    assert words == "This is Song &lt;1&gt; by Ann &amp; Bo at 0:12"
    link = re.search(r'href="/api/v1/tracks/1/audio#t=([\d.]+)"', heading[0])
    assert link
    assert float(link[1]) == pytest.approx(12.3, abs=0.1)


def test_the_page_names_the_second_that_the_command_names(asked: FlaskClient, folder: Path) -> None:
    page = asked.post("/", data=clip(piece(folder, 2, 11.98))).get_data(as_text=True)
    assert re.search(r'data-of="2"[^>]* title="Play [^"]* from 0:12 on">at 0:12</a>', page)


def test_the_page_says_when_it_is_not_there(asked: FlaskClient, folder: Path) -> None:
    page = asked.post("/", data=clip(piece(folder, 9, 3.0))).get_data(as_text=True)
    assert "Not in the library" in page


def test_without_fingerprints_the_remedy_is_named(client: FlaskClient, library: Library) -> None:
    answer = client.post(f"{API}/identify", data=clip(library.files[0])).get_json()
    assert answer == {"recording": None, "others": [], "among": 0}
    page = client.post("/", data=clip(library.files[0])).get_data(as_text=True)
    assert "Not in the library" not in page
    assert "<code>mir index</code>" in page


def test_further_recordings_are_named_below_the_first(asked: FlaskClient, folder: Path) -> None:
    sent = piece(folder, 3, 9.0)
    answer = asked.post(f"{API}/search", data=clip(sent)).get_json()
    first, (other,) = answer["recording"], answer["others"]
    assert {first["track"]["id"], other["track"]["id"]} == {3, 4}
    page = asked.post("/", data=clip(sent)).get_data(as_text=True)
    said = " ".join(
        re.sub(r"<[^>]*>", "", page[page.index("This is also") :].partition("</p>")[0]).split()
    )
    assert said == f"This is also Song &lt;{other['track']['id']}&gt; by Ann &amp; Bo at 0:09"
    link = rf'href="/api/v1/tracks/{other["track"]["id"]}/audio#t=(9|8\.9|9\.0)'
    assert re.search(link, page)
