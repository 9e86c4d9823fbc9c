"""The API's contract: shapes, filters, problems, and that hostile input never breaks it."""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from small_library import song, write_audio

from mir import errors
from tests.web.asking import UPLOAD_LIMIT, Library, client_of, clip, problem_of
from web import problems
from web.app import create_app
from web.context import Context, attach
from web.listening import ListeningDesk
from web.metrics import Metrics

API = "/api/v1"


def get(client: FlaskClient, path: str, **query: Any) -> Any:
    response = client.get(API + path, query_string=query)
    assert response.status_code == 200, response.get_data(as_text=True)
    return response.get_json()


class TestSearch:
    def test_a_track_of_the_library_finds_itself_first(
        self, client: FlaskClient, library: Library
    ) -> None:
        answer = client.post(f"{API}/search", data=clip(library.files[1], count=4)).get_json()
        assert answer["hits"][0]["track"]["id"] == 2
        assert answer["hits"][0]["score"] == pytest.approx(1.0, abs=0.02)
        scores = [hit["score"] for hit in answer["hits"]]
        assert len(scores) == 4
        assert scores == sorted(scores, reverse=True)

    def test_says_what_the_clip_is_heard_as(self, client: FlaskClient, library: Library) -> None:
        heard = client.post(f"{API}/search", data=clip(library.files[0])).get_json()["heard"]
        assert heard["genres"][0]["probability"] == pytest.approx(0.6)
        assert heard["seconds"] == pytest.approx(3.0, abs=0.2)
        assert heard["uncertain"] is False

    def test_classify_hears_the_same(self, client: FlaskClient, library: Library) -> None:
        searched = client.post(f"{API}/search", data=clip(library.files[3])).get_json()
        heard = client.post(f"{API}/classify", data=clip(library.files[3])).get_json()
        assert heard == searched["heard"]

    def test_filters_are_applied_inside_the_search(
        self, client: FlaskClient, library: Library
    ) -> None:
        form = clip(library.files[0], genre=["Folk", "Metal"], not_genre="Metal", count=5)
        answer = client.post(f"{API}/search", data=form).get_json()
        tagged = [hit["track"]["tag_genres"] for hit in answer["hits"]]
        assert tagged
        assert all("Folk" in genres for genres in tagged)

    def test_a_name_that_looks_like_a_number_stays_a_name(
        self, client: FlaskClient, library: Library
    ) -> None:
        form = clip(library.files[0], artist="1975")
        assert client.post(f"{API}/search", data=form).get_json()["hits"] == []


class TestUploads:
    def test_too_large_is_refused_with_the_limit(self, client: FlaskClient) -> None:
        response = client.post(
            f"{API}/search",
            data=b"\0" * (UPLOAD_LIMIT + 2**20),
            content_type="multipart/form-data; boundary=x",
        )
        problem = problem_of(response, 413)
        assert "2 MB" in problem["detail"]
        assert "MIR_MAX_UPLOAD_MB" in problem["detail"]

    @pytest.mark.parametrize("path", ["/search", "/classify"])
    @pytest.mark.parametrize("content", [b"", b"hello, this is text\n" * 200, b"ID3\x04", b"RIFF"])
    def test_what_is_no_audio_is_named_so(
        self, client: FlaskClient, path: str, content: bytes
    ) -> None:
        problem = problem_of(client.post(API + path, data=clip(content)), 422)
        assert problem["type"] == "/about#audio-error"

    def test_too_long_is_refused_with_the_limit(self, client: FlaskClient, tmp_path: Path) -> None:
        long = write_audio(tmp_path / "long.flac", song(3, 9.0, 16_000, 1), 16_000)
        problem = problem_of(client.post(f"{API}/classify", data=clip(long)), 422)
        assert "longer than 6 seconds" in problem["detail"]

    def test_without_a_clip(self, client: FlaskClient) -> None:
        response = client.post(
            f"{API}/search", data={"count": "3"}, content_type="multipart/form-data"
        )
        assert "'clip'" in problem_of(response, 422)["detail"]

    def test_not_multipart(self, client: FlaskClient) -> None:
        response = client.post(f"{API}/search", data=b"x", content_type="audio/mpeg")
        problem_of(response, 415)

    @pytest.mark.parametrize("path", [f"{API}/search", f"{API}/classify", "/"])
    def test_fields_in_the_address_are_refused_and_not_ignored(
        self, client: FlaskClient, library: Library, path: str
    ) -> None:
        response = client.post(f"{path}?genre=Folk", data=clip(library.files[0]))
        assert response.status_code == 422
        assert "send its fields in the form" in response.get_data(as_text=True)

    def test_a_wrong_field_is_named(self, client: FlaskClient, library: Library) -> None:
        form = clip(library.files[0], genres="Folk")
        problem = problem_of(client.post(f"{API}/search", data=form), 422)
        assert problem["errors"] == [{"field": "genres", "message": "there is no such field"}]

    def test_nothing_is_left_of_a_refused_clip(self, client: FlaskClient, library: Library) -> None:
        before = get(client, "/status")
        client.post(f"{API}/search", data=clip(b"nonsense"))
        assert get(client, "/status") == before


class TestTracks:
    def test_pages_cover_every_track_once(self, client: FlaskClient) -> None:
        ids = []
        for offset in range(0, 11, 4):
            page = get(client, "/tracks", offset=offset, limit=4)
            assert page["total"] == 11
            ids += [track["id"] for track in page["tracks"]]
        assert sorted(ids) == list(range(1, 12))

    def test_text_finds_titles_and_artists(self, client: FlaskClient) -> None:
        assert [t["title"] for t in get(client, "/tracks", q="song 11")["tracks"]] == ["Song 11"]
        assert {t["artists"][0] for t in get(client, "/tracks", q="böhm")["tracks"]} == {
            "The Böhm Quartet"
        }

    def test_filters(self, client: FlaskClient) -> None:
        found = get(client, "/tracks", year_from=1973, year_to=1975)["tracks"]
        assert sorted(track["year"] for track in found) == [1973, 1974, 1975]
        found = get(client, "/tracks", all_genres=["Jazz", "Fusion"])["tracks"]
        assert found
        assert all("Fusion" in track["tag_genres"] for track in found)

    def test_every_word_of_the_grammar(self, client: FlaskClient, library: Library) -> None:
        every = get(client, "/tracks")["tracks"]
        sounds = [(track["id"], track["sound"]) for track in every]
        key, mode = sounds[0][1]["key"], sounds[0][1]["mode"]

        def found(**query: Any) -> set[int]:
            answer = client.get(f"{API}/tracks", query_string=query).get_json()
            return {track["id"] for track in answer["tracks"]}

        alike = {i for i, sound in sounds if (sound["key"], sound["mode"]) == (key, mode)}
        assert found(key=f"{key} {mode}") == alike
        assert found(key=f"{key} {mode}", harmonic="true") >= alike
        fast = {i for i, sound in sounds if (sound["tempo"] or 0) >= 110}
        assert found(bpm_from=110) == fast
        assert found(seconds_to=1) == set()
        assert found(path=library.files[2].name) == {3}
        assert found(added_since="2026-05-04") == {track["id"] for track in every}
        assert found(added_since="1h") == set()
        assert found(licence="none") == {track["id"] for track in every}
        tagged = {
            track["id"]
            for track in every
            if "jazz" in [name.lower() for name in track["tag_genres"]]
        }
        assert tagged
        assert found(genre="Jazz", genre_by="tag") == tagged

    @pytest.mark.parametrize(
        ("query", "said"),
        [
            ({"key": "H"}, "names no key"),
            ({"harmonic": "true"}, "name the key too"),
            ({"added_since": "soon"}, "is no moment"),
            ({"not_played_since": "soon"}, "is no moment"),
            ({"listener": "x" * 101}, "more than 100 characters"),
            ({"genre": "Fokl"}, "did you mean Folk?"),
            ({"path": "*a*b*c*d*e*f"}, "more than 5 stars"),
            ({"bpm_from": 100, "bpm_to": 90}, "No tempo lies from 100 to 90"),
        ],
    )
    def test_what_cannot_be_meant_is_said(
        self, client: FlaskClient, query: dict[str, Any], said: str
    ) -> None:
        for path in ("/tracks", "/tracks/1/similar"):
            response = client.get(API + path, query_string=query)
            assert said in problem_of(response, 422)["detail"]

    def test_empty_fields_of_a_form_count_as_not_given(self, client: FlaskClient) -> None:
        assert get(client, "/tracks", q="", artist="", year_from="")["total"] == 11

    def test_one_track(self, client: FlaskClient, library: Library) -> None:
        track = get(client, "/tracks/1")
        assert track["title"] == "Song 1"
        assert track["files"] == [str(library.files[0])]
        assert client.get(track["audio_url"]).status_code == 200

    @pytest.mark.parametrize("name", ["999", "0", "99999999999999999999", "abc", "-1", "1.5"])
    def test_unknown_tracks(self, client: FlaskClient, name: str) -> None:
        for rest in ("", "/similar", "/audio", "/cover"):
            problem_of(client.get(f"{API}/tracks/{name}{rest}"), 404)

    def test_similar_never_holds_the_track_itself(self, client: FlaskClient) -> None:
        hits = get(client, "/tracks/4/similar", count=50)["hits"]
        assert sorted(hit["track"]["id"] for hit in hits) == [1, 2, 3, *range(5, 12)]
        assert all(0 <= hit["similarity"] <= 1 for hit in hits)

    def test_pages_of_similar_are_one_list(self, client: FlaskClient) -> None:
        for path, query in (("/tracks/4/similar", {}), ("/similar", {"seed": [4, 5]})):
            whole = get(client, path, count=9, variety=0.5, **query)["hits"]
            part = get(client, path, count=4, offset=5, variety=0.5, **query)["hits"]
            assert part == whole[5:]

    def test_similar_to_several_holds_none_of_them(self, client: FlaskClient) -> None:
        hits = get(client, "/similar", seed=[1, 2], unlike=[3], min_similarity=0.2)["hits"]
        ids = [hit["track"]["id"] for hit in hits]
        assert len(ids) == len(set(ids)) > 0
        assert not {1, 2, 3} & set(ids)
        assert all(hit["similarity"] >= 0.2 for hit in hits)

    def test_an_artist_is_a_seed(self, client: FlaskClient) -> None:
        artist = get(client, "/tracks/1")["artists"][0]
        theirs = {track["id"] for track in get(client, "/tracks", artist=artist)["tracks"]}
        hits = get(client, "/similar", like_artist=artist)["hits"]
        assert hits
        assert not theirs & {hit["track"]["id"] for hit in hits}
        problem_of(client.get(f"{API}/similar?like_album=No such thing"), 404)
        problem_of(client.get(f"{API}/similar"), 422)

    def test_a_path_begins_and_ends_as_asked(self, client: FlaskClient) -> None:
        hits = get(client, "/path", start=2, end=7, steps=4)["hits"]
        ids = [hit["track"]["id"] for hit in hits]
        assert (ids[0], ids[-1], len(set(ids))) == (2, 7, 5)
        problem_of(client.get(f"{API}/path?start=2&end=2"), 422)
        problem_of(client.get(f"{API}/path?start=2&end=99"), 404)

    def test_recommendations_hold_no_seed_and_nothing_excluded(self, client: FlaskClient) -> None:
        hits = get(client, "/recommendations", seed=[1, 2], exclude=[3], count=8)["hits"]
        ids = [hit["track"]["id"] for hit in hits]
        assert len(ids) == len(set(ids)) > 0
        assert not {1, 2, 3} & set(ids)

    def test_recommendations_go_on_from_artists(self, client: FlaskClient) -> None:
        artist = get(client, "/tracks", limit=1)["tracks"][0]["artists"][0]
        hits = get(client, "/recommendations", like_artist=[artist], count=5)["hits"]
        assert hits
        assert all(artist not in hit["track"]["artists"] for hit in hits)
        problem_of(client.get(f"{API}/recommendations?like_album=Nowhere"), 404)

    def test_related_artists_are_others_of_the_library(self, client: FlaskClient) -> None:
        artist = get(client, "/tracks", limit=1)["tracks"][0]["artists"][0]
        found = get(client, "/related-artists", artist=artist, count=3)["artists"]
        assert 0 < len(found) <= 3
        for each in found:
            assert each["name"] != artist
            assert 0 <= each["similarity"] <= 1
            assert each["reasons"][0].startswith("nearest tracks: ")
        problem_of(client.get(f"{API}/related-artists?artist=Nobody"), 404)
        problem_of(client.get(f"{API}/related-artists"), 422)

    def test_recommendations_need_no_seed_but_one_that_exists(self, client: FlaskClient) -> None:
        assert len(get(client, "/recommendations", count=5)["hits"]) == 5
        assert len(get(client, "/recommendations", duration="1m")["hits"]) == 11
        problem_of(client.get(f"{API}/recommendations?duration=soon"), 422)
        problem_of(client.get(f"{API}/recommendations?explore=nan"), 422)
        problem_of(client.get(f"{API}/recommendations?seed=4711"), 404)


class TestLibrary:
    def test_genre_counts_are_those_of_their_filter(self, client: FlaskClient) -> None:
        for genre in get(client, "/genres")["genres"]:
            assert get(client, "/tracks", genre=genre["name"])["total"] == genre["tracks"]

    def test_failures_show_names_that_are_not_utf8(self, client: FlaskClient) -> None:
        listing = get(client, "/failures")
        assert listing["total"] == 1
        assert listing["failures"][0]["path"] == "/music/broken \ufffd.mp3"

    def test_status(self, client: FlaskClient, library: Library) -> None:
        status = get(client, "/status")
        assert (status["tracks"], status["indexed"], status["failures"]) == (11, 11, 1)
        assert status["index_state"] == "ready"
        assert status["running"] is None

    def test_an_empty_library_answers(self, empty_client: FlaskClient, library: Library) -> None:
        assert get(empty_client, "/status")["index_state"] == "empty"
        assert get(empty_client, "/tracks")["tracks"] == []
        assert get(empty_client, "/genres")["genres"] == []
        answer = empty_client.post(f"{API}/search", data=clip(library.files[0])).get_json()
        assert answer["hits"] == []

    def test_health(self, client: FlaskClient) -> None:
        assert get(client, "/health") == {"status": "ok"}


class TestProblems:
    def test_unknown_addresses_and_methods(self, client: FlaskClient) -> None:
        problem_of(client.get("/api/v1/nothing"), 404)
        problem_of(client.get("/api/nothing"), 404)
        response = client.delete(f"{API}/tracks")
        problem_of(response, 405)
        assert "GET" in response.headers["Allow"]

    def test_types_lead_to_an_explanation(self, client: FlaskClient) -> None:
        about = client.get("/about").get_data(as_text=True)
        for kind in problems.STATUS:
            assert f'id="{problems.slug(kind)}"' in about

    def test_every_error_of_ours_has_a_status(self, client: FlaskClient) -> None:
        with client.application.test_request_context("/"):
            for kind in errors.MirError.__subclasses__():
                assert problems.of_mir_error(kind("Why.")).status >= 400

    def test_a_defect_is_a_500_without_its_secrets(
        self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken() -> None:
            raise RuntimeError("the password is hunter2")

        monkeypatch.setattr("web.api.library.genre_list", broken)
        problem = problem_of(client.get(f"{API}/genres"), 500)
        assert "hunter2" not in str(problem)

    def test_a_full_queue_asks_to_come_back(self, library: Library) -> None:
        app = create_app(library.engine)
        desk = ListeningDesk(seats=1, queue=0)
        attach(
            app,
            Context(library.engine, desk, ListeningDesk(), lambda: None, Metrics(library.engine)),
        )
        with desk.seat():
            response = client_of(app).post(f"{API}/classify", data=clip(library.files[0]))
        problem_of(response, 503)
        assert int(response.headers["Retry-After"]) > 0
        response = client_of(app).post(f"{API}/classify", data=clip(library.files[0]))
        assert response.status_code == 200

    def test_a_seat_that_never_comes_free_ends_the_wait(self) -> None:
        desk = ListeningDesk(seats=1, queue=1, patience=0.01)
        with desk.seat(), pytest.raises(errors.Busy), desk.seat():
            pass


NAMES = st.sampled_from(
    (
        *("q", "genre", "all_genres", "not_genre", "artist", "year_from", "year_to"),
        *("genre_by", "mood", "bpm_from", "bpm_to", "key", "harmonic", "album", "seconds_to"),
        *("path", "added_since", "licence", "unplayed", "not_played_since"),
        *("offset", "limit", "count", "seed", "exclude", "x"),
        *("variety", "like_artist", "like_album", "unlike", "per_artist", "start", "end"),
        *("listener", "duration", "explore", "draw"),
    )
)
VALUES = st.one_of(
    st.text(max_size=20),
    st.integers().map(str),
    st.sampled_from(
        (
            *("", "0", "-1", "1e9", "nan", "%", "%00", "\0", "'; --", "Folk", "3", "٣", "NULL"),
            *("8A", "30d", "true", "**", "2026-01-01", "tag", "9" * 30 + "y", "\u0130", "[", "\\"),
        )
    ),
)
PATHS = st.sampled_from(
    (
        *(
            "/tracks",
            "/tracks/1",
            "/tracks/1/similar",
            "/similar",
            "/path",
            "/recommendations",
            "/failures",
        ),
        *("/genres", "/status", "/tracks/2/cover", "/tracks/2147483648", "/openapi.json"),
    )
)


@given(path=PATHS, pairs=st.lists(st.tuples(NAMES, VALUES), max_size=5))
@settings(max_examples=50, deadline=None)
def test_no_query_breaks_the_server(client: FlaskClient, path: str, pairs: Any) -> None:
    query = urlencode(pairs, errors="surrogatepass")
    assert client.get(f"{API}{path}?{query}").status_code < 500
    for page in ("/", "/browse", "/tracks/1", "/library"):
        assert client.get(f"{page}?{query}").status_code < 500


@given(raw=st.binary(max_size=60))
@settings(max_examples=30, deadline=None)
def test_no_bytes_in_the_query_break_the_server(client: FlaskClient, raw: bytes) -> None:
    query = "".join(f"%{byte:02x}" for byte in raw)
    for path in ("/tracks?q=", "/tracks?genre=", "/tracks/1/similar?genre=", "/tracks?"):
        assert client.get(API + path + query).status_code < 500


@given(
    pairs=st.dictionaries(NAMES, VALUES, max_size=4), body=st.binary(max_size=200) | st.just(b"")
)
@settings(max_examples=40, deadline=None)
def test_no_form_breaks_the_server(client: FlaskClient, pairs: Any, body: bytes) -> None:
    assert client.post(f"{API}/search", data=clip(body, **pairs)).status_code in {422, 413}
    response = client.post(
        f"{API}/search", data=body, content_type="multipart/form-data; boundary=x"
    )
    assert response.status_code < 500
