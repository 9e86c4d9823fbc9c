"""Why a hit is one, over the API and on the pages, for tracks long enough to have passages."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from html import unescape
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import pytest
from flask.testing import FlaskClient
from pydantic import BaseModel
from small_library import small_library, song, write_audio

from mir.durations import moment
from mir.passages import places
from mir.search.why import Why
from tests.web.asking import Library, client_of, clip, fill, open_library
from web.app import create_app
from web.schemas import TrackOut
from web.schemas.why import WhyOut
from web.wording import sound_at

API = "/api/v1"
SECONDS = 40.0
COUNT = 3  # passages of so long a track


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Four tracks of forty seconds."""
    home = tmp_path_factory.mktemp("reasons")
    paths = small_library(
        home / "music", tracks=4, formats=("flac",), seconds=SECONDS, sample_rate=8_000, channels=1
    )
    with open_library(home / "home") as engine:
        fill(engine, paths)
        yield Library(engine, tuple(paths))


@pytest.fixture(scope="module")
def client(library: Library) -> FlaskClient:
    return client_of(create_app(library.engine))


def _five_seconds(library: Library) -> Path:
    """The beginning of the first track, as long as a clip may be here."""
    return write_audio(library.files[0].with_name("clip.wav"), song(0, 5.0, 8_000, 1), 8_000)


def hits_of(client: FlaskClient, library: Library, path: str) -> list[dict[str, Any]]:
    if path == "/search":
        answer = client.post(f"{API}/search", data=clip(_five_seconds(library)))
    else:
        answer = client.get(API + path)
    hits: list[dict[str, Any]] = answer.get_json()["hits"]
    assert len(hits) >= 3
    return hits


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/search", None),
        ("/tracks/1/similar", 1),
        ("/similar?seed=1", 1),
        ("/recommendations?seed=1", 1),
        ("/path?start=1&end=3&steps=3", 1),
    ],
)
def test_every_hit_says_why(
    client: FlaskClient, library: Library, path: str, query: int | None
) -> None:
    hits = hits_of(client, library, path)
    if path.startswith("/path"):
        first, *hits = hits
        assert first["reasons"] == []
        assert first["why"]["percentile"] is None
        hits = hits[:1]
    lying = [(span.start, span.seconds) for span in places(SECONDS, COUNT)]
    for hit in hits:
        why = hit["why"]
        assert why["compared_with"] == query
        assert why["percentile"] == hit["similarity"]
        assert why["passages"]["pairs"] == (COUNT if path == "/search" else COUNT**2)
        here, there = why["passages"]["query"], why["passages"]["track"]
        for span in (here, there):
            own = [(0.0, 5.0)] if path == "/search" and span is here else lying
            assert (span["start"], span["seconds"]) in [pytest.approx(each) for each in own]
        said = f"{moment(here['start'])} here is nearest to {moment(there['start'])} there"
        assert hit["reasons"][-1] == said
        assert why["artist"] is None or why["artist"] in hit["track"]["artists"]
        for name in why["genres"]["shared"]:
            named = {label["name"]: label["probability"] for label in hit["track"]["genres"]}
            assert named[name["name"]] == name["track"]


def test_the_fields_are_those_of_the_value() -> None:
    _same_fields(Why, WhyOut)


def _same_fields(value: type, shape: type[BaseModel]) -> None:
    """The shape has the fields of the frozen value, and so have the values inside it."""
    assert is_dataclass(value)
    named = {field.name: field.type for field in fields(value)}
    assert list(named) == list(shape.model_fields)
    for name, told in named.items():
        inner, shown = _inside(told), _inside(shape.model_fields[name].annotation)
        if is_dataclass(inner):
            assert isinstance(inner, type)
            assert issubclass(shown, BaseModel)
            _same_fields(inner, shown)


def _inside(told: Any) -> Any:
    """The type without its container and without None."""
    if get_origin(told) in (tuple, list) or isinstance(told, UnionType):
        return _inside(get_args(told)[0])
    return told


def test_the_track_page_links_both_moments(client: FlaskClient, library: Library) -> None:
    page = client.get("/tracks/1").get_data(as_text=True)
    for hit in hits_of(client, library, "/tracks/1/similar"):
        found = hit["why"]["passages"]
        for track, span, where in (
            (1, found["query"], "here"),
            (hit["track"]["id"], found["track"], "there"),
        ):
            begin = span["start"]
            address = f"{API}/tracks/{track}/audio"
            link = re.search(
                rf'<a class="moment" href="{address}#t={begin:.3f}" data-full '
                rf'data-moment="{re.escape(str(begin))}" data-of="{track}"[^>]*>'
                rf"{moment(begin)} {where}</a>",
                page,
            )
            assert link, (track, begin, where)
            assert client.get(address).status_code == 200
        for reason in hit["reasons"][:-1]:
            assert reason in unescape(page)


def test_the_search_page_links_moments_of_tracks_only(
    client: FlaskClient, library: Library
) -> None:
    page = client.post("/", data=clip(_five_seconds(library))).get_data(as_text=True)
    assert re.search(r"0:00 here is nearest to <a class=\"moment\"", page)
    assert " here</a>" not in page
    assert page.count(" there</a>") == 4


def test_a_moment_of_a_track_inside_a_file_is_counted_from_its_start(client: FlaskClient) -> None:
    whole = TrackOut.model_validate(client.get(f"{API}/tracks/2").get_json())
    address = f"{API}/tracks/2/audio"
    assert sound_at(whole, 13.5) == f"{address}#t=13.500"
    inside = whole.model_copy(
        update={"start": 100.0, "end": 160.0, "audio_url": f"{address}#t=100.000,160.000"}
    )
    assert sound_at(inside, 13.5) == f"{address}#t=113.500,160.000"
