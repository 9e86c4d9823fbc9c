import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.catalogue.keys import TONICS, Key, neighbours, read_key
from mir.errors import InvalidQuery
from mir.features.key import NAMES

KEYS = [Key(tonic, mode) for tonic in TONICS for mode in ("major", "minor")]
WHEEL = [f"{number}{letter}" for number in range(1, 13) for letter in "AB"]


def test_tonics_are_spelt_as_they_are_measured() -> None:
    assert TONICS == NAMES


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *(
            ("Am", Key("A", "minor")),
            ("a MINOR", Key("A", "minor")),
            (" A min ", Key("A", "minor")),
        ),
        *(("A", Key("A", "major")), ("A maj", Key("A", "major")), ("F#", Key("F#", "major"))),
        *(("Bb", Key("A#", "major")), ("bbm", Key("A#", "minor")), ("D♭m", Key("C#", "minor"))),
        *(("Cb", Key("B", "major")), ("E♯ minor", Key("F", "minor")), ("bm", Key("B", "minor"))),
        *(("8A", Key("A", "minor")), ("8b", Key("C", "major")), ("12B", Key("E", "major"))),
        *(("1A", Key("G#", "minor")), ("5A", Key("C", "minor")), ("11B", Key("A", "major"))),
    ],
)
def test_keys_as_people_write_them(text: str, key: Key) -> None:
    assert read_key(text) == key


@pytest.mark.parametrize("text", ["", "H", "13A", "0B", "A##", "Am7", "A minor key", "8", "8C"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="names no key"):
        read_key(text)


def test_the_wheel_holds_each_key_once() -> None:
    assert {read_key(code) for code in WHEEL} == set(KEYS)


@given(st.sampled_from(WHEEL))
def test_neighbours_are_the_next_on_the_wheel(code: str) -> None:
    number, letter = int(code[:-1]), code[-1]
    beside = [
        code,
        f"{number % 12 + 1}{letter}",
        f"{(number - 2) % 12 + 1}{letter}",
        f"{number}{'B' if letter == 'A' else 'A'}",
    ]
    assert set(neighbours(read_key(code))) == {read_key(each) for each in beside}


@given(st.sampled_from(KEYS), st.sampled_from(KEYS))
def test_neighbours_are_so_both_ways(one: Key, other: Key) -> None:
    assert (other in neighbours(one)) == (one in neighbours(other))
