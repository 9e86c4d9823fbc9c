import os
import unicodedata
from pathlib import Path

import pytest

from mir.exclusion import KINDS, Exclusion, PathRules, by_sound


def matches(pattern: str, path: str, root: str = "/music") -> bool:
    return PathRules([Exclusion("path", pattern)]).match_within(root, path)


@pytest.mark.parametrize(
    ("pattern", "left_out", "kept"),
    [
        ("*.wav", ["/music/a.wav", "/music/b/C.WAV"], ["/music/a.wave", "/music/a.wav.mp3"]),
        (
            "Podcasts",
            ["/music/Podcasts/a.mp3", "/music/x/podcasts/y/b.mp3"],
            ["/music/My Podcasts/a"],
        ),
        ("Podcasts/", ["/music/Podcasts/a.mp3"], ["/music/a.mp3"]),
        (
            "Podcasts/**",
            ["/music/Podcasts", "/music/Podcasts/x/a.mp3"],
            ["/music/x/Podcasts/a.mp3"],
        ),
        (
            "Live/*",
            ["/music/Live/a.mp3", "/music/Live/x/b.mp3"],
            ["/music/Live", "/music/x/Live/a"],
        ),
        ("Live/*.mp3", ["/music/Live/a.mp3"], ["/music/Live/x/b.mp3"]),
        ("**/Talk*", ["/music/Talk.mp3", "/music/a/b/talks/c.mp3"], ["/music/a/Small talk.mp3"]),
        ("a/**/z.mp3", ["/music/a/z.mp3", "/music/a/b/c/z.mp3"], ["/music/a/b/z.ogg"]),
        ("?.mp3", ["/music/1.mp3"], ["/music/11.mp3"]),
        ("[0-9][!x].mp3", ["/music/1a.mp3"], ["/music/1x.mp3", "/music/aa.mp3"]),
        ("/music/x/**", ["/music/x/a.mp3"], ["/music/y/x/a.mp3"]),
        ("a+b (live)", ["/music/a+b (live)/1.mp3"], ["/music/aab live/1.mp3"]),
        ("music", ["/music/music/1.mp3"], ["/music/1.mp3"]),
    ],
)
def test_a_pattern_leaves_out_what_it_says(
    pattern: str, left_out: list[str], kept: list[str]
) -> None:
    assert [path for path in left_out if not matches(pattern, path)] == []
    assert [path for path in kept if matches(pattern, path)] == []


def test_accents_may_be_encoded_either_way() -> None:
    for form, other in (("NFC", "NFD"), ("NFD", "NFC")):
        pattern = unicodedata.normalize(form, "Björk")
        assert matches(pattern, unicodedata.normalize(other, "/music/Björk/1.mp3"))


def test_names_that_are_not_utf8_are_names_too() -> None:
    path = os.fsdecode(b"/music/caf\xe9/1.mp3")
    assert matches("caf?", path)
    assert matches(str(Path(path).parent.name), path)


def test_a_root_may_be_the_whole_disk() -> None:
    assert matches("a/*.mp3", "/a/1.mp3", root="/")


def test_no_rules_leave_nothing_out() -> None:
    rules = PathRules([Exclusion("genre", "music")])
    assert not rules
    assert not rules.match("/music", "/music/genre")


def test_length_and_genre_decide_and_what_is_not_known_does_not() -> None:
    longer, shorter = Exclusion("longer", "1800"), Exclusion("shorter", "20")
    spoken = Exclusion("genre", "Hip  hop")
    rules = (Exclusion("path", "*"), longer, shorter, spoken)
    assert by_sound(rules, 1800.5, ()) == longer
    assert by_sound(rules, 19.9, ()) == shorter
    assert by_sound(rules, 1800.0, ("Rock",)) is None
    assert by_sound(rules, 20.0, ()) is None
    assert by_sound(rules, None, ("Rock", "HIP HOP")) == spoken
    assert by_sound(rules, None, ()) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_reason_names_the_rule(kind: str) -> None:
    assert "77" in Exclusion(kind, "77").reason
