"""The pages: complete without scripts, escaped, locked to their host."""

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from mir.catalogue import models, tracks
from tests.web.asking import Library, client_of, clip
from web.app import create_app
from web.schemas import ProgressOut, TrackOut
from web.wording import feeling

PAGES = [
    "/",
    "/browse",
    "/browse?genre=Folk",
    "/tracks/1",
    "/radio",
    "/radio?seed=1&find=Title&arousal=0.2",
    "/recommendations",
    "/path?start=1&find=Title",
    "/path?start=1&end=2",
    "/taste",
    "/taste/erase",
    "/playlists",
    "/library",
    "/about",
    "/api/docs",
    "/no",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_to_its_host(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy  # nothing more than default-src allows
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    page = response.get_data(as_text=True)
    assert not re.findall(r"<script(?![^>]*\ssrc=)", page)
    assert not re.findall(r"\s(?:style|on\w+)=", page)
    assert not re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//""", page)


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/api/docs"])
def test_only_the_page_to_try_the_api_may_set_styles(client: FlaskClient, path: str) -> None:
    assert "unsafe" not in client.get(path).headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_nothing_that_a_page_needs_is_missing(client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True)
    addresses = set(re.findall(r'(?:src|href)="(/[^"#]*)', page))
    assert addresses
    for address in addresses:
        found = client.get(address.replace("&amp;", "&"), follow_redirects=True)
        assert found.status_code == 200, address


def test_searching_works_without_scripts(client: FlaskClient, library: Library) -> None:
    page = client.post("/", data=clip(library.files[2], genre="Folk")).get_data(as_text=True)
    assert "Heard as" in page
    assert 'data-play="4"' in page
    assert 'data-play="1"' not in page
    assert re.search(r'value="Folk"[^>]*checked', page)


def test_a_script_gets_a_problem_and_a_person_a_page(client: FlaskClient) -> None:
    person = client.post("/", data=clip(b"no audio"))
    assert (person.status_code, person.mimetype) == (422, "text/html")
    script = client.post("/", data=clip(b"no audio"), headers={"X-Fragment": "search"})
    assert (script.status_code, script.mimetype) == (422, "application/problem+json")


def test_browsing_counts_what_it_lists(client: FlaskClient) -> None:
    page = client.get("/browse").get_data(as_text=True)
    tiles = re.findall(r'href="/browse\?genre=([^"]+)"><span class="tile-name">', page)
    counts = re.findall(r'class="tile-count">(\d+)', page)
    assert tiles
    for tile, count in zip(tiles, counts, strict=True):
        listed = client.get(f"/browse?genre={tile}").get_data(as_text=True)
        assert listed.count('<li class="track">') == int(count)


def test_a_tick_beside_an_empty_field_is_forgiven_on_pages(
    client: FlaskClient, library: Library
) -> None:
    for path in ("/browse", "/tracks/1", "/"):
        assert client.get(f"{path}?harmonic=true&key=&genre=Folk").status_code == 200, path
    form = clip(library.files[2], harmonic="true", key="")
    assert client.post("/", data=form).status_code == 200
    assert client.get("/browse?harmonic=true&key=H").status_code == 422
    assert client.get("/api/v1/tracks?harmonic=true").status_code == 422


def test_a_genre_that_is_not_there_is_named_on_pages_as_elsewhere(client: FlaskClient) -> None:
    response = client.get("/browse?genre=Fokl")
    assert response.status_code == 422
    assert "did you mean Folk?" in response.get_data(as_text=True)


def test_paging_keeps_the_filter(client: FlaskClient) -> None:
    page = client.get("/browse?q=song&limit=2&offset=2").get_data(as_text=True)
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    address = following[1].replace("&amp;", "&")
    assert "q=song" in address
    assert "offset=4" in address
    assert client.get(address).get_data(as_text=True).count('<li class="track">') == 2


def test_a_track_says_what_is_near_and_why(client: FlaskClient) -> None:
    page = client.get("/tracks/1").get_data(as_text=True)
    assert "What is near" in page
    assert 'class="track-why"' in page
    assert 'href="/tracks/1"' not in page


@pytest.mark.parametrize(
    ("arousal", "valence", "words"),
    [
        (0.9, -0.3, "energetic, rather dark"),
        (-0.5, 0.1, "calm, between dark and bright"),
        (None, 1.0, "bright"),
        (None, None, ""),
    ],
)
def test_axes_are_said_in_words(
    library: Library, arousal: float | None, valence: float | None, words: str
) -> None:
    with library.engine.catalogue.session() as session:
        track = replace(tracks.get(session, 1), arousal=arousal, valence=valence)
    assert feeling(TrackOut.of(track)) == words


def test_the_model_that_is_to_follow_is_shown(library: Library, client: FlaskClient) -> None:
    assert "Next model" not in client.get("/library").get_data(as_text=True)
    with library.engine.catalogue.session() as session:
        models.register(session, models.KnownModel("soon", "mir-9", 16, ()))
        models.prepare(session, "soon")
    try:
        assert "mir-9 <code>soon</code> has heard 0 of 11" in client.get("/library").get_data(
            as_text=True
        )
        status = client.get("/api/v1/status").get_json()
        assert status["pending_model"] == {"id": "soon", "name": "mir-9", "tracks": 0}
    finally:
        with library.engine.catalogue.session() as session:
            models.forget(session, "soon")


def test_failures_are_shown_and_escaped(client: FlaskClient) -> None:
    page = client.get("/library").get_data(as_text=True)
    assert "It holds &lt;no&gt; sound." in page


@pytest.mark.parametrize("path", ["/", "/browse", "/library"])
def test_an_empty_library_says_what_to_do(empty_client: FlaskClient, path: str) -> None:
    assert "mir up ~/Music" in empty_client.get(path).get_data(as_text=True)


def test_an_index_run_is_shown(library: Library) -> None:
    running = create_app(library.engine, lambda: ProgressOut(done=7, total=20, failed=1))
    page = client_of(running).get("/library").get_data(as_text=True)
    assert 'max="20" value="7"' in page
    assert client_of(running).get("/api/v1/status").get_json()["running"]["done"] == 7


def test_a_page_that_is_not_there(client: FlaskClient) -> None:
    response = client.get("/tracks/99999")
    assert response.status_code == 404
    assert "Back to search" in response.get_data(as_text=True)
