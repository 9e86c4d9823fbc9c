import re
import sqlite3

from hypothesis import example, given
from hypothesis import strategies as st

from mir.catalogue.patterns import Pattern, containing, of_paths

LIKE = sqlite3.connect(":memory:", check_same_thread=False)
LETTERS = "aAbé\u00c9e\u0301iI%_\\/*?.Kß"


def is_like(text: str, pattern: Pattern) -> bool:
    return bool(LIKE.execute("SELECT ? LIKE ?", (text, pattern.like)).fetchone()[0])


@given(st.text(LETTERS, max_size=12), st.text(LETTERS, min_size=1, max_size=8))
@example("/a/b", "/a/**/b")
@example("/a/e\u0301", "/a/é")
def test_what_matches_the_expression_is_like_the_pattern(text: str, asked: str) -> None:
    for pattern in (of_paths(asked), containing(asked)):
        if re.search(pattern.expression, text):
            assert is_like(text, pattern)
        elif pattern.exact:
            assert not is_like(text, pattern)


def test_most_of_what_does_not_match_is_not_like_the_pattern() -> None:
    assert not is_like("/music/Rock/a.flac", of_paths("/music/Jazz"))
    assert not is_like("/music/Rock/a.flac", of_paths("*.mp3"))
    assert not is_like("CC0", containing("cc by"))
    assert containing("cc by").exact
    assert not containing("it is").exact
