"""Plays over the web: sent once or in lists, looked at, taken back, erased."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_up_library import made_up, stored, unit_vectors

from tests.web.asking import client_of, open_library, problem_of
from web.app import create_app

API = "/api/v1/plays"
NOON = "2026-01-02T12:00:00Z"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    """A library of three tracks that nobody has played."""
    with open_library(tmp_path / "home") as engine:
        stored(engine, [made_up(n, vector) for n, vector in enumerate(unit_vectors(3))])
        yield client_of(create_app(engine))


def listed(client: FlaskClient, listener: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(API, query_string={"listener": listener}).json["plays"]  # type: ignore[index]
    return found


def test_one_play_is_kept_and_shown(client: FlaskClient) -> None:
    before = datetime.now(UTC)
    answer = client.post(API, json={"track": 2}).get_json()
    assert answer["known"] == 0
    (play,) = answer["added"]
    assert (play["track"], play["kind"], play["listener"]) == (2, "listen", "")
    assert (play["title"], play["seconds"]) == ("Title 1", None)
    assert timedelta(0) <= datetime.fromisoformat(play["at"]) - before < timedelta(minutes=1)
    assert listed(client) == [play]


def test_a_list_is_kept_once(client: FlaskClient) -> None:
    sent = [
        {"track": 1, "kind": "like", "at": NOON, "listener": "ann", "reference": "a"},
        {"track": 2, "at": "2026-01-02T12:00:00-05:00", "listener": "ann", "seconds": 61.5},
    ]
    added = client.post(API, json=sent).get_json()["added"]
    assert [play["kind"] for play in added] == ["like", "listen"]
    again = client.post(API, json=[*sent, {"track": 3, "at": NOON, "listener": "ann"}]).get_json()
    assert (len(again["added"]), again["known"]) == (1, 2)
    assert [play["track"] for play in listed(client, "ann")] == [2, 3, 1]
    page = client.get(f"{API}?listener=ann&offset=1&limit=1").get_json()
    assert (page["total"], page["offset"], [p["track"] for p in page["plays"]]) == (3, 1, [3])
    of_one = client.get(f"{API}?listener=ann&track=1&kind=like").get_json()
    assert (of_one["total"], [p["reference"] for p in of_one["plays"]]) == (1, ["a"])
    problem_of(client.get(f"{API}?kind=love"), 422)
    assert listed(client) == []
    assert client.post(API, json=[]).get_json() == {"added": [], "known": 0}


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"track": 4711}, 404, "4711"),
        ({}, 422, "track"),
        ({"track": 1, "kind": "love"}, 422, "kind"),
        ({"track": 1, "at": "2026-01-02T12:00:00"}, 422, "at"),
        ({"track": 1, "at": "9999-12-31T23:59:59-12:00"}, 422, "past, or now"),
        ({"track": 1, "seconds": -1}, 422, "seconds"),
        ({"track": 1, "mood": "good"}, 422, "mood"),
        ({"track": 1, "listener": "x" * 101}, 422, "listener"),
        ([{"track": 1}, {"track": 0}], 422, "1.track"),
        ([{"track": 1}] * 1001, 422, "1000"),
        ("track", 422, "request"),
        (None, 422, "request"),
    ],
)
def test_what_cannot_be_right_keeps_all_out(
    client: FlaskClient, sent: Any, status: int, said: str
) -> None:
    problem = problem_of(client.post(API, json=sent), status)
    assert said in problem["detail"]
    assert listed(client) == []


def test_one_is_taken_back(client: FlaskClient) -> None:
    added = client.post(API, json=[{"track": n, "at": NOON} for n in (1, 2)]).get_json()["added"]
    assert client.delete(f"{API}/{added[0]['id']}").get_json() == added[0]
    assert listed(client) == [added[1]]
    problem_of(client.delete(f"{API}/{added[0]['id']}"), 404)


@pytest.mark.parametrize("number", ["0", "999", str(2**31), str(2**70), "x", "-1"])
def test_an_unknown_play_is_not_found(client: FlaskClient, number: str) -> None:
    problem_of(client.delete(f"{API}/{number}"), 404)


def test_what_a_listener_has_not_played_is_asked_like_any_other_filter(client: FlaskClient) -> None:
    client.post(API, json=[{"track": 1, "at": NOON, "listener": "ann"}, {"track": 2}])

    def ids(path: str) -> set[int]:
        answer = client.get(f"/api/v1/{path}").get_json()
        hits = [hit["track"] for hit in answer["hits"]] if "hits" in answer else answer["tracks"]
        return {track["id"] for track in hits}

    assert ids("tracks?unplayed=true") == {1, 3}
    assert ids("tracks?unplayed=true&listener=ann") == {2, 3}
    assert ids("tracks?not_played_since=2026-01-03&listener=ann") == {1, 2, 3}
    assert ids("tracks?not_played_since=1h") == {1, 3}
    assert ids("tracks/3/similar?unplayed=true&listener=ann") == {2}
    # Whose taste is asked is also who has not played a track.
    assert ids("recommendations?unplayed=true&listener=ann&seed=3") == {2}
    assert ids("recommendations?unplayed=true&listener=bo") == {1, 2, 3}
    client.post(API, json={"track": 3, "kind": "skip"})
    assert ids("tracks?unplayed=true") == {1, 3}


def test_a_listener_is_erased_only_when_that_is_confirmed(client: FlaskClient) -> None:
    client.post(API, json=[{"track": 1, "listener": name} for name in ("", "ann")])
    problem = problem_of(client.delete(f"{API}?listener=ann"), 422)
    assert problem["errors"][0]["field"] == "confirm"
    problem_of(client.delete(f"{API}?listener=ann&confirm=false"), 422)
    assert len(listed(client, "ann")) == 1
    assert client.delete(f"{API}?listener=ann&confirm=true").get_json() == {"changed": 1}
    assert (len(listed(client, "ann")), len(listed(client))) == (0, 1)


@pytest.mark.parametrize("method", ["post", "delete"])
def test_pages_of_other_sites_change_nothing(client: FlaskClient, method: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    address = f"{API}?confirm=true" if method == "delete" else API
    problem_of(getattr(client, method)(address, headers=headers, json={"track": 1}), 403)
    assert listed(client) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(["track", "kind", "at", "seconds", "listener", "reference", "x"])
PLAYS = st.dictionaries(
    NAMES, JSON | st.sampled_from([1, 2, "like", NOON, "\ud800", "\0", 1e308, 10**30])
)


@given(sent=PLAYS | st.lists(PLAYS, max_size=3) | JSON, raw=st.none() | st.binary(max_size=30))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_body_breaks_the_server(client: FlaskClient, sent: Any, raw: bytes | None) -> None:
    body = json.dumps(sent).encode() if raw is None else raw
    response = client.post(API, data=body, content_type="application/json")
    assert response.status_code < 500
    if response.status_code >= 400:
        problem_of(response, response.status_code)


@given(
    pairs=st.dictionaries(
        st.sampled_from(["listener", "confirm", "offset", "limit", "x"]),
        st.text(max_size=5) | st.sampled_from(["1", "true", "-1", "\0", str(2**70)]),
    ),
    method=st.sampled_from(["get", "delete"]),
)
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_query_breaks_the_server(client: FlaskClient, pairs: Any, method: str) -> None:
    response = getattr(client, method)(API, query_string=pairs)
    assert response.status_code < 500
