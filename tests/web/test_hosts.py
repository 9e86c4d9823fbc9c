"""Under which names the server answers, and where it refuses to start without an account."""

import http.client
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from mir.catalogue import users
from mir.errors import SettingsError
from tests.web.asking import Library, problem_of
from tests.web.locked import Locked, With
from web.hosts import is_exposed, is_known, is_loopback
from web.serve import start

HEALTH = "/api/v1/health"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("mir.localhost", True),
        ("127.0.0.1", True),
        ("127.4.5.6", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.5", False),
        ("localhost.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("127.1", False),  # the system may understand it; refused is safe
        ("", False),
    ],
)
def test_what_means_this_machine_alone(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback


@pytest.mark.parametrize(
    ("settings", "host", "known"),
    [
        ({}, "localhost:8080", True),
        ({}, "127.0.0.1:8080", True),
        ({}, "[::1]:8080", True),
        ({}, "LOCALHOST", True),
        ({}, "evil.example:8080", False),
        ({}, "192.168.1.5", False),
        ({}, "", False),
        ({"host": "0.0.0.0"}, "192.168.1.5:8080", True),
        ({"host": "0.0.0.0"}, "[fe80::1]:8080", True),
        ({"host": "0.0.0.0"}, "evil.example", False),
        ({"host": "nas.local"}, "nas.local:8080", True),
        ({"allowed_hosts": ("music.example.org",)}, "Music.Example.org.", True),
        ({"allowed_hosts": ("music.example.org",)}, "music.example.org:443", True),
        ({"allowed_hosts": ("music.example.org",)}, "example.org", False),
        ({"allowed_hosts": ("music.example.org",)}, "music.example.org.evil.example", False),
    ],
)
def test_names_that_nobody_allowed_are_not_known(
    library: Library, settings: dict[str, Any], host: str, known: bool
) -> None:
    assert is_known(With(library.engine, **settings).settings, host) == known


def test_a_name_that_was_led_here_gets_nothing(client: FlaskClient) -> None:
    """DNS rebinding: a page of evil.example asks what it takes for its own server."""
    for path in ("/api/v1/tracks", "/", "/static/system.css", HEALTH):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert "Song" not in answer.get_data(as_text=True)
    refused = problem_of(client.get("/api/v1/tracks", headers={"Host": "evil.example:80"}), 400)
    assert "'evil.example'" in refused["detail"]
    assert "MIR_ALLOWED_HOSTS" in refused["detail"]
    assert client.get("/", headers={"Host": "a b"}).status_code == 400


@pytest.mark.parametrize(
    ("settings", "exposed"),
    [
        ({}, False),
        ({"host": "localhost"}, False),
        ({"allowed_hosts": ("mir.localhost",)}, False),
        ({"host": "0.0.0.0"}, True),
        ({"host": "nas"}, True),
        ({"allowed_hosts": ("nas",)}, True),
        ({"trusted_proxies": 1}, True),
    ],
)
def test_what_others_reach_needs_an_account(
    locked: Locked, free_port: int, settings: dict[str, Any], exposed: bool
) -> None:
    engine: Any = With(locked.engine, port=free_port, **settings)
    assert is_exposed(engine.settings) == exposed
    with locked.engine.catalogue.session() as session:
        for user in users.listing(session):
            users.remove(session, user.id)
    if not exposed:
        start(engine).stop()
        return
    with pytest.raises(
        SettingsError, match=r"mir user add NAME.*(127\.0\.0\.1|PROXIES)"
    ) as refused:
        start(engine)
    assert settings.get("host", "a proxy") in str(refused.value)


def asked(url: str, **headers: str) -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)) as line:
        line.request("GET", "/browse", headers=headers)
        answer = line.getresponse()
        answer.read()
        return answer


def test_a_server_for_others_starts_with_an_account(locked: Locked) -> None:
    engine: Any = With(locked.engine, host="0.0.0.0", port=0)
    server = start(engine)
    try:
        url = server.url.replace("0.0.0.0", "127.0.0.1")
        answer = asked(url)
        assert (answer.status, answer.headers["Location"]) == (303, "/login?next=/browse")
        assert asked(url, Host="evil.example").status == 400
    finally:
        server.stop()


def remote_addresses(locked: Locked, proxies: int, forwarded: str) -> tuple[bool, str]:
    """Whether a request counts as HTTPS, and from where it comes, behind so many proxies."""
    from flask import request

    import web.serve

    seen: list[tuple[bool, str]] = []
    made = web.serve.create_app

    def watched(*arguments: Any, **more: Any) -> Any:
        app = made(*arguments, **more)
        app.before_request(lambda: seen.append((request.is_secure, request.remote_addr or "")))
        return app

    engine: Any = With(locked.engine, port=0, trusted_proxies=proxies)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(web.serve, "create_app", watched)
        server = start(engine)
        try:
            with closing(http.client.HTTPConnection(urlsplit(server.url).netloc)) as line:
                headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}
                line.request("GET", HEALTH, headers=headers)
                assert line.getresponse().status == 200
        finally:
            server.stop()
    (one,) = seen
    return one


def test_what_a_proxy_says_counts_only_where_one_is_named(locked: Locked) -> None:
    assert remote_addresses(locked, 0, "192.0.2.7") == (False, "127.0.0.1")
    assert remote_addresses(locked, 1, "192.0.2.7") == (True, "192.0.2.7")
    # What a client claims stands before what the proxy adds.
    assert remote_addresses(locked, 1, "203.0.113.9, 192.0.2.7") == (True, "192.0.2.7")
