"""The API and the page say what a file has of the library, with rights side by side."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from random_notes import random_notes
from small_library import write_audio

from indexer.fingerprinting import fingerprint_all
from mir.analysis import Tags
from mir.audio.decode import read_start
from tests.tag_writing import write_tags
from tests.web.asking import Library, client_of, clip, fill, open_library, problem_of
from web.app import create_app

API = "/api/v1/rights/check"
RATE = 22_050


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Two tracks with rights: one of twenty seconds, one of five."""
    home = tmp_path_factory.mktemp("songs")
    paths = [home / "music" / f"{seed}.flac" for seed in (1, 2)]
    paths[0].parent.mkdir()
    for seed, path in enumerate(paths, 1):
        write_audio(path, random_notes(seed, 20.0 if seed == 1 else 5.0, RATE)[:, None], RATE)
        tags = Tags(title=f"Song <{seed}>", artists=("Ann & Bo",), licence="CC BY-NC 4.0")
        write_tags(path, tags)
    with open_library(home / "home") as engine:
        fill(engine, paths)
        assert fingerprint_all(engine, jobs=1).made == 2
        yield Library(engine, tuple(paths))


@pytest.fixture(scope="module")
def asked(songs: Library) -> FlaskClient:
    return client_of(create_app(songs.engine))


def sent(folder: Path, seed: int, start: float, end: float, licence: str | None = None) -> Path:
    """A stretch of a song as mp3."""
    sound = random_notes(seed, end, RATE)[round(start * RATE) :]
    path = write_audio(folder / "sent.mp3", sound[:, None], RATE)
    write_tags(path, Tags(title="Sent", licence=licence))
    return path


def test_a_part_is_told_with_its_place_and_both_rights(asked: FlaskClient, tmp_path: Path) -> None:
    path = sent(tmp_path, 1, 8.5, 13.5, licence="CC BY 4.0 <b>")
    answer = asked.post(API, data=clip(path)).get_json()
    assert (answer["among"], answer["among_music"]) == (2, 2)
    assert "no verdict" in answer["evidence"]
    found = answer["findings"][0]
    assert (found["kind"], found["verdict"], found["track"]["id"]) == ("contains", "certain", 1)
    (stretch,) = found["shared"]
    assert stretch["track_start"] - stretch["start"] == pytest.approx(8.5, abs=0.1)
    assert found["rights"] == [
        {
            "field": "licence",
            "file": "CC BY 4.0 <b>",
            "track": "CC BY-NC 4.0",
            "relation": "contradict",
        }
    ]


def test_the_same_recording_is_told(asked: FlaskClient, tmp_path: Path) -> None:
    answer = asked.post(API, data=clip(sent(tmp_path, 2, 0, 5))).get_json()
    (found,) = answer["findings"]
    assert (found["kind"], found["track"]["id"]) == ("same recording", 2)
    assert min(found["file_share"], found["track_share"]) > 0.95


def test_nothing_found_is_an_empty_list(asked: FlaskClient, tmp_path: Path) -> None:
    path = sent(tmp_path, 9, 0, 5)
    assert asked.post(API, data=clip(path)).get_json()["findings"] == []
    page = asked.post("/rights", data=clip(path)).get_data(as_text=True)
    assert "Nothing found in" in page


def test_what_cannot_be_compared_is_named(asked: FlaskClient, tmp_path: Path) -> None:
    text = asked.post(API, data=clip(b"hello, this is text\n" * 200))
    assert "holds text" in problem_of(text, 422)["detail"]
    long = asked.post(API, data=clip(sent(tmp_path, 1, 0, 7)))
    assert "longer than 6 seconds" in problem_of(long, 422)["detail"]
    short = asked.post(API, data=clip(sent(tmp_path, 1, 0, 0.4)))
    assert "too short" in problem_of(short, 422)["detail"]
    silence = write_audio(tmp_path / "s.flac", np.zeros((RATE * 3, 1), np.float32), RATE)
    assert "silent" in problem_of(asked.post(API, data=clip(silence)), 422)["detail"]
    problem_of(asked.post(API, data=clip(sent(tmp_path, 1, 0, 5), count=3)), 422)
    problem_of(asked.post(API, data={}), 415)


def test_the_page_shows_rights_side_by_side_and_plays_both(
    asked: FlaskClient, tmp_path: Path
) -> None:
    path = sent(tmp_path, 1, 8.5, 13.5, licence="CC BY 4.0 <b>")
    response = asked.post("/rights", data=clip(path))
    assert "media-src 'self' blob: data:" in response.headers["Content-Security-Policy"]
    page = response.get_data(as_text=True)
    assert "Song &lt;1&gt; by Ann &amp; Bo [1] (certain)" in page
    assert "no verdict" in page
    assert '<td dir="auto">CC BY 4.0 &lt;b&gt;</td><td dir="auto">CC BY-NC 4.0</td>' in page
    assert '<td class="contradict">contradict</td>' in page
    link = re.search(r'href="/api/v1/tracks/1/audio#t=([\d.]+)"', page)
    assert link
    assert float(link[1]) == pytest.approx(8.5, abs=1)
    sound = re.search(r'src="data:audio/mpeg;base64,([^"]+)"', page)
    assert sound
    heard = read_start(base64.b64decode(sound[1]), RATE, 60).samples
    assert 3 < len(heard) / RATE < 6


def test_the_page_waits_for_a_file(asked: FlaskClient) -> None:
    page = asked.get("/rights").get_data(as_text=True)
    assert 'action="/rights"' in page


def test_without_fingerprints_the_remedy_is_named(client: FlaskClient, library: Library) -> None:
    answer = client.post(API, data=clip(library.files[0])).get_json()
    assert (answer["among"], answer["findings"]) == (0, [])
    page = client.post("/rights", data=clip(library.files[0])).get_data(as_text=True)
    assert "Nothing found" not in page
    assert "<code>mir index</code>" in page
