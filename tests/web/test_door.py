"""The locked door: strangers get nothing, and each gets no more than their role and key allow."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from mir.accounts.signing import IDLE, LASTS
from mir.catalogue import users
from tests.web.asking import clip, problem_of
from tests.web.locked import OURS, PASSWORD, Locked, sign_in
from web.scopes import ASKING, BY_HAND, CHANGING, ONLY_READ, OPEN, WRITING, scope_of

API = "/api/v1"
PROMISED_OPEN = {
    "/static/<path:filename>",
    "/favicon.ico",
    "/login",
    "/api/v1/sign-in",
    "/api/v1/health",
    "/health/live",
    "/health/ready",
}


def rules(locked: Locked) -> list[tuple[Rule, str, str]]:
    """Every route with each of its methods, and an address that it answers."""
    return [
        (rule, method, re.sub(r"<(?:int:\w+|(path):\w+|\w+)>", "1", rule.rule))
        for rule in locked.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def test_a_stranger_gets_nothing_but_the_door(locked: Locked) -> None:
    stranger = locked.stranger()
    answered = set()
    for rule, method, address in rules(locked):
        answer = stranger.open(address, method=method)
        if rule.rule in PROMISED_OPEN:
            answered.add(rule.rule)
            assert answer.status_code != 401
        elif address.startswith("/api/v1"):
            problem_of(answer, 401)
            assert answer.headers["WWW-Authenticate"].lower().startswith("bearer")
        else:
            assert answer.status_code in (303, 401), rule
            assert answer.status_code == 401 or answer.location.startswith("/login"), rule
        if address != "/login":
            assert "Title" not in answer.get_data(as_text=True), rule
    assert answered == PROMISED_OPEN
    assert len(rules(locked)) > 50


@pytest.mark.parametrize("path", ["/no/such/page", "/api/v1/no", "/tracks/9999"])
def test_a_stranger_does_not_learn_what_there_is(locked: Locked, path: str) -> None:
    assert locked.stranger().get(path).status_code in (303, 401)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer mir_" + "a" * 43},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer " + "x" * 100_000},
        {"Authorization": "Basic YW5uOmFubg=="},
        {"Cookie": "mir_session=" + "a" * 43},
        {"Cookie": "mir_session="},
        {"Cookie": "mir_session=é"},
    ],
)
def test_what_is_no_key_and_no_session_opens_nothing(
    locked: Locked, headers: dict[str, str]
) -> None:
    problem_of(locked.stranger().get(f"{API}/tracks", headers=headers), 401)


def test_without_accounts_nothing_is_asked(client: FlaskClient) -> None:
    assert client.get(f"{API}/tracks").status_code == 200
    page = client.get("/").get_data(as_text=True)
    assert "Sign out" not in page
    assert client.get("/login").location == "/"
    assert "The first account" in client.get("/settings").get_data(as_text=True)
    for path in ("/settings/keys", "/settings/users"):
        form = {"name": "x", "password": PASSWORD} if "users" in path else {"name": "x"}
        assert client.post(path, data=form).status_code == 403


def test_the_first_account_locks_a_server_that_runs(locked: Locked) -> None:
    with locked.engine.catalogue.session() as session:
        for user in users.listing(session):
            users.remove(session, user.id)
    stranger = locked.stranger()
    assert stranger.get(f"{API}/tracks").status_code == 200
    with locked.engine.catalogue.session() as session:
        users.add(session, "cy", "a hash", "admin", locked.now)
    assert stranger.get(f"{API}/tracks").status_code == 401


@pytest.mark.parametrize(
    "changes",
    [{"host": "0.0.0.0"}, {"allowed_hosts": ("music.example.org",)}, {"trusted_proxies": 1}],
)
def test_a_server_that_others_reach_is_locked_without_accounts_too(
    locked: Locked, changes: dict[str, Any]
) -> None:
    with locked.engine.catalogue.session() as session:
        for user in users.listing(session):
            users.remove(session, user.id)
    app = locked.elsewhere(**changes)
    assert app.test_client().get(f"{API}/tracks").status_code == 401


def test_every_route_that_writes_says_what_it_takes(locked: Locked) -> None:
    known = {rule.endpoint for rule, _, _ in rules(locked)}
    said = OPEN | ASKING | WRITING | CHANGING
    assert said | BY_HAND <= known
    assert sum(map(len, (OPEN, ASKING, WRITING, CHANGING))) == len(said)
    unsaid = {
        rule.endpoint
        for rule, method, _ in rules(locked)
        if method not in ONLY_READ and rule.endpoint not in said
    }
    assert unsaid == set(), "name them in web/scopes.py"
    assert scope_of("something.new", "POST") == "admin"
    assert scope_of("something.new", "GET") == "read"
    assert scope_of(None, "GET") == "read"


def test_nobody_may_more_than_their_scope(locked: Locked) -> None:
    """Each route that writes, asked with too little: all of them refuse."""
    bob = locked.signed_in("bob")
    reading, writing = locked.key("Ann", "read"), locked.key("Ann", "write")
    stranger = locked.stranger()
    for rule, method, address in rules(locked):
        scope = scope_of(rule.endpoint, method)
        if scope == "admin":
            assert bob.open(address, method=method, headers=OURS).status_code == 403, rule
            assert stranger.open(address, method=method, headers=writing).status_code == 403, rule
        if scope in ("write", "admin"):
            assert stranger.open(address, method=method, headers=reading).status_code == 403, rule


def test_a_key_reads_and_writes_by_its_scope(locked: Locked) -> None:
    client = locked.stranger()
    reading, writing = locked.key("bob", "read"), locked.key("bob", "write")
    assert client.get(f"{API}/tracks", headers=reading).get_json()["total"] == 3
    refused = problem_of(client.post(f"{API}/plays", json={"track": 1}, headers=reading), 403)
    assert "'write'" in refused["detail"]
    played = client.post(f"{API}/plays", json={"track": 1}, headers=writing).get_json()
    assert played["added"][0]["listener"] == "bob"
    assert client.post(f"{API}/failures/retry", headers=writing).status_code == 403
    admin = locked.key("Ann", "admin")
    assert client.post(f"{API}/failures/retry", headers=admin).status_code == 200


def test_a_key_makes_no_accounts_and_no_keys(locked: Locked) -> None:
    client, admin = locked.stranger(), locked.key("Ann", "admin")
    for rule, method, address in rules(locked):
        if rule.endpoint in BY_HAND:
            assert client.open(address, method=method, headers=admin).status_code == 403, rule


def test_a_listener_acts_as_nobody_else(locked: Locked) -> None:
    bob, ann = locked.key("bob", "write"), locked.key("Ann", "admin")
    client = locked.stranger()
    sent = client.post(f"{API}/plays", json=[{"track": 1}, {"track": 2}], headers=ann).get_json()
    assert {play["listener"] for play in sent["added"]} == {"Ann"}
    for asked in (
        ("GET", f"{API}/plays?listener=Ann"),
        ("GET", f"{API}/tracks?unplayed=true&listener=Ann"),
        ("GET", f"{API}/recommendations?listener=Ann"),
        ("DELETE", f"{API}/plays?listener=Ann&confirm=true"),
    ):
        problem_of(client.open(asked[1], method=asked[0], headers=bob), 403)
    other = {"track": 1, "listener": "Ann"}
    problem_of(client.post(f"{API}/plays", json=other, headers=bob), 403)
    problem_of(client.post(f"{API}/plays", json=[other], headers=bob), 403)
    query = {"kind": "recommend", "listener": "Ann"}
    problem_of(
        client.post(f"{API}/playlists", json={"name": "x", "query": query}, headers=bob), 403
    )
    play = sent["added"][0]["id"]
    problem_of(client.delete(f"{API}/plays/{play}", headers=bob), 404)
    assert client.get(f"{API}/plays", headers=bob).get_json()["total"] == 0
    assert client.get(f"{API}/tracks?unplayed=true", headers=bob).get_json()["total"] == 3
    assert client.get(f"{API}/tracks?unplayed=true", headers=ann).get_json()["total"] == 1
    # An admin may act as somebody else.
    as_bob = {"track": 3, "listener": "bob"}
    assert client.post(f"{API}/plays", json=as_bob, headers=ann).status_code == 200
    mine = client.get(f"{API}/plays", headers=bob).get_json()["plays"]
    assert [each["track"] for each in mine] == [3]
    assert client.delete(f"{API}/plays/{mine[0]['id']}", headers=ann).status_code == 200


def test_playlists_are_there_for_their_listener_alone(locked: Locked) -> None:
    client = locked.stranger()
    ann, bob = locked.key("Ann", "write"), locked.key("bob", "write")
    body = {"name": "Evening", "tracks": [1, 2]}
    made = client.post(f"{API}/playlists", json=body, headers=ann).get_json()["id"]
    own = client.post(f"{API}/playlists", json=body, headers=bob).get_json()["id"]
    for method, path, sent in (
        ("GET", "", None),
        ("PATCH", "", {"name": "Mine"}),
        ("DELETE", "", None),
        ("PUT", "/entries", {"tracks": [1]}),
        ("POST", "/entries", {"tracks": [1]}),
        ("DELETE", "/entries/1", None),
        ("POST", "/move", {"position": 1, "to": 2}),
        ("POST", "/refresh", None),
        ("GET", "/export", None),
    ):
        asked: dict[str, Any] = {"method": method, "json": sent}
        problem_of(client.open(f"{API}/playlists/{made}{path}", headers=bob, **asked), 404)
        mine = client.open(f"{API}/playlists/{own}{path}", headers=ann, **asked)
        assert mine.status_code == 404
    listed = client.get(f"{API}/playlists", headers=ann).get_json()["playlists"]
    assert [(each["id"], each["count"]) for each in listed] == [(made, 2)]
    moved = client.post(f"{API}/playlists/{made}/move", json={"position": 1, "to": 2}, headers=ann)
    assert moved.status_code == 200


def test_links_of_one_work_for_another(locked: Locked) -> None:
    bob = locked.signed_in("bob")
    page = bob.get("/browse?unplayed=true&limit=1").get_data(as_text=True)
    assert "offset=1" in page
    assert "listener=" not in page
    assert 'name="listener"' not in page  # the field of a filter that only an admin may use
    assert 'name="listener"' in locked.signed_in("Ann").get("/browse?q=x").get_data(as_text=True)


def test_a_session_is_a_cookie_that_scripts_and_other_sites_do_not_have(locked: Locked) -> None:
    cookie = sign_in(locked.stranger(), "ann").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie  # it would never come back over plain HTTP
    client = locked.stranger()
    answer = client.post(
        "/login", data={"name": "ann", "password": PASSWORD}, base_url="https://localhost"
    )
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_session_ends_when_it_is_left_or_old(locked: Locked) -> None:
    bob = locked.signed_in("bob")
    begun = locked.now
    assert bob.get("/browse").status_code == 200
    while locked.now + IDLE - timedelta(hours=1) < begun + LASTS:
        locked.now += IDLE - timedelta(hours=1)
        locked.seconds += 61
        assert bob.get("/browse").status_code == 200
    locked.now = begun + LASTS
    assert bob.get("/browse").status_code == 303
    again = locked.signed_in("bob")
    locked.now += IDLE
    assert again.get("/browse").status_code == 303


def test_signing_in_gives_another_session_and_signing_out_ends_it(locked: Locked) -> None:
    client = locked.signed_in("bob")
    planted = client.get_cookie("mir_session")
    assert planted is not None
    sign_in(client, "ann")
    fresh = client.get_cookie("mir_session")
    assert fresh is not None
    assert fresh.value != planted.value
    thief = locked.stranger()
    for cookie in (planted, fresh):
        thief.set_cookie("mir_session", cookie.value)
        assert thief.get("/browse").status_code == (200 if cookie is fresh else 303)
    assert client.post("/logout", headers=OURS).location == "/login"
    assert thief.get("/browse").status_code == 303
    assert client.get_cookie("mir_session") is None


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", **OURS}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        (OURS, 200),
    ],
)
def test_a_cookie_changes_something_only_from_our_pages(
    locked: Locked, headers: dict[str, str], status: int
) -> None:
    bob = locked.signed_in("bob")
    assert bob.post(f"{API}/plays", json={"track": 1}, headers=headers).status_code == status
    done = bob.post("/playlists", data={"name": "x"}, headers=headers).status_code
    assert done == (303 if status == 200 else 403)


def test_every_form_takes_what_only_our_pages_send(locked: Locked) -> None:
    ann = locked.signed_in("ann")
    for rule, method, address in rules(locked):
        if method not in ONLY_READ and rule.endpoint not in OPEN:
            assert ann.open(address, method=method).status_code == 403, rule


def test_another_site_signs_nobody_in(locked: Locked) -> None:
    answer = locked.stranger().post(
        "/login",
        data={"name": "ann", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers


def test_signing_in_is_limited_by_address(locked: Locked) -> None:
    client = locked.stranger()
    for number in range(10):
        assert sign_in(client, f"name {number}", "a guess").status_code == 403
    limited = sign_in(client, "ann")
    assert limited.status_code == 429
    assert limited.headers["Retry-After"] == "6"
    locked.seconds += 6
    assert sign_in(client, "ann").status_code == 303
    other = client.post(
        "/login",
        data={"name": "bob", "password": PASSWORD},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    )
    assert other.status_code == 303


def test_signing_in_is_limited_by_name_from_wherever_it_is_tried(locked: Locked) -> None:
    client = locked.stranger()

    def tried(number: int, name: str) -> int:
        form = {"name": name, "password": "a guess"}
        at = {"REMOTE_ADDR": f"192.0.2.{number}"}
        status: int = client.post("/login", data=form, environ_base=at).status_code
        return status

    assert [tried(number, "ANN") for number in range(20)] == [403] * 20
    assert tried(20, "ann ") == 429
    assert tried(21, "bob") == 403


def test_uploads_are_limited_by_user(locked: Locked) -> None:
    client, bob, ann = locked.stranger(), locked.key("bob", "read"), locked.key("Ann", "read")
    said = [
        client.post(f"{API}/search", data=clip(b"no audio"), headers=bob).status_code
        for _ in range(31)
    ]
    assert said == [422] * 30 + [429]
    assert client.post(f"{API}/search", data=clip(b"no audio"), headers=ann).status_code == 422
    limited = client.post(f"{API}/identify", data=clip(b"no audio"), headers=bob)
    assert problem_of(limited, 429)["detail"].startswith("Too many clips")
    assert limited.headers["Retry-After"] == "2"


def test_a_use_is_noted_and_a_catalogue_that_cannot_be_written_harms_nothing(
    locked: Locked, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mir.accounts import use
    from mir.catalogue import api_keys
    from mir.errors import CatalogueError

    key = locked.key("bob", "read")
    client = locked.stranger()

    def fail(*arguments: object) -> None:
        raise CatalogueError("locked")

    with monkeypatch.context() as patched:
        patched.setattr(use, "note", fail)
        assert client.get(f"{API}/tracks", headers=key).status_code == 200
    assert client.get(f"{API}/tracks", headers=key).status_code == 200

    def used() -> object:
        with locked.engine.catalogue.session() as session:
            return api_keys.listing(session)[0].used_at

    assert used() is None  # tried once a minute
    locked.seconds += 60
    client.get(f"{API}/tracks", headers=key)
    assert used() == locked.now


def test_what_is_answered_to_one_is_kept_for_no_other(locked: Locked) -> None:
    answer = locked.signed_in("bob").get("/browse")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert {"Cookie", "Authorization"} <= set(answer.vary)
    assert locked.stranger().get("/login").headers["Cache-Control"] == "no-store"


def test_no_secret_is_logged(locked: Locked, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client = locked.signed_in("ann")
        token = client.get_cookie("mir_session")
        assert token is not None
        sign_in(client, "a password that slipped here", "my other secret")
        page = client.post("/settings/keys", data={"name": "x"}, headers=OURS)
        found = re.search(r"mir_[\w-]{43}", page.get_data(as_text=True))
        assert found is not None
        header = {"Authorization": f"Bearer {found[0]}"}
        locked.stranger().get(f"{API}/tracks", headers=header)
        client.post(
            "/settings/password",
            data={"old": "my wrong secret", "new": "another secret"},
            headers=OURS,
        )
        client.post("/settings/users", data={"name": "cy", "password": "short"}, headers=OURS)
        client.post("/settings/users", data={"name": "", "password": "a secret"}, headers=OURS)
    said = caplog.text
    assert "Ann signed in" in said
    assert "wrong name or password" in said
    for secret in (PASSWORD, token.value, found[0], "secret", "slipped", "short"):
        assert secret not in said
