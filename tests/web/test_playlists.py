"""Playlists over the web: made, edited, asked again, exported, and shown on plain pages."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mir.catalogue import playlists
from tests.web.asking import Library, client_of, problem_of
from web.app import create_app

API = "/api/v1/playlists"


@pytest.fixture
def client(library: Library) -> Iterator[FlaskClient]:
    """A client whose playlists are gone again afterwards."""
    yield client_of(create_app(library.engine))
    with library.engine.catalogue.session() as session:
        for each in playlists.page(session, limit=1_000).items:
            playlists.remove(session, each.id)


def make(client: FlaskClient, **body: Any) -> Any:
    response = client.post(API, json={"name": "Evening", **body})
    assert response.status_code == 201, response.get_data(as_text=True)
    return response.get_json()


def listed(client: FlaskClient, playlist_id: int) -> list[int]:
    found = client.get(f"{API}/{playlist_id}?limit=200").get_json()
    return [each["track"]["id"] for each in found["entries"]]


def test_a_playlist_is_made_edited_and_deleted(client: FlaskClient) -> None:
    made = make(client, tracks=[3, 1, 3])
    one = f"{API}/{made['id']}"
    assert (made["name"], made["count"], made["query"]) == ("Evening", 3, None)
    assert client.post(f"{one}/entries", json={"tracks": [2]}).get_json()["count"] == 4
    assert client.post(f"{one}/move", json={"position": 4, "to": 1}).get_json()["count"] == 4
    assert listed(client, made["id"]) == [2, 3, 1, 3]
    assert client.delete(f"{one}/entries/2").get_json()["count"] == 3
    assert listed(client, made["id"]) == [2, 1, 3]
    part = client.get(f"{one}?offset=1&limit=1").get_json()
    assert [(each["position"], each["track"]["id"]) for each in part["entries"]] == [(2, 1)]
    assert client.put(f"{one}/entries", json={"tracks": []}).get_json()["count"] == 0
    assert client.patch(one, json={"name": "Night"}).get_json()["name"] == "Night"
    assert [each["name"] for each in client.get(API).get_json()["playlists"]] == ["Night"]
    assert client.delete(one).get_json()["name"] == "Night"
    problem_of(client.get(one), 404)


def test_a_playlist_is_made_from_a_query_and_asked_again(client: FlaskClient) -> None:
    near = client.get("/api/v1/tracks/1/similar?count=4").get_json()["hits"]
    made = make(client, query={"kind": "similar", "seed": [1], "count": 4})
    assert listed(client, made["id"]) == [hit["track"]["id"] for hit in near]
    one = f"{API}/{made['id']}"
    client.put(f"{one}/entries", json={"tracks": [1]})
    assert client.post(f"{one}/refresh").get_json()["count"] == 4
    folk = make(client, name="Folk", query={"kind": "tracks", "genre": ["Folk"]})
    found = client.get("/api/v1/tracks?genre=Folk").get_json()["tracks"]
    assert listed(client, folk["id"]) == [track["id"] for track in found]
    problem_of(client.post(f"{API}/{make(client, name='x')['id']}/refresh"), 422)


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("/similar?seed=1&seed=2&unlike=3&variety=0.5", {"kind": "similar"}),
        ("/similar?like_artist=Oslo+Nord&per_artist=1", {"kind": "similar"}),
        ("/recommendations?seed=1&genre=Folk", {"kind": "next"}),
        ("/path?start=1&end=9&steps=3", {"kind": "path"}),
        ("/recommendations?listener=ann&seed=4&duration=1m", {"kind": "recommend"}),
    ],
)
def test_every_question_can_be_kept(
    client: FlaskClient, address: str, query: dict[str, Any]
) -> None:
    asked = parse_qs(address.partition("?")[2])
    lists = {"seed", "unlike", "like_artist", "genre"}
    fields = {name: given if name in lists else given[0] for name, given in asked.items()}
    count = {} if query["kind"] in ("path", "recommend") else {"count": 20}
    hits = client.get(f"/api/v1{address}").get_json()["hits"]
    made = make(client, query=query | fields | count)
    assert listed(client, made["id"]) == [hit["track"]["id"] for hit in hits]
    assert made["query"]["kind"] == query["kind"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "x",
        {"name": "a\nb"},
        {"name": "../x"},
        {"name": " "},
        {"name": "x" * 201},
        {"name": "x", "colour": 1},
        {"name": "x", "query": {"kind": "dance"}},
        {"name": "x", "query": {"kind": "similar"}},
        {"name": "x", "query": {"kind": "similar", "seed": [1], "variety": 2}},
        {"name": "x", "query": {"kind": "path", "start": 1, "end": 1}},
        {"name": "x", "query": {"kind": "path", "start": 1}},
        {"name": "x", "query": {"kind": "recommend", "explore": 2}},
        {"name": "x", "query": {"kind": "tracks", "seed": [1]}},
        {"name": "x", "query": {"seed": [1]}},
        {"name": "x", "query": {"kind": "tracks", "count": 0}},
        {"name": "x", "query": {"kind": "tracks"}, "tracks": [1]},
    ],
)
def test_what_cannot_be_made_is_refused(client: FlaskClient, body: Any) -> None:
    problem_of(client.post(API, json=body), 422)
    assert client.get(API).get_json()["total"] == 0


def test_what_is_not_there_is_not_found(client: FlaskClient) -> None:
    made = make(client, tracks=[1])
    one = f"{API}/{made['id']}"
    problem_of(client.post(API, json={"name": "x", "tracks": [999]}), 404)
    problem_of(client.post(f"{one}/entries", json={"tracks": [999]}), 404)
    problem_of(client.post(f"{one}/move", json={"position": 1, "to": 2}), 404)
    for wrong in ("0", "2", str(2**70), "x"):
        problem_of(client.delete(f"{one}/entries/{wrong}"), 404)
        problem_of(client.get(f"{API}/{wrong}9"), 404)
    assert [each["name"] for each in client.get(API).get_json()["playlists"]] == ["Evening"]


def test_nobody_elses_page_may_change_playlists(client: FlaskClient) -> None:
    made = make(client, tracks=[1])
    other = {"Sec-Fetch-Site": "cross-site"}
    problem_of(client.delete(f"{API}/{made['id']}", headers=other), 403)
    problem_of(client.post(API, json={"name": "x"}, headers=other), 403)
    assert client.get(API).get_json()["total"] == 1


def test_a_playlist_is_exported(client: FlaskClient, library: Library) -> None:
    made = make(client, name='Ev"ening 🌙', tracks=[2, 1])
    one = f"{API}/{made['id']}/export"
    response = client.get(one)
    assert response.mimetype == "audio/mpegurl"
    assert response.headers["Content-Disposition"].endswith("''Ev%22ening%20%F0%9F%8C%99.m3u8")
    lines = response.get_data(as_text=True).splitlines()
    paths = [str(library.files[place]) for place in (1, 0)]
    assert [line for line in lines if not line.startswith("#")] == paths
    folder = library.files[0].parents[1]
    moved = client.get(one, query_string={"map": f"{folder}=/nas", "folder": "/nas"})
    assert f"\n{library.files[1].relative_to(folder)}\n" in moved.get_data(as_text=True)
    assert client.get(f"{one}?format=xspf").get_data(as_text=True).count("<location>") == 2
    assert len(client.get(f"{one}?format=jspf").get_json(force=True)["playlist"]["track"]) == 2
    for wrong in ("format=pls", "map=x", "map=/a", "map=a=/b"):
        problem_of(client.get(f"{one}?{wrong}"), 422)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["get", "post", "put", "patch", "delete"]),
    path=st.sampled_from(["", "/{}", "/{}/entries", "/{}/entries/{}", "/{}/move", "/{}/refresh"]),
    number=st.one_of(st.integers(0, 3), st.integers(), st.text(max_size=3)),
    body=st.one_of(
        st.binary(max_size=20),
        st.dictionaries(
            st.sampled_from(["name", "tracks", "query", "position", "to"]),
            st.recursive(
                st.none() | st.integers() | st.text(max_size=5) | st.booleans(),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["kind", "seed", "count"]), inner)
                ),
                max_leaves=5,
            ),
        ).map(lambda value: json.dumps(value).encode()),
    ),
)
def test_nothing_breaks_the_server(
    client: FlaskClient, method: str, path: str, number: object, body: bytes
) -> None:
    address = API + path.replace("{}", str(number).replace("/", "").replace("?", ""))
    send = getattr(client, method)
    response = send(address, data=body, content_type="application/json")
    assert response.status_code in {200, 201, 308, 404, 405, 422}
    if response.status_code >= 400:
        problem_of(response, response.status_code)


def test_pages_make_change_and_delete_without_scripts(client: FlaskClient) -> None:
    there = client.post("/playlists", data={"name": "<Evening>"}).headers["Location"]
    assert client.post("/tracks/1/playlist", data={"playlist": there.rpartition("/")[2]})
    for number in (2, 3):
        client.post(f"/tracks/{number}/playlist", data={"playlist": there.rpartition("/")[2]})

    def shown() -> list[str]:
        page = client.get(there).get_data(as_text=True)
        return re.findall(r'data-play="(\d+)"', page)

    assert shown() == ["1", "2", "3"]
    client.post(there, data={"change": "down", "position": 1})
    client.post(there, data={"change": "up", "position": 3})
    assert shown() == ["2", "3", "1"]
    client.post(there, data={"change": "remove", "position": 2})
    assert shown() == ["2", "1"]
    assert "&lt;Evening&gt;" in client.get("/playlists").get_data(as_text=True)
    assert client.post(there, data={"change": "rename", "name": "Night"}).status_code == 303
    assert client.post(there, data={"change": "rename", "name": "a/b"}).status_code == 422
    assert client.post(there, data={"change": "refresh"}).status_code == 422
    assert client.post("/tracks/1/playlist").status_code == 422
    assert client.post("/tracks/999/playlist", data={"name": "x"}).status_code == 404
    page = client.get("/tracks/1").get_data(as_text=True)
    assert re.findall(r"<option[^>]*>([^<]+)", page) == ["A new one", "Night"]
    assert client.post(there, data={"change": "delete"}).headers["Location"] == "/playlists"
    assert client.get(there).status_code == 404
