"""Failures over the web: listed, retried, ignored, restored; and nobody else's page may do so."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mir.analysis import Failure
from mir.catalogue import failures
from mir.engine import Engine
from tests.web.asking import NOW, client_of, open_library, problem_of
from web.app import create_app

API = "/api/v1/failures"
COUNT = 3
CHANGES = ("retry", "ignore", "restore")


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Engine]:
    """A library of files that could not be analysed."""
    with open_library(tmp_path / "home") as engine:
        with engine.catalogue.session() as session:
            for number in range(1, COUNT + 1):
                failures.record(session, Failure(Path(f"/m/{number}.mp3"), 1, 1, "bad"), NOW)
        yield engine


@pytest.fixture
def client(broken: Engine) -> FlaskClient:
    return client_of(create_app(broken))


def states(client: FlaskClient) -> dict[int, str]:
    """Id -> state of every failure, as the API lists them."""
    lists = [client.get(f"{API}{query}").get_json() for query in ("", "?state=ignored")]
    return {each["id"]: each["state"] for found in lists for each in found["failures"]}


def test_each_change_has_its_state(client: FlaskClient) -> None:
    assert client.post(f"{API}/1/ignore").get_json()["state"] == "ignored"
    answer = client.post(f"{API}/2/retry").get_json()
    assert (answer["id"], answer["path"], answer["state"]) == (2, "/m/2.mp3", "again")
    assert states(client) == {1: "ignored", 2: "again", 3: "failed"}
    assert client.get("/api/v1/status").get_json()["failures"] == COUNT - 1
    assert [each["id"] for each in client.get(f"{API}?state=failed").get_json()["failures"]] == [3]
    for number in (1, 2):
        assert client.post(f"{API}/{number}/restore").get_json()["state"] == "failed"
    assert set(states(client).values()) == {"failed"}


def test_all_are_retried_but_none_that_is_ignored(client: FlaskClient) -> None:
    client.post(f"{API}/1/ignore")
    assert client.post(f"{API}/retry").get_json() == {"changed": COUNT - 1}
    assert states(client) == {1: "ignored", 2: "again", 3: "again"}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("number", ["999", "0", str(2**31), str(2**70), "x", "-1", "1.5"])
def test_an_unknown_failure_is_not_found(client: FlaskClient, number: str, change: str) -> None:
    problem_of(client.post(f"{API}/{number}/{change}"), 404)
    assert set(states(client).values()) == {"failed"}


def test_an_unknown_state_is_refused(client: FlaskClient) -> None:
    problem = problem_of(client.get(f"{API}?state=excluded"), 422)
    assert problem["errors"][0]["field"] == "state"
    problem_of(client.get(f"{API}/1/retry"), 405)


@given(
    number=st.one_of(st.integers(), st.text(max_size=5)),
    change=st.sampled_from((*CHANGES, "forget")),
    body=st.binary(max_size=20),
    kind=st.sampled_from(["application/json", "multipart/form-data", "text/plain", ""]),
)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_request_breaks_the_server(
    client: FlaskClient, number: Any, change: str, body: bytes, kind: str
) -> None:
    response = client.post(f"{API}/{number}/{change}", data=body, content_type=kind)
    assert response.status_code < 500
    if response.status_code >= 400:
        problem_of(response, response.status_code)


def test_the_page_has_a_button_for_each_change(client: FlaskClient) -> None:
    page = client.get("/library").get_data(as_text=True)
    assert page.count('value="ignore"') == COUNT
    assert page.count('value="retry"') == COUNT + 1  # and one for all
    assert "ignored</a>" not in page

    form = {"failure": 1, "change": "ignore", "limit": 50, "offset": 0}
    page = client.post("/library/failures", data=form, follow_redirects=True).get_data(True)
    assert "/m/1.mp3" not in page
    assert "1 ignored</a>" in page
    assert re.search(r"<dt>Failures</dt><dd>2</dd>", page)

    page = client.get("/library?state=ignored").get_data(as_text=True)
    assert "/m/1.mp3" in page
    assert "/m/2.mp3" not in page
    assert "Try all again" not in page
    form = {"failure": 1, "change": "restore", "state": "ignored", "limit": 50, "offset": 0}
    response = client.post("/library/failures", data=form)
    assert response.status_code == 303
    assert response.location == "/library?state=ignored&limit=50&offset=0#failures-title"

    client.post("/library/failures", data={"change": "retry"})
    assert set(states(client).values()) == {"again"}
    page = client.get("/library").get_data(as_text=True)
    assert page.count("Tried in the next run") == COUNT


def test_what_is_ignored_last_on_a_page_leads_to_the_page_before(client: FlaskClient) -> None:
    form = {"failure": 1, "change": "ignore", "limit": 2, "offset": 2}
    response = client.post("/library/failures", data=form)
    assert response.location == "/library?limit=2&offset=0#failures-title"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"failure": 999, "change": "ignore"}, 404),
        ({"change": "ignore"}, 422),
        ({"failure": 1, "change": "forget"}, 422),
        ({"failure": "one", "change": "retry"}, 422),
        ({}, 422),
    ],
)
def test_a_wrong_form_is_a_page_with_the_reason(
    client: FlaskClient, form: dict[str, Any], status: int
) -> None:
    response = client.post("/library/failures", data=form)
    assert (response.status_code, response.mimetype) == (status, "text/html")
    assert set(states(client).values()) == {"failed"}


@pytest.mark.parametrize(
    ("headers", "served"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "http://localhost"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "http://localhost:8081"}, False),
        ({"Origin": "null"}, False),
    ],
)
@pytest.mark.parametrize("path", [f"{API}/1/ignore", "/library/failures"])
def test_pages_of_other_sites_change_nothing(
    client: FlaskClient, headers: dict[str, str], served: bool, path: str
) -> None:
    form = None if path.startswith("/api") else {"failure": 1, "change": "ignore"}
    response = client.post(path, data=form, headers=headers)
    assert (response.status_code < 400) == served
    assert states(client)[1] == ("ignored" if served else "failed")
    if not served:
        assert response.status_code == 403
        assert client.get(API, headers=headers).status_code == 200
        if path.startswith("/api"):
            problem_of(response, 403)
