"""Accounts over the API: the first one, sessions, passwords, keys and users."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from mir.catalogue import users
from tests.web.asking import client_of, open_library, problem_of
from tests.web.locked import OURS, PASSWORD, Locked
from web.app import create_app

API = "/api/v1"
ANN = {"name": "Ann", "password": PASSWORD}


@pytest.fixture
def unlocked(locked: Locked) -> Locked:
    """The same library without its accounts."""
    with locked.engine.catalogue.session() as session:
        for user in users.listing(session):
            users.remove(session, user.id)
    return locked


def test_the_first_account_is_made_once_and_from_here_alone(unlocked: Locked) -> None:
    client = unlocked.stranger()
    assert client.get(f"{API}/me").get_json() == {
        "name": None,
        "role": None,
        "by": None,
        "scope": "admin",
    }
    short = {"name": "Ann", "password": "short"}
    problem_of(client.post(f"{API}/first-account", json=short), 422)
    for changes in ({"host": "0.0.0.0"}, {"allowed_hosts": ("a.example",)}, {"trusted_proxies": 1}):
        exposed = client_of(unlocked.elsewhere(**changes))
        problem_of(exposed.post(f"{API}/first-account", json=ANN), 401)
        assert exposed.post("/settings/first", data=ANN, headers=OURS).status_code == 303
        with unlocked.engine.catalogue.session() as session:
            assert not users.exist(session)
    made = client.post(f"{API}/first-account", json=ANN)
    assert made.status_code == 201
    assert made.get_json() == {"name": "Ann", "role": "admin", "by": "session", "scope": "admin"}
    assert client.get(f"{API}/me").get_json()["name"] == "Ann"
    assert unlocked.stranger().get(f"{API}/me").status_code == 401
    eve = {"name": "Eve", "password": PASSWORD}
    problem_of(unlocked.stranger().post(f"{API}/first-account", json=eve), 401)
    problem_of(client.post(f"{API}/first-account", json=eve, headers=OURS), 403)


def test_the_page_makes_the_first_account_and_signs_in(unlocked: Locked) -> None:
    client = unlocked.stranger()
    assert 'action="/settings/first"' in client.get("/settings").get_data(as_text=True)
    made = client.post("/settings/first", data=ANN, headers=OURS)
    assert made.location == "/settings"
    page = client.get("/settings").get_data(as_text=True)
    assert "Signed in as <bdi>Ann</bdi>, an admin" in page
    assert "/settings/first" not in page
    assert client.get("/settings/first").location == "/settings"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example", "Host": "evil.example"},
    ],
)
def test_another_site_makes_no_first_account(unlocked: Locked, headers: dict[str, str]) -> None:
    client = unlocked.stranger()
    refused = client.post("/settings/first", data=ANN, headers=headers)
    assert refused.status_code in (400, 403)
    if headers:  # a program that is no browser says nothing of the kind
        assert client.post(f"{API}/first-account", json=ANN, headers=headers).status_code >= 400
    with unlocked.engine.catalogue.session() as session:
        assert not users.exist(session)


def signed_in(locked: Locked, name: str) -> FlaskClient:
    client = locked.stranger()
    answer = client.post(f"{API}/sign-in", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    return client


def test_one_signs_in_and_out_and_changes_ones_password(locked: Locked) -> None:
    wrong = locked.stranger().post(f"{API}/sign-in", json={"name": "bob", "password": "a guess"})
    assert "Set-Cookie" not in wrong.headers
    problem_of(wrong, 403)
    bob, elsewhere = signed_in(locked, "bob"), signed_in(locked, "bob")
    me = {"name": "bob", "role": "listener", "by": "session", "scope": "write"}
    assert bob.get(f"{API}/me").get_json() == me
    change = {"old": PASSWORD, "new": "another password"}
    problem_of(bob.put(f"{API}/me/password", json=change), 403)  # nothing says that a page sent it
    assert bob.put(f"{API}/me/password", json=change, headers=OURS).get_json() == me
    assert bob.get(f"{API}/me").status_code == 200
    assert elsewhere.get(f"{API}/me").status_code == 401
    assert bob.post(f"{API}/sign-out", headers=OURS).status_code == 204
    assert bob.get(f"{API}/me").status_code == 401


def test_signing_in_over_the_api_has_the_same_limits(locked: Locked) -> None:
    client = locked.stranger()
    guess = {"name": "ann", "password": "a guess"}
    said = [client.post(f"{API}/sign-in", json=guess).status_code for _ in range(11)]
    assert said == [403] * 10 + [429]


def test_keys_are_made_listed_and_revoked(locked: Locked) -> None:
    bob, ann = signed_in(locked, "bob"), signed_in(locked, "ann")
    made = bob.post(f"{API}/keys", json={"name": "a player", "scope": "write"}, headers=OURS)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    key = made.get_json()
    header = {"Authorization": f"Bearer {key['secret']}"}
    by_key = locked.stranger().get(f"{API}/me", headers=header).get_json()
    assert by_key == {"name": "bob", "role": "listener", "by": "key", "scope": "write"}
    admin = locked.key("Ann", "admin")
    for method, path in (("GET", "/keys"), ("POST", "/keys"), ("GET", "/users")):
        asked: dict[str, Any] = {"method": method, "headers": admin}
        problem_of(locked.stranger().open(f"{API}{path}", **asked), 403)
    (listed,) = bob.get(f"{API}/keys").get_json()["keys"]
    assert "secret" not in listed
    assert ann.get(f"{API}/keys?limit=1").get_json()["total"] == 2
    (ann_key,) = ann.get(f"{API}/keys?limit=1").get_json()["keys"]
    assert ann_key["user"] == "Ann"
    problem_of(bob.delete(f"{API}/keys/{ann_key['id']}", headers=OURS), 404)
    assert ann.delete(f"{API}/keys/{key['id']}", headers=OURS).get_json()["user"] == "bob"
    assert locked.stranger().get(f"{API}/me", headers=header).status_code == 401
    assert bob.get(f"{API}/keys").get_json()["total"] == 0


def test_users_are_an_admins_matter(locked: Locked) -> None:
    bob, ann = signed_in(locked, "bob"), signed_in(locked, "ann")
    problem_of(bob.get(f"{API}/users"), 403)
    body = {"name": "Cy", "password": PASSWORD, "role": "listener"}
    problem_of(bob.post(f"{API}/users", json=body, headers=OURS), 403)
    made = ann.post(f"{API}/users", json=body, headers=OURS)
    assert made.status_code == 201
    assert "password" not in made.get_data(as_text=True)
    problem_of(ann.post(f"{API}/users", json=body, headers=OURS), 422)
    listed = ann.get(f"{API}/users").get_json()
    assert [user["name"] for user in listed["users"]] == ["Ann", "bob", "Cy"]
    part = ann.get(f"{API}/users?offset=1&limit=1").get_json()
    assert (part["total"], [user["name"] for user in part["users"]]) == (3, ["bob"])
    ids = {user["name"]: user["id"] for user in listed["users"]}
    problem_of(ann.delete(f"{API}/users/{ids['Ann']}", headers=OURS), 422)
    assert ann.delete(f"{API}/users/{ids['Cy']}", headers=OURS).get_json()["name"] == "Cy"
    problem_of(ann.delete(f"{API}/users/{ids['Cy']}", headers=OURS), 404)


def test_without_accounts_there_are_none_to_change(tmp_path: Path) -> None:
    with open_library(tmp_path / "home") as engine:
        client = client_of(create_app(engine))
        problem_of(client.get(f"{API}/keys"), 403)
        problem_of(client.post(f"{API}/users", json=ANN), 403)
        problem_of(client.delete(f"{API}/users/1"), 403)
        problem_of(client.post(f"{API}/keys", json={"name": "x"}), 403)
        assert client.get(f"{API}/users").get_json()["total"] == 0
