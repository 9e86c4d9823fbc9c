"""The pictures of a track, and what is heard in it over time."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from small_library import song, write_audio

from mir.analysis import Tags
from tests.cue_albums import write_album
from tests.web.asking import client_of, fill, open_library, problem_of
from web.app import create_app
from web.context import Context
from web.listening import ListeningDesk


def test_the_waveform_has_columns_of_the_whole_track(client: FlaskClient) -> None:
    answer = client.get("/api/v1/tracks/2/waveform")
    found = answer.get_json()
    assert found["seconds"] == pytest.approx(3.0, abs=0.1)
    assert len(found["peaks"]) == len(found["levels"]) == int(found["seconds"] * 50)
    assert all(
        0 <= level <= peak <= 1 for level, peak in zip(found["levels"], found["peaks"], strict=True)
    )
    assert max(found["peaks"]) > 0.1


def test_the_spectrogram_is_a_png_that_a_browser_may_keep(client: FlaskClient) -> None:
    answer = client.get("/api/v1/tracks/2/mel")
    assert answer.mimetype == "image/png"
    assert answer.data.startswith(b"\x89PNG")
    assert answer.cache_control.private
    again = client.get("/api/v1/tracks/2/mel", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get("/api/v1/tracks/3/mel", headers={"If-None-Match": answer.headers["ETag"]})
    assert other.status_code == 200


def test_over_time_there_is_a_probability_for_each_passage(client: FlaskClient) -> None:
    found = client.get("/api/v1/tracks/2/over-time").get_json()
    assert found["model_id"] == "stub"
    assert [passage["start"] for passage in found["passages"]] == [0.0]
    for row in found["genres"] + found["moods"]:
        assert len(row["probabilities"]) == 1
    page = client.get("/tracks/2/over-time").get_data(as_text=True)
    assert found["genres"][0]["name"] in page
    assert "As a table" in page


def test_what_is_asked_again_is_not_made_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [f"/api/v1/tracks/4/{what}" for what in ("waveform", "mel", "over-time")]
    first = [client.get(path).data for path in paths]
    monkeypatch.setattr("mir.picture.draw", None)
    monkeypatch.setattr("mir.over_time.hear_over_time", None)
    assert [client.get(path).data for path in paths] == first


@pytest.mark.parametrize("what", ["waveform", "mel", "over-time"])
def test_of_what_is_not_there_there_is_no_picture(client: FlaskClient, what: str) -> None:
    problem_of(client.get(f"/api/v1/tracks/4711/{what}"), 404)
    problem_of(client.get(f"/api/v1/tracks/{2**40}/{what}"), 404)
    assert client.get(f"/tracks/{2**40}/over-time").status_code == 404


def test_a_track_without_its_file_says_so_instead(tmp_path: Path) -> None:
    (tmp_path / "music" / "a").mkdir(parents=True)
    paths = [
        write_audio(tmp_path / "music" / "a" / f"{n}.flac", song(n, 3.0, 22_050), 22_050, Tags())
        for n in range(2)
    ]
    with open_library(tmp_path / "home") as engine:
        fill(engine, paths)
        client = client_of(create_app(engine))
        assert 'data-part="mel"' in client.get("/tracks/1").get_data(as_text=True)
        paths[0].unlink()
        page = client.get("/tracks/1").get_data(as_text=True)
        assert "not on the disk" in page
        assert 'data-part="mel"' not in page
        for what in ("waveform", "mel", "over-time"):
            detail = problem_of(client.get(f"/api/v1/tracks/1/{what}"), 404)["detail"]
            assert "not on the disk" in detail
        paths[1].write_bytes(b"no music any more")
        problem_of(client.get("/api/v1/tracks/2/waveform"), 422)


def test_a_track_inside_a_file_is_drawn_alone(tmp_path: Path) -> None:
    with open_library(tmp_path / "home") as engine:
        fill(engine, [write_album(tmp_path / "music" / "A Day" / "day.flac")])
        client = client_of(create_app(engine))
        drawn = [client.get(f"/api/v1/tracks/{n}/waveform").get_json() for n in (1, 2, 3)]
        assert [each["seconds"] for each in drawn] == pytest.approx([3, 2, 4])
        assert drawn[0]["peaks"][:100] != drawn[1]["peaks"][:100]


def test_pictures_wait_for_a_seat_and_no_longer(tmp_path: Path) -> None:
    (tmp_path / "music" / "a").mkdir(parents=True)
    path = write_audio(tmp_path / "music" / "a" / "1.flac", song(1, 3.0, 22_050), 22_050, Tags())
    with open_library(tmp_path / "home") as engine:
        fill(engine, [path])
        app = create_app(engine)
        context: Context = app.extensions["mir"]
        full = ListeningDesk(seats=1, queue=0)
        object.__setattr__(context, "picture_desk", full)
        with full.seat():
            problem_of(client_of(app).get("/api/v1/tracks/1/waveform"), 503)
        assert client_of(app).get("/api/v1/tracks/1/waveform").status_code == 200
