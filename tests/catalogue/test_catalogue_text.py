"""Text from tags becomes text that is stored, compared and found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.catalogue.text import (
    NAME_LENGTH,
    clean,
    clean_names,
    folded,
    name_key,
    searchable,
)

ANY = st.text(st.characters())  # surrogates and NUL among them


@given(ANY)
def test_clean_text_can_be_stored_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    if cleaned is not None:
        assert cleaned.encode()
        assert "\0" not in cleaned
        assert cleaned == cleaned.strip() != ""
        assert clean(cleaned) == cleaned


@given(ANY)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert searchable(searchable(text)) == searchable(text)
    assert folded(text.upper()).casefold() == folded(text.upper())


@given(ANY)
def test_a_key_fits_into_an_index(text: str) -> None:
    assert len(name_key(text * 50)) <= NAME_LENGTH


@given(st.lists(ANY))
def test_names_are_clean_and_each_once(names: list[str]) -> None:
    kept = clean_names(tuple(names))
    assert len(set(kept)) == len(kept)
    assert all(clean(name) == name and len(name) <= NAME_LENGTH for name in kept)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hip  Hop", "hip hop"), ("STRASSE", "straße"), ("ＲＯＣＫ", "rock"), ("ΣΊΣΥΦΟΣ", "σίσυφος")],
)
def test_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


def test_accents_matter_to_names_and_not_to_searches() -> None:
    assert name_key("Björk") != name_key("Bjork")
    assert searchable("Björk, Sigur Rós") == "bjork, sigur ros"
