"""Radio, taste, paths and related artists over the web: API and pages, alone and with accounts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from made_up_library import made_up, stored, unit_vectors

from tests.web.asking import client_of, open_library, problem_of
from tests.web.locked import OURS, Locked
from web.app import create_app

HOSTILE = "<script>alert(1)</script> & \u202eلا"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    """Thirty tracks of six artists, one with a hostile name, that nobody has played."""
    with open_library(tmp_path / "home") as engine:
        names = (HOSTILE, "Ann", "Bo", "Cy", "Di", "Ed")
        made = [
            made_up(n, vector, artists=(names[n % 6],), title=f"Title {n} {names[n % 6]}")
            for n, vector in enumerate(unit_vectors(30))
        ]
        stored(engine, made)
        engine.refresh_index()
        yield client_of(create_app(engine))


def ids(client: FlaskClient, query: str) -> list[int]:
    hits = client.get(f"/api/v1/radio?{query}").get_json()["hits"]
    return [hit["track"]["id"] for hit in hits]


def page(client: FlaskClient, path: str, **query: Any) -> str:
    response = client.get(path, query_string=query)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_data(as_text=True)


def test_a_radio_goes_on_without_what_it_was_told(client: FlaskClient) -> None:
    first = ids(client, "seed=1")
    assert len(first) == 10
    after = ids(client, f"seed=1&played={first[0]}&skipped={first[0]}&liked={first[1]}&count=5")
    assert len(after) == 5
    assert not {1, first[0], first[1]} & set(after)
    assert ids(client, "seed=1&duration=0") == []
    assert ids(client, "draw=1") == ids(client, "draw=1") != ids(client, "draw=2")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("seed=4711", 404),
        ("like_artist=Nobody", 404),
        ("variety=2", 422),
        ("arousal=nan", 422),
        ("count=51", 422),
        ("duration=long", 422),
        ("duration=25h", 422),
        ("played=x", 422),
        ("mood_of=1", 422),
        ("&".join(f"played={n}" for n in range(1, 502)), 422),
    ],
)
def test_what_a_radio_cannot_play_is_refused(client: FlaskClient, query: str, status: int) -> None:
    problem_of(client.get(f"/api/v1/radio?{query}"), status)


def test_the_page_of_the_radio_shows_what_it_begins_with(client: FlaskClient) -> None:
    shown = page(
        client,
        "/radio",
        seed=[1, 2],
        like_artist=HOSTILE,
        variety=0.7,
        arousal=0.25,
        find="Title 3",
    )
    assert "<script>alert" not in shown
    assert "Title 1 Ann" in shown
    assert 'value="0.7"' in shown
    assert '<option value="0.25" selected>0.25</option>' in shown
    assert "seed=2&amp;" in shown  # the link without the first seed
    assert "seed=4" in shown  # what was found
    assert "draws from the whole library" in page(client, "/radio")
    assert "No track passes" in page(client, "/radio", artist="Nobody")


def test_a_path_is_asked_for_end_by_end(client: FlaskClient) -> None:
    assert "Where does it begin?" in page(client, "/path")
    assert "/path?start=3" in page(client, "/path", find="Title 2")
    assert "/path?start=1&amp;end=3" in page(client, "/path", start=1, find="Title 2")
    shown = page(client, "/path", start=1, end=2, steps=4)
    assert shown.count("data-play=") == 5
    kept = client.post(
        "/playlists", data={"kind": "path", "start": 1, "end": 2, "steps": 4, "name": "Way"}
    )
    assert kept.status_code == 303
    assert client.get("/path?start=1&end=1").status_code == 422
    assert client.get("/path?start=1&end=4711").status_code == 404


def test_recommendations_and_related_artists_have_pages(client: FlaskClient) -> None:
    shown = page(client, "/recommendations", explore=0.4)
    assert 'name="explore" value="0.4"' in shown  # is kept with the playlist
    assert shown.count("data-play=") == 20
    shown = page(client, "/related-artists", artist=HOSTILE)
    assert "<script>alert" not in shown
    assert shown.count("<li>") == 5
    assert client.get("/related-artists?artist=Nobody").status_code == 404


def test_the_taste_is_shown_taken_back_and_erased(client: FlaskClient) -> None:
    assert "Nothing was learnt yet" in page(client, "/taste")
    sent = [{"track": 1, "kind": "like"}, {"track": 2, "seconds": 90}, {"track": 3, "kind": "skip"}]
    added = client.post("/api/v1/plays", json=sent).get_json()["added"]
    told = client.get("/api/v1/taste").get_json()
    assert [told[name] for name in ("listens", "likes", "skips", "dislikes")] == [1, 1, 1, 0]
    assert sum(interest["share"] for interest in told["interests"]) == pytest.approx(1)
    shown = page(client, "/taste")
    assert "<script>alert" not in shown
    assert "1:30 heard" in shown
    assert shown.count('name="play"') == 3

    for _ in range(2):  # a second click is no trouble
        assert client.post("/taste/undo", data={"play": added[2]["id"]}).status_code == 303
    assert page(client, "/taste").count('name="play"') == 2
    beyond = client.post("/taste/undo", data={"play": added[0]["id"], "offset": 50, "limit": 50})
    assert beyond.headers["Location"] == "/taste"

    assert "1 play" in page(client, "/taste/erase")
    assert client.post("/taste/erase", data={}).status_code == 422
    assert client.get("/api/v1/taste").get_json()["listens"] == 1
    assert client.post("/taste/erase", data={"confirm": "true"}).status_code == 303
    assert "Nothing was learnt yet" in page(client, "/taste")


def test_each_listener_has_a_taste_of_their_own(locked: Locked) -> None:
    bob, ann = locked.signed_in("bob"), locked.signed_in("Ann")
    (play,) = ann.post("/api/v1/plays", json={"track": 1, "kind": "like"}, headers=OURS).get_json()[
        "added"
    ]
    assert bob.get("/api/v1/taste").get_json()["likes"] == 0
    assert ann.get("/api/v1/taste").get_json()["likes"] == 1
    for path in ("/api/v1/taste", "/taste", "/taste/erase", "/recommendations", "/radio"):
        assert bob.get(path).status_code == 200
        assert bob.get(f"{path}?listener=Ann").status_code in (403, 422), path
    erase = {"listener": "Ann", "confirm": "true"}
    assert bob.post("/taste/erase", data=erase, headers=OURS).status_code in (403, 422)
    bob.post("/taste/undo", data={"play": play["id"]}, headers=OURS)
    assert ann.get("/api/v1/taste").get_json()["likes"] == 1
    ann.post("/taste/undo", data={"play": play["id"]}, headers=OURS)
    assert ann.get("/api/v1/taste").get_json()["likes"] == 0
    assert locked.stranger().get("/api/v1/taste").status_code == 401
