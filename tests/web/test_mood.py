"""The mood over the web: as an answer, as a page, and as a pad on the page to browse."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from made_up_library import made_up, stored, unit_vectors

from tests.felt_library import felt
from tests.web.asking import client_of, open_library, problem_of
from web.app import create_app

API = "/api/v1/mood"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Thirty tracks, from calm and dark to energetic and bright; the even ids are jazz."""
    with open_library(tmp_path_factory.mktemp("felt") / "home") as engine:
        made = [
            felt(
                made_up(n, vector, predicted=[(("rock", "jazz")[n % 2], 0.9)]),
                arousal=-1 + n / 15,
                valence=-1 + n / 15,
            )
            for n, vector in enumerate(unit_vectors(30))
        ]
        stored(engine, made)
        engine.refresh_index()
        yield client_of(create_app(engine))


def test_the_nearest_come_first_with_true_reasons(client: FlaskClient) -> None:
    query = {"arousal": -0.2, "valence": -0.2, "count": 3, "genre": "jazz"}
    hits = client.get(API, query_string=query).get_json()["hits"]
    assert [hit["track"]["id"] for hit in hits] == [12, 14, 10]
    assert hits[1]["reasons"] == [
        "energy -0.13 where -0.20 was asked",
        "brightness -0.13 where -0.20 was asked",
    ]
    more = client.get(API, query_string=query | {"offset": 1}).get_json()["hits"]
    assert more[:2] == hits[1:]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"arousal": 0}, "valence: field required"),
        ({"arousal": 1.1, "valence": 0}, "arousal: input should be less than or equal to 1"),
        ({"arousal": "nan", "valence": 0}, "arousal"),
        ({"arousal": 0, "valence": 0, "unlike": 1}, "unlike: there is no such field"),
        ({"arousal": 0, "valence": 0, "genre": "jaz"}, "did you mean jazz?"),
        ({"arousal": 0, "valence": 0, "offset": 1990}, "pages go from 1 to 2000"),
    ],
)
def test_what_cannot_be_meant_is_said(
    client: FlaskClient, query: dict[str, object], said: str
) -> None:
    assert said in problem_of(client.get(API, query_string=query), 422)["detail"]


def test_every_corner_of_the_pad_leads_to_tracks(client: FlaskClient) -> None:
    pad = client.get("/browse").get_data(as_text=True).partition('class="pad"')[2]
    found = re.findall(r'href="(/mood[^"]*)">([^<]*)</a>', pad.partition("</ul>")[0])
    assert len(found) == 9
    for address, words in found:
        page = client.get(address.replace("&amp;", "&")).get_data(as_text=True)
        heading = re.search(r"<h1>(.*)</h1>", page)
        assert heading
        for word in words.split(", ") if words != "in between" else ["between"]:
            assert word in heading[1].lower()
        assert page.count('<li class="track">') == 20


def test_the_page_begins_in_the_middle_and_keeps_filters_from_page_to_page(
    client: FlaskClient,
) -> None:
    assert "Between calm and energetic" in client.get("/mood").get_data(as_text=True)
    address = "/mood?arousal=0.9&valence=0.1&genre=jazz&count=10&harmonic=true&key="
    first = client.get(address).get_data(as_text=True)
    assert '<input type="hidden" name="genre" value="jazz">' in first
    assert '<a class="chip on" href="/mood?count=10&amp;arousal=0.9' in first
    assert "<bdi>Genre: jazz</bdi>" in first
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = client.get(following[1].replace("&amp;", "&")).get_data(as_text=True)
    assert second.count('<li class="track">') == 5
    assert 'rel="next"' not in second
    assert not re.findall(r"\s(?:style|on\w+)=", first)


def test_a_library_that_does_not_feel_has_no_pad(empty_client: FlaskClient) -> None:
    assert 'class="pad"' not in empty_client.get("/browse").get_data(as_text=True)
