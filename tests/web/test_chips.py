"""Filters in use as chips: each in words, and what is left without it."""

from urllib.parse import parse_qs

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from web.api.describe import read_fields
from web.chips import Chip, chips
from web.schemas import FilterFields, TracksQuery

EVERYTHING = {
    "genre": ["jazz", "blues"],
    "all_genres": ["live"],
    "not_genre": ["rock"],
    "genre_by": ["model"],
    "mood": ["calm"],
    "bpm_from": ["90"],
    "bpm_to": ["120.5"],
    "key": ["Am"],
    "harmonic": ["true"],
    "artist": ["Bill Evans"],
    "album": ["A & B"],
    "year_from": ["1955"],
    "year_to": ["1965"],
    "seconds_to": ["3700"],
    "path": ["*.flac"],
    "added_since": ["30d"],
    "licence": ["none"],
    "unplayed": ["true"],
    "not_played_since": ["7d"],
}
WORDS = [
    "Genre: jazz",
    "Genre: blues",
    "Also genre: live",
    "not: rock",
    "Mood: calm",
    "Genres by the model",
    "Artist: Bill Evans",
    "Album: A & B",
    "Year 1955–1965",
    "Tempo 90–120.5 BPM",
    "Length up to 1:01:40",
    "Key Am and neighbours",
    "Files: *.flac",
    "Added since 30d",
    "Without a licence",
    "never played",
    "not played since 7d",
]


def chips_of(client: FlaskClient, fields: dict[str, list[str]]) -> list[Chip]:
    with client.application.test_request_context():
        return chips(read_fields(TracksQuery, MultiDict(fields)))


def test_every_filter_of_the_grammar_is_a_chip(client: FlaskClient) -> None:
    found = chips_of(client, EVERYTHING)
    assert [chip.words for chip in found] == WORDS
    taken = {name for chip in found for name in chip.fields}
    assert taken == set(FilterFields.model_fields) - {"listener"} | {"seconds_from"}


def test_without_a_chip_the_others_stay(client: FlaskClient) -> None:
    found = chips_of(client, EVERYTHING)
    for place, chip in enumerate(found):
        left = chips_of(client, parse_qs(chip.rest))
        assert [one.words for one in left] == WORDS[:place] + WORDS[place + 1 :]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, []),
        ({"q": ["blue in green"]}, ["“blue in green”"]),
        ({"year_from": ["1959"], "year_to": ["1959"]}, ["Year 1959"]),
        ({"bpm_from": ["90"]}, ["Tempo from 90 BPM"]),
        ({"key": ["8A"]}, ["Key 8A"]),
        ({"genre_by": ["tag"]}, ["Genres by tags"]),
        ({"licence": ["CC0"]}, ["Licence: CC0"]),
        ({"licence": ["Any"]}, ["With a licence"]),
        ({"listener": ["ada"]}, ["Listener: ada"]),
        ({"offset": ["50"], "limit": ["10"]}, []),
    ],
)
def test_chips_in_words(
    client: FlaskClient, fields: dict[str, list[str]], words: list[str]
) -> None:
    assert [chip.words for chip in chips_of(client, fields)] == words


@pytest.mark.parametrize("path", ["/", "/browse"])
def test_pages_show_them_as_text(client: FlaskClient, path: str) -> None:
    page = client.get(path, query_string={"artist": "<script>", "not_genre": "rock"})
    text = page.get_data(as_text=True)
    assert "<bdi>Artist: &lt;script&gt;</bdi>" in text
    assert f'href="{path}?artist=%3Cscript%3E" data-clears="not_genre" data-value="rock"' in text
