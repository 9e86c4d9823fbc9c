"""The map over HTTP: aligned columns, asked for again only when it changed."""

from flask.testing import FlaskClient

from mir.map.library import make
from tests.web.asking import Library, client_of, problem_of
from web.app import create_app


def test_the_map_has_every_track(library: Library) -> None:
    client = client_of(create_app(library.engine))
    make(library.engine)
    answer = client.get("/api/v1/map")
    found = answer.get_json()
    tracks = client.get("/api/v1/tracks?limit=200").get_json()["tracks"]
    assert found["ids"] == sorted(track["id"] for track in tracks)
    genre = {track["id"]: track["genres"][0]["name"] for track in tracks}
    assert [found["genres"][n] for n in found["genre"]] == [genre[n] for n in found["ids"]]
    assert all(-10_000 <= value <= 10_000 for value in found["x"] + found["y"])
    again = client.get("/api/v1/map", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    page = client.get("/map?track=3").text
    assert 'data-track="3"' in page
    for name in found["genres"]:
        assert f"{name} as a list" in page


def test_without_a_map_it_says_how_to_make_one(empty_client: FlaskClient) -> None:
    assert "mir map" in problem_of(empty_client.get("/api/v1/map"), 404)["detail"]
    assert "mir map" in empty_client.get("/map").text
    assert empty_client.get("/map?track=no&genre=x").status_code == 422
