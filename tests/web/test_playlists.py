"""Playlists over the web: made, edited, asked again, exported, and shown on plain pages."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from mir.catalogue import playlists
from tests.web.asking import UPLOAD_LIMIT, Library, client_of, clip, problem_of
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


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["get", "post", "put", "patch", "delete"]),
    path=st.sampled_from(
        ["", "/{}", "/{}/entries", "/{}/entries/{}", "/{}/move", "/{}/refresh", "/import"]
    ),
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
    assert response.status_code in {200, 201, 308, 404, 405, 415, 422}
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
    assert re.findall(r"<option[^>]*>([^<]+)", page)[-2:] == ["A new one", "Night"]
    assert client.post(there, data={"change": "delete"}).headers["Location"] == "/playlists"
    assert client.get(there).status_code == 404


def test_what_is_seen_is_kept_without_scripts(client: FlaskClient, library: Library) -> None:
    """Each form of a page, sent as it stands there, keeps what the page shows."""

    def kept(page: str, **chosen: str) -> list[str]:
        (form,) = re.findall(r'<form class="changes keep".*?</form>', page, re.DOTALL)
        fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
        data = MultiDict([*fields, *chosen.items(), ("name", "It")])
        there = client.post("/playlists", data=data).headers["Location"]
        made = client.get(there).get_data(as_text=True)
        client.post(there, data={"change": "delete"})
        return [*re.findall(r'data-play="(\d+)"', made), *re.findall(r"· (made \w+)", made)]

    def shown(page: str) -> list[str]:
        return re.findall(r'class="play" data-play="(\d+)"', page)

    page = client.post("/", data=clip(library.files[2], genre="Folk")).get_data(as_text=True)
    assert kept(page) == [*shown(page), "made by"]
    for address in (
        "/browse?genre=Folk",
        "/browse?q=song+1&year_to=1979&mood=&not_genre=Jazz&genre_by=tag",
    ):
        page = client.get(address).get_data(as_text=True)
        assert shown(page)
        assert kept(page) == [*shown(page), "made from"]
    assert 'action="/playlists"' not in client.get("/browse").get_data(as_text=True)
    page = client.get("/tracks/1").get_data(as_text=True)
    assert kept(page, kind="similar") == [*shown(page), "made from"]
    after = client.get("/api/v1/recommendations?seed=1&count=25").get_json()["hits"]
    assert kept(page, kind="next") == [*(str(hit["track"]["id"]) for hit in after), "made from"]
    for wrong in ({"kind": "dance"}, {"kind": "similar"}, {"track": "999"}, {"name": "a\nb"}):
        assert client.post("/playlists", data={"name": "x", **wrong}).status_code in (404, 422)
    assert client.get(API).get_json()["total"] == 0


def test_what_was_meant_for_another_state_is_refused(client: FlaskClient) -> None:
    """Two tabs take out what stands first; the second means what is gone already."""
    made = make(client, tracks=[1, 2, 3, 4])
    one = f"{API}/{made['id']}"
    seen = made["changed_at"]
    first = client.delete(f"{one}/entries/1", query_string={"seen": seen}).get_json()
    for stale in (
        client.delete(f"{one}/entries/1", query_string={"seen": seen}),
        client.post(f"{one}/move", json={"position": 1, "to": 2, "seen": seen}),
        client.put(f"{one}/entries", json={"tracks": [], "seen": seen}),
    ):
        assert "look at it as it is now" in problem_of(stale, 409)["detail"]
    page = f"/playlists/{made['id']}"
    for change in ("remove", "up", "down", "move"):
        data = {"change": change, "position": 2, "to": 1, "seen": seen}
        assert client.post(page, data=data).status_code == 409
    assert listed(client, made["id"]) == [2, 3, 4]
    seen = first["changed_at"]
    moved = client.post(f"{one}/move", json={"position": 1, "to": 3, "seen": seen}).get_json()
    body = {"tracks": [4, 2], "seen": moved["changed_at"]}
    assert client.put(f"{one}/entries", json=body).get_json()["count"] == 2
    for wrong in ("yesterday", "2026-01-01T00:00:00"):  # the second without a zone
        problem_of(client.delete(f"{one}/entries/1", query_string={"seen": wrong}), 422)
    (seen,) = set(re.findall(r'name="seen" value="([^"]*)"', client.get(page).text))
    data = {"change": "move", "position": 2, "to": 1, "seen": seen}
    assert client.post(page, data=data).status_code == 303
    assert listed(client, made["id"]) == [2, 4]


def test_changes_lead_back_to_the_part_that_was_shown(client: FlaskClient) -> None:
    made = make(client, tracks=[1, 2, 3])
    there = f"/playlists/{made['id']}"
    part = {"limit": 2, "offset": 2}
    for change, back in (("up", "?offset=2&limit=2"), ("remove", "?limit=2")):
        response = client.post(there, data={"change": change, "position": 3, **part})
        assert response.headers["Location"] == there + back


def uploaded(data: bytes, name: str = "My list.m3u8", **fields: str) -> dict[str, Any]:
    return {"playlist": (io.BytesIO(data), name), **fields}


def test_a_list_is_imported(client: FlaskClient, library: Library) -> None:
    one, two = (str(library.files[place]) for place in (0, 1))
    data = f"#EXTM3U\n{two}\n/gone.mp3\n{one}\n../x.mp3\n".encode()
    response = client.post(f"{API}/import", data=uploaded(data))
    assert response.status_code == 201
    told = response.get_json()
    assert (told["made"]["name"], listed(client, told["made"]["id"])) == ("My list", [2, 1])
    assert [(each["line"], each["path"]) for each in told["unmatched"]] == [
        (3, "/gone.mp3"),
        (5, "../x.mp3"),
    ]
    moved = data.replace(str(library.files[0].parents[1]).encode(), b"/nas")
    places = {"map": f"/nas={library.files[0].parents[1]}", "name": "Again"}
    told = client.post(f"{API}/import", data=uploaded(moved, **places)).get_json()
    assert listed(client, told["made"]["id"]) == [2, 1]
    folder, name = library.files[0].parent, library.files[0].name
    places = {"folder": str(folder), "name": "Near"}
    told = client.post(f"{API}/import", data=uploaded(name.encode(), **places)).get_json()
    assert listed(client, told["made"]["id"]) == [1]


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        (b"ID3\0\0", {}),
        (b"#EXTM3U\n#PLAYLIST:../up\n", {}),
        (b"#EXTM3U\n#PLAYLIST:a\x0bb\n", {}),
        (b"x", {"name": "a\nb"}),
        (b"x", {"name": ".."}),
        (b"x", {"map": "/a=b"}),
        (b"x", {"map": "/a=/b/../c"}),
        (b"x", {"map": "/a=/b\nc"}),
        (b"x", {"folder": "lists"}),
        (b"x", {"colour": "red"}),
    ],
)
def test_what_cannot_be_imported_is_refused(
    client: FlaskClient, data: bytes, fields: dict[str, str]
) -> None:
    problem_of(client.post(f"{API}/import", data=uploaded(data, **fields)), 422)
    assert client.post("/playlists/import", data=uploaded(data, **fields)).status_code == 422
    assert client.get(API).get_json()["total"] == 0


def test_what_is_no_upload_is_refused(client: FlaskClient) -> None:
    problem_of(client.post(f"{API}/import", json={}), 415)
    problem_of(client.post(f"{API}/import", data={"playlist": ""}), 415)
    multipart = "multipart/form-data; boundary=x"
    large = client.post(f"{API}/import", data=b"#" * (2 * UPLOAD_LIMIT), content_type=multipart)
    problem_of(large, 413)
    problem_of(client.post(f"{API}/import", data=uploaded(b"x", name="")), 422)


def test_pages_import_and_export_without_scripts(client: FlaskClient, library: Library) -> None:
    path = str(library.files[1])
    response = client.post("/playlists/import", data=uploaded(path.encode()))
    assert response.status_code == 303
    response = client.post(
        "/playlists/import", data=uploaded(f"{path}\n<b>.mp3".encode(), name="b.m3u")
    )
    page = response.get_data(as_text=True)
    assert "1 track was found, 1 line was left out." in page
    assert "&lt;b&gt;.mp3" in page
    (there,) = re.findall(r'class="button" href="([^"]*)"', page)
    folder = library.files[0].parents[1]
    query = {"format": "m3u8", "map": f"{folder}=/nas", "folder": ""}
    saved = client.get(f"{there}/export", query_string=query)
    assert f"\n/nas/{library.files[1].relative_to(folder)}\n" in saved.get_data(as_text=True)
    assert client.get(f"{there}/export?map=x").status_code == 422
    assert client.get("/playlists/import").headers["Location"] == "/playlists"
