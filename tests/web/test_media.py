"""Audio in byte ranges, covers, and only files that the catalogue knows."""

import io
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from mutagen.flac import FLAC
from small_library import song, write_audio

from indexer.analyse import analyse
from mir.audio.decode import read_start
from mir.catalogue import tracks
from tests.cue_albums import write_album
from tests.web.asking import Library, client_of, fill, open_library, problem_of
from web.app import create_app
from web.listening import ListeningDesk
from web.mime import mime_type

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8"
    "cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


OneFile = tuple[FlaskClient, Path, int]


def address(track: int, what: str = "audio") -> str:
    return f"/api/v1/tracks/{track}/{what}"


class TestRanges:
    def test_whole(self, client: FlaskClient, library: Library) -> None:
        response = client.get(address(1))
        assert response.status_code == 200
        assert response.data == library.files[0].read_bytes()
        assert response.headers["Accept-Ranges"] == "bytes"
        assert int(response.headers["Content-Length"]) == len(response.data)

    @pytest.mark.parametrize(
        ("asked", "start", "stop"),
        [("0-0", 0, 1), ("10-99", 10, 100), ("500-", 500, None), ("-7", -7, None)],
    )
    def test_part(
        self, client: FlaskClient, library: Library, asked: str, start: int, stop: int | None
    ) -> None:
        whole = library.files[0].read_bytes()
        response = client.get(address(1), headers={"Range": f"bytes={asked}"})
        assert response.status_code == 206
        assert response.data == whole[start:stop]
        first = start if start >= 0 else len(whole) + start
        last = first + len(response.data) - 1
        assert response.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"

    def test_a_range_beyond_the_end(self, client: FlaskClient, library: Library) -> None:
        size = library.files[0].stat().st_size
        response = client.get(address(1), headers={"Range": f"bytes={size}-"})
        problem_of(response, 416)
        assert response.headers["Content-Range"] == f"bytes */{size}"

    @pytest.mark.parametrize(
        "asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=x-y", "bytes=", "bytes=5--2"]
    )
    def test_ranges_that_may_be_ignored_are(
        self, client: FlaskClient, library: Library, asked: str
    ) -> None:
        response = client.get(address(1), headers={"Range": asked})
        assert response.status_code == 200
        if response.status_code == 200:
            assert len(response.data) == library.files[0].stat().st_size

    def test_head(self, client: FlaskClient, library: Library) -> None:
        response = client.head(address(1))
        assert response.status_code == 200
        assert response.data == b""
        assert int(response.headers["Content-Length"]) == library.files[0].stat().st_size

    def test_unchanged(self, client: FlaskClient) -> None:
        first = client.get(address(1))
        again = client.get(address(1), headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        since = {"If-Modified-Since": first.headers["Last-Modified"]}
        assert client.get(address(1), headers=since).status_code == 304

    def test_a_part_of_another_version_is_not_mixed_in(
        self, client: FlaskClient, library: Library
    ) -> None:
        headers = {"Range": "bytes=0-9", "If-Range": '"another"'}
        response = client.get(address(1), headers=headers)
        assert response.status_code == 200
        assert len(response.data) == library.files[0].stat().st_size


def test_every_format_has_its_media_type(client: FlaskClient, library: Library) -> None:
    expected = {
        "mp3": "audio/mpeg",
        "flac": "audio/flac",
        "ogg": "audio/ogg",
        "opus": "audio/ogg",
        "wav": "audio/wav",
        "aiff": "audio/aiff",
        "m4a": "audio/mp4",
        "wma": "audio/x-ms-wma",
    }
    for number, path in enumerate(library.files, 1):
        response = client.head(address(number))
        assert response.mimetype == expected[path.suffix[1:]], path.name
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_file_holds_goes_before_its_name() -> None:
    assert mime_type("flac", Path("a.mp3")) == "audio/flac"
    assert mime_type(None, Path("a.html")) == "application/octet-stream"


@pytest.fixture
def one_file(library: Library, tmp_path: Path) -> Iterator[OneFile]:
    """A track more in the library, in a file whose name is not UTF-8, and that file."""
    path = tmp_path / os.fsdecode(b"caf\xe9 <b>.flac")
    plain = write_audio(tmp_path / "plain.flac", song(77, 2.0, 16_000, 1), 16_000, cover=PNG)
    plain.rename(path)
    with library.engine.catalogue.session() as session:
        found = tracks.store(
            session,
            analyse(path, [library.engine.first_embedder()]),
            datetime(2026, 1, 1, tzinfo=UTC),
        )
    library.engine.refresh_index()
    yield client_of(create_app(library.engine)), path, found.id
    with library.engine.catalogue.session() as session:
        tracks.remove_files(session, [path])
    library.engine.refresh_index()


class TestFiles:
    def test_names_that_are_not_utf8(self, one_file: OneFile) -> None:
        client, path, track = one_file
        assert client.get(address(track)).data == path.read_bytes()
        assert client.get(f"/api/v1/tracks/{track}").get_json()["title"] == "caf\ufffd <b>"
        page = client.get(f"/tracks/{track}").get_data(as_text=True)
        assert "&lt;b&gt;" in page
        assert "<b>" not in page

    def test_a_cover_in_the_file(self, one_file: OneFile) -> None:
        client, _, track = one_file
        for path in (address(track, "cover"), f"/tracks/{track}/cover"):
            response = client.get(path)
            assert response.mimetype == "image/png"
            assert response.data == PNG
            etag = {"If-None-Match": response.headers["ETag"]}
            assert client.get(path, headers=etag).status_code == 304

    def test_a_cover_that_is_no_picture_is_not_served(
        self, one_file: OneFile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        client, _, track = one_file
        script = SimpleNamespace(data=b"<svg onload='alert(1)'/>", mime="image/svg+xml")
        monkeypatch.setattr("web.media.read_cover", lambda path: script)
        problem_of(client.get(address(track, "cover")), 404)
        assert b"alert" not in client.get(f"/tracks/{track}/cover").data

    def test_a_cover_beside_the_file(self, one_file: OneFile) -> None:
        client, path, track = one_file
        bare = FLAC(path)
        bare.clear_pictures()
        bare.save()
        problem_of(client.get(address(track, "cover")), 404)
        assert client.get(f"/tracks/{track}/cover").mimetype == "image/svg+xml"
        (path.parent / "Folder.JPG").write_bytes(PNG)
        for place in (address(track, "cover"), f"/tracks/{track}/cover"):
            response = client.get(place)
            assert (response.mimetype, response.data) == ("image/png", PNG)

    def test_a_file_that_is_gone(self, one_file: OneFile) -> None:
        client, path, track = one_file
        path.rename(path.with_suffix(".away"))
        try:
            assert "mir index" in problem_of(client.get(address(track)), 404)["detail"]
            problem_of(client.get(address(track, "cover")), 404)
            assert client.get(f"/tracks/{track}/cover").mimetype == "image/svg+xml"
            assert client.get(f"/tracks/{track}").status_code == 200
        finally:
            path.with_suffix(".away").rename(path)


def test_a_track_inside_a_file_says_where_it_lies(library: Library, tmp_path: Path) -> None:
    path = write_album(tmp_path / "Album" / "day.flac")
    with open_library(tmp_path / "home") as engine:
        fill(engine, [path])
        client = client_of(create_app(engine))
        first, second, third = client.get("/api/v1/tracks").get_json()["tracks"]
        assert (first["start"], first["end"]) == (0.0, 3.0)
        assert (third["start"], third["end"]) == (5.0, pytest.approx(9.0))
        assert second["audio_url"] == f"{address(second['id'])}#t=3.000,5.000"
        assert client.get(second["audio_url"]).data == path.read_bytes()
        page = client.get(f"/tracks/{second['id']}").get_data(as_text=True)
        assert 'data-start="3.0" data-end="5.0"' in page
        assert "0:03–0:05" in page
        assert len(client.get(f"/api/v1/tracks/{second['id']}/similar").get_json()["hits"]) == 2
    whole = client_of(create_app(library.engine)).get("/api/v1/tracks/1").get_json()
    assert (whole["start"], whole["end"], whole["audio_url"]) == (None, None, address(1))


def test_a_track_without_a_cover_gets_a_picture_of_its_own(client: FlaskClient) -> None:
    problem_of(client.get(address(1, "cover")), 404)
    pictures = [client.get(f"/tracks/{track}/cover").data for track in (1, 2, 3)]
    assert len(set(pictures)) == 3
    assert client.get("/tracks/1/cover").data == pictures[0]
    for picture in pictures:
        assert picture.startswith(b"<svg")


@pytest.mark.parametrize("name", ["..%2f..%2fetc%2fpasswd", "%2e%2e/app.py", "../../app.py"])
def test_no_address_leads_out_of_its_folder(client: FlaskClient, name: str) -> None:
    for place in ("/static/", "/api/docs/assets/", "/tracks/", "/api/v1/tracks/"):
        assert client.get(place + name).status_code == 404


def test_pictures_are_valid_xml(client: FlaskClient) -> None:
    for track in range(1, 12):
        ElementTree.parse(io.BytesIO(client.get(f"/tracks/{track}/cover").data))


class TestCodedAnew:
    @pytest.mark.parametrize("form", ["opus", "mp3"])
    def test_from_a_second_on(self, client: FlaskClient, form: str) -> None:
        response = client.get(address(1), query_string={"form": form, "start": 1.0})
        assert response.status_code == 200
        assert response.mimetype == {"opus": "audio/ogg", "mp3": "audio/mpeg"}[form]
        heard = read_start(response.data, 22_050, 60).samples
        assert len(heard) / 22_050 == pytest.approx(2.0, abs=0.15)

    def test_a_track_inside_a_file_alone(self, tmp_path: Path) -> None:
        path = write_album(tmp_path / "music" / "A Day" / "day.flac")
        with open_library(tmp_path / "home") as engine:
            fill(engine, [path])
            client = client_of(create_app(engine))
            shown = client.get("/api/v1/tracks/2").get_json()
            data = client.get(address(2), query_string={"form": "opus"}).data
        heard = read_start(data, 22_050, 60).samples
        assert len(heard) / 22_050 == pytest.approx(shown["end"] - shown["start"], abs=0.1)

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ({"form": "opus", "start": 99}, "ends at second 3.0"),
            ({"start": 1}, "goes with 'form'"),
            ({"form": "wav"}, "form"),
            ({"form": "opus", "start": "nan"}, "start"),
        ],
    )
    def test_what_cannot_be(self, client: FlaskClient, query: dict[str, object], said: str) -> None:
        problem = problem_of(client.get(address(1), query_string=query), 422)
        assert said in str(problem)

    def test_who_goes_away_leaves_a_place_to_others(self, library: Library) -> None:
        app = create_app(library.engine)
        app.extensions["mir"] = replace(
            app.extensions["mir"], coding_desk=ListeningDesk(seats=1, queue=0)
        )
        asking = app.test_client()
        query = {"form": "mp3"}
        for _ in range(3):
            left = asking.get(address(1), query_string=query, buffered=False)
            assert next(iter(left.response)) is not None
            problem_of(asking.get(address(1), query_string=query), 503)
            left.close()
        whole = client_of(app).get(address(1), query_string=query)
        assert whole.status_code == 200
        assert asking.head(address(1), query_string=query).status_code == 200
        assert client_of(app).get(address(1), query_string=query).status_code == 200
