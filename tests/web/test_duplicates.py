"""The API and the pages tell what the library holds more than once."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mir.catalogue import matches, tracks
from mir.catalogue.matches import Match, Shared
from mir.engine import Engine, open_engine
from mir.settings import load_settings
from tests.copied_library import CUT, copied_library
from tests.indexer.stub_ear import StubEar
from tests.made_up_analyses import NOW, made_up_analysis
from tests.web.asking import client_of, problem_of
from web.app import create_app

API = "/api/v1"


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    home = copied_library(tmp_path_factory.mktemp("copied"))
    with open_engine(load_settings({}, home=home), embedder=StubEar()) as engine:
        yield engine


@pytest.fixture(scope="module")
def asked(copied: Engine) -> FlaskClient:
    return client_of(create_app(copied))


def ids(asked: FlaskClient) -> dict[str, int]:
    """Title -> id of every track."""
    found = asked.get(f"{API}/tracks").get_json()["tracks"]
    return {each["title"]: each["id"] for each in found}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())


def test_groups_come_before_pairs_each_with_evidence(asked: FlaskClient) -> None:
    found = asked.get(f"{API}/duplicates").get_json()
    assert found["counts"] == {"same": 1, "excerpt": 1, "version": 0, "shared": 1}
    assert (found["waiting"], found["total"], found["offset"]) == (0, 3, 0)
    (group,) = found["groups"]
    names = [copy["file"].rpartition("/")[2] for copy in group["copies"]]
    assert names == ["a.flac", "again.flac", "b.mp3", "c.ogg"]
    assert {each["second"] for each in group["evidence"]} == {group["copies"][0]["track"]["id"]}
    excerpt, shared = found["pairs"]
    assert [excerpt["relation"], shared["relation"]] == ["excerpt", "shared"]
    assert excerpt["first"]["title"] == "Jingle"
    assert excerpt["evidence"]["offset"] == pytest.approx(CUT[0], abs=0.1)
    assert excerpt["evidence"]["words"][0].startswith("100% of one, 45% of the other")


def test_a_list_is_paged_and_limited_to_a_kind(asked: FlaskClient) -> None:
    whole = asked.get(f"{API}/duplicates").get_json()
    parts = [asked.get(f"{API}/duplicates?limit=1&offset={i}").get_json() for i in range(4)]
    assert [part["groups"] for part in parts] == [whole["groups"], [], [], []]
    assert [pair for part in parts for pair in part["pairs"]] == whole["pairs"]
    assert {part["total"] for part in parts} == {3}
    for kind, total in whole["counts"].items():
        found = asked.get(f"{API}/duplicates?kind={kind}").get_json()
        assert found["total"] == len(found["groups"]) + len(found["pairs"]) == total
        assert found["counts"] == whole["counts"]
    problem_of(asked.get(f"{API}/duplicates?kind=alike"), 422)
    problem_of(asked.get(f"{API}/duplicates?limit=0"), 422)


def test_a_track_sees_its_relations_from_its_side(asked: FlaskClient) -> None:
    known = ids(asked)
    found = asked.get(f"{API}/tracks/{known['Jingle']}/related").get_json()["related"]
    assert {each["track"]["title"] for each in found} == {"Song <1>", "=Song", "Track 7"}
    for each in found:
        assert (each["relation"], each["part"]) == ("excerpt", known["Jingle"])
        assert each["what"] == "holds all of it"
        assert each["evidence"]["first"] == known["Jingle"]
        (stretch,) = each["evidence"]["stretches"]
        assert stretch["second_start"] == pytest.approx(CUT[0], abs=0.2)
    alone = asked.get(f"{API}/tracks/{known['Other']}/related").get_json()
    assert alone == {"related": []}
    problem_of(asked.get(f"{API}/tracks/999/related"), 404)


def test_the_page_shows_copies_and_plays_both_at_the_moment(asked: FlaskClient) -> None:
    page = asked.get("/duplicates").get_data(as_text=True)
    said = words(page)
    for expected in (
        "Same recording 1 Excerpts 1 Likely versions 0 Shared sound 1",
        "no file is changed, merged or deleted",
        "Song &lt;1&gt; , 4 copies",
        "To keep: there first",
        "its sound is equal bit for bit",
        "0:00–0:40 is 0:00–0:40 of the one to keep · 100% of one, 100% of the other",
        "Jingle Unknown artist 0:00–0:18 · 100 % of it",
        "Ann &amp; Bo 0:12–0:30 · 45 % of it · 89% agreement",
    ):
        assert expected in said
    assert re.search(r"mp3 · 32.kbit/s · 22\.05.kHz", said)
    assert "<1>" not in page
    excerpt = page.partition('id="excerpt-title"')[2].partition("</section>")[0]
    known = ids(asked)
    starts = dict(re.findall(r'data-moment="([\d.]+)" data-of="(\d+)"', excerpt))
    assert {int(track) for track in starts.values()} == {known["Jingle"], known["Song <1>"]}
    assert max(map(float, starts)) == pytest.approx(CUT[0], abs=0.2)
    for track in starts.values():
        assert f'data-play="{track}"' in excerpt
    assert "<script>" not in page
    assert 'style="' not in page


def test_the_page_can_be_narrowed_and_paged(asked: FlaskClient) -> None:
    only = asked.get("/duplicates?kind=shared").get_data(as_text=True)
    assert 'id="shared-title"' in only
    assert 'id="same-title"' not in only
    second = asked.get("/duplicates?limit=1&offset=1").get_data(as_text=True)
    assert 'id="excerpt-title"' in second
    assert 'id="same-title"' not in second
    assert 'href="/duplicates?limit=1&amp;offset=2"' in second
    none = asked.get("/duplicates?kind=version").get_data(as_text=True)
    assert "No two tracks are of this kind." in none
    assert asked.get("/duplicates?kind=alike").status_code == 422


def test_the_table_is_saved(asked: FlaskClient) -> None:
    answer = asked.get("/duplicates.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == 6
    assert {row["title"] for row in rows} >= {"'=Song", "Song <1>", "Jingle"}
    one = asked.get("/duplicates.csv?kind=excerpt").get_data(as_text=True)
    assert len(one.splitlines()) == 2


def test_a_track_names_its_other_recordings(asked: FlaskClient) -> None:
    known = ids(asked)
    page = asked.get(f"/tracks/{known['Song <1>']}").get_data(as_text=True)
    section = page.partition('id="others-title"')[2].partition("</section>")[0]
    said = words(section)
    for expected in (
        "The same recording · @nn · Hits",
        "An excerpt of it",
        "0:00–0:10 here is 0:30–0:40 there",
    ):
        assert expected in said
    assert f'data-of="{known["Jingle"]}"' in section
    alone = asked.get(f"/tracks/{known['Other']}").get_data(as_text=True)
    assert "others-title" not in alone


def test_the_library_leads_there_and_an_empty_one_says_so(
    client: FlaskClient, empty_client: FlaskClient
) -> None:
    assert 'href="/duplicates"' in client.get("/library").get_data(as_text=True)
    said = words(client.get("/duplicates").get_data(as_text=True))
    assert "11 tracks are not compared yet: run mir index" in said
    assert "Nothing is there twice" in said
    assert "not compared" not in words(empty_client.get("/duplicates").get_data(as_text=True))


def test_what_changes_is_seen_at_once(tmp_path: Path) -> None:
    with open_engine(load_settings({}, home=tmp_path), embedder=StubEar()) as engine:
        asked = client_of(create_app(engine))
        with engine.catalogue.session() as session:
            for number in (1, 2):
                made = made_up_analysis(f"/{number}.mp3", f"hash {number}")
                assert tracks.store(session, made, NOW).id == number
        assert asked.get(f"{API}/duplicates").get_json()["counts"]["same"] == 0
        stretches = (Shared(0, 90, 0.5, 90.5),)
        match = Match(1, 2, "sound", 30.0, 1.0, 1.0, 0.9, 1.0, 0, stretches)
        with engine.catalogue.session() as session:
            matches.put(session, 1, "made-up", [match])
        found = asked.get(f"{API}/duplicates").get_json()
        assert (found["counts"]["same"], found["waiting"]) == (1, 1)
        with engine.catalogue.session() as session:
            tracks.remove_files(session, [Path("/2.mp3")])
        assert asked.get(f"{API}/duplicates").get_json()["counts"]["same"] == 0
