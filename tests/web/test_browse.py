"""Artists, albums and moods over HTTP: the same things in the API and on the pages."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from made_up_library import made_up, stored, unit_vectors

from tests.web.asking import client_of, open_library, problem_of
from web.app import create_app


def test_artists_albums_and_tracks_lead_to_each_other(client: FlaskClient) -> None:
    listed = client.get("/api/v1/artists?limit=200").get_json()
    assert len(listed["artists"]) == listed["total"] > 0
    for artist in listed["artists"]:
        whole = client.get(f"/api/v1/artists/{artist['id']}").get_json()
        named = client.get("/api/v1/tracks", query_string={"artist": artist["name"]}).get_json()
        assert artist["tracks"] == named["total"]
        page = client.get(f"/artists/{artist['id']}")
        assert page.status_code == 200
        for album in [*whole["own_albums"], *whole["also_on"]]:
            assert f"/albums/{album['key']}" in page.text
            shown = client.get(f"/api/v1/albums/{album['key']}").get_json()
            assert len(shown["listed"]) == album["tracks"]
            assert client.get(f"/albums/{album['key']}").status_code == 200
    again = client.get("/api/v1/albums?q=album 1&sort=title").get_json()
    assert {album["title"] for album in again["albums"]} == {"Album 1"}
    for address in ("/browse/artists", "/browse/albums?sort=newest", "/browse/moods"):
        assert client.get(address).status_code == 200


def test_a_row_leads_to_its_artist_and_album(client: FlaskClient) -> None:
    track = client.get("/api/v1/tracks/2").get_json()
    to_artist = client.get("/artists/named", query_string={"name": track["artists"][0].upper()})
    assert to_artist.status_code == 302
    assert track["artists"][0] in client.get(to_artist.location).text
    to_album = client.get("/albums/of/2")
    assert to_album.status_code == 302
    assert track["album"] in client.get(to_album.location).text
    for path in ("/artists/named?name=Nobody", "/artists/named", "/albums/of/999"):
        assert client.get(path).status_code == 404
    for path in ("/artists/999", "/artists/9999999999999", "/albums/no", f"/albums/{'0' * 16}"):
        assert client.get(path, headers={"Accept": "text/html"}).status_code == 404


def test_moods_are_counted(client: FlaskClient) -> None:
    found = client.get("/api/v1/moods").get_json()["moods"]
    page = client.get("/browse/moods").text
    for mood in found:
        kept = client.get("/api/v1/tracks", query_string={"mood": mood["name"]}).get_json()
        assert kept["total"] == mood["tracks"]
        assert f"mood={mood['name']}" in page


@pytest.mark.parametrize("order", ["artist", "title", "newest", "oldest", "added", "longest"])
def test_pages_of_every_order_are_parts_of_one_list(client: FlaskClient, order: str) -> None:
    whole = client.get(f"/api/v1/tracks?limit=200&sort={order}").get_json()["tracks"]
    parts = [
        track["id"]
        for offset in range(0, len(whole), 4)
        for track in client.get(f"/api/v1/tracks?limit=4&offset={offset}&sort={order}").get_json()[
            "tracks"
        ]
    ]
    assert parts == [track["id"] for track in whole]
    rows = client.get(f"/browse/rows?limit=4&offset=4&sort={order}").text
    assert [f'href="/tracks/{n}"' in rows for n in parts[4:8]] == [True] * len(parts[4:8])


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/artists?sort=loudest",
        "/api/v1/albums?limit=0",
        "/api/v1/albums?offset=-1",
        "/api/v1/artists?nothing=1",
        "/api/v1/tracks?sort=nothing",
    ],
)
def test_bad_queries_are_refused(client: FlaskClient, address: str) -> None:
    problem_of(client.get(address), 422)


def test_what_is_written_is_on_its_shelf_at_once(tmp_path: Path) -> None:
    with open_library(tmp_path) as engine:
        client = client_of(create_app(engine))
        assert client.get("/api/v1/albums").get_json()["total"] == 0
        stored(engine, [made_up(0, unit_vectors(1)[0], artists=("Ann",), album="New")])
        assert client.get("/api/v1/albums").get_json()["albums"][0]["title"] == "New"


def test_an_empty_library_has_empty_shelves(empty_client: FlaskClient) -> None:
    for what in ("artists", "albums"):
        assert empty_client.get(f"/browse/{what}").status_code == 200
        assert empty_client.get(f"/api/v1/{what}").get_json()[what] == []
    assert empty_client.get("/api/v1/moods").get_json() == {"moods": []}
