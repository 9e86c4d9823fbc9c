import re
from dataclasses import replace

import pytest
from hypothesis import given

from mir.analysis import Span
from mir.search.compare import compare
from mir.search.portrait import Portrait
from mir.search.sentences import beginning, in_short, sentences
from mir.search.why import NearestPassages, Why
from tests.search.portraits import portrait, portraits


def said(query: Portrait, track: Portrait) -> tuple[str, ...]:
    return sentences(compare(query, track))


def in_key(key: str, mode: str, confidence: float = 0.9) -> Portrait:
    return portrait(key=key, mode=mode, key_confidence=confidence)


def at_tempo(tempo: float, confidence: float = 0.9) -> Portrait:
    return portrait(tempo=tempo, tempo_confidence=confidence)


def playing(**instruments: float) -> Portrait:
    return portrait(instruments=instruments)


def feeling(**moods: float) -> Portrait:
    return portrait(moods=moods)


@pytest.mark.parametrize(
    ("query", "track", "reason"),
    [
        (portrait(("techno", 0.91)), portrait(("techno", 0.84)), "both techno (91% and 84%)"),
        (
            portrait(("techno", 0.6), ("house", 0.3)),
            portrait(("house", 0.35), ("techno", 0.3)),
            "both touch techno (60% and 30%)",
        ),
        (
            portrait(("techno", 0.25), uncertain=True),
            portrait(("techno", 0.9)),
            "both touch techno (25% and 90%)",
        ),
        (
            portrait(tagged=("Synth Pop", "Noise")),
            portrait(tagged=("synth  pop",)),
            "both tagged Synth Pop",
        ),
        (
            playing(piano=0.05, violin=0.04, harp=0.04),
            playing(harp=0.05, violin=0.6),
            "both have violin and harp",
        ),
        (feeling(calm=0.3), feeling(sad=0.3, calm=0.3), "both sound calm"),
        (
            portrait(artists=("Ada", "Bo"), album="One"),
            portrait(artists=("bo",), album="one"),
            "from the same album, One",
        ),
        (
            portrait(artists=("Ada",), album="One"),
            portrait(artists=("ADA",), album="Two"),
            "by the same artist, Ada",
        ),
        (at_tempo(120), at_tempo(124), "similar tempo, 120 and 124 BPM"),
        (at_tempo(85), at_tempo(172), "twice the tempo, 85 and 172 BPM"),
        (at_tempo(172), at_tempo(85), "half the tempo, 172 and 85 BPM"),
        (in_key("A", "minor"), in_key("A", "minor"), "same key, A minor"),
        (in_key("A", "minor"), in_key("C", "major"), "relative keys, A minor and C major"),
        (in_key("D#", "major"), in_key("C", "minor"), "relative keys, D# major and C minor"),
        (in_key("F", "major"), in_key("C", "major"), "neighbouring keys, F major and C major"),
        (portrait(loudness=-9.0), portrait(loudness=-9.6), "similar loudness, -9.0 and -9.6 LUFS"),
        # Differences
        (
            portrait(("jazz", 0.6), ("folk", 0.35)),
            portrait(("rock", 0.6), ("pop", 0.1)),
            "but: rock instead of jazz",
        ),
        (
            playing(synthesizer=0.4, piano=0.2),
            playing(harp=0.2),
            "but: harp instead of synthesizer",
        ),
        (playing(), playing(harp=0.2), "but: with harp"),
        (playing(choir=0.2), playing(), "but: no choir"),
        (feeling(calm=0.45), feeling(), "but: not calm"),
        (feeling(), feeling(tense=0.45), "but: also tense"),
        (
            portrait(arousal=-0.4, valence=0.6),
            portrait(arousal=0.3, valence=-0.5),
            "but: more energetic, darker",
        ),
        (at_tempo(120), at_tempo(132), "but: 10% faster"),
        (at_tempo(120), at_tempo(108), "but: 10% slower"),
        (in_key("C", "major"), in_key("F#", "major"), "but: keys far apart, C major and F# major"),
    ],
)
def test_what_there_is_to_tell(query: Portrait, track: Portrait, reason: str) -> None:
    assert said(query, track) == (reason,)


@pytest.mark.parametrize(
    ("query", "track"),
    [
        (portrait(), portrait()),
        (portrait(("jazz", 0.3), uncertain=True), portrait(("rock", 0.9))),
        (at_tempo(120), at_tempo(120, confidence=0.3)),
        (at_tempo(120), portrait(tempo=120.0)),
        (at_tempo(100), at_tempo(150)),  # or 75, if the octave is wrong
        (in_key("A", "minor"), in_key("A", "major")),
        (in_key("A", "minor"), in_key("G", "major")),
        (in_key("C", "major"), in_key("F#", "major", confidence=0.75)),
        (in_key("C", "major"), in_key("C", "major", confidence=0.6)),
        (portrait(loudness=-9.0), portrait(loudness=-10.5)),
        (portrait(loudness=-9.0), portrait()),
        (portrait(album="Best Of", artists=("Ada",)), portrait(album="Best Of", artists=("Bo",))),
        (portrait(("techno", 0.1), uncertain=True), portrait(("techno", 0.1), uncertain=True)),
        (playing(piano=0.09), playing()),
        (feeling(calm=0.35), feeling()),
        (portrait(arousal=0.1, valence=0.4), portrait(arousal=-0.3, valence=-0.4)),
        (portrait(arousal=0.9), portrait(valence=-0.9)),
    ],
)
def test_what_is_not_shared_or_not_sure_is_not_said(query: Portrait, track: Portrait) -> None:
    assert said(query, track) == ()


def test_the_most_telling_first_and_not_too_much() -> None:
    both = portrait(
        ("rock", 0.8),
        moods={"happy": 0.5},
        instruments={"organ": 0.5},
        artists=("Ada",),
        arousal=0.0,
        valence=0.0,
        tempo=100.0,
        tempo_confidence=1.0,
        key="C",
        mode="major",
        key_confidence=1.0,
        loudness=-8.0,
    )
    first = ("by the same artist, Ada", "both rock (80% and 80%)")
    assert said(both, both) == (*first, "both have organ", "both sound happy")
    other = replace(
        both,
        arousal=0.8,
        valence=-1.0,
        instruments=playing(organ=0.4, harp=0.3).instruments,
        moods=feeling(happy=0.4, sad=0.6).moods,
    )
    why = replace(compare(both, other), notes=("you liked it",))
    assert sentences(why) == (
        "you liked it",
        *first,
        "both have organ",
        "but: more energetic, darker, with harp",
    )
    assert in_short(why) == ("you liked it", first[0], "but: more energetic, darker, with harp")


def test_where_two_are_nearest_comes_last_unless_nothing_was_chosen() -> None:
    found = NearestPassages(Span(72.9, 18), Span(3760, 18), 0.9, pairs=9)
    why = replace(compare(feeling(calm=0.3), feeling(calm=0.3)), passages=found)
    assert sentences(why) == ("both sound calm", "1:12 here is nearest to 1:02:40 there")
    assert sentences(Why(passages=replace(found, pairs=1))) == ()


@given(portraits, portraits)
def test_every_word_is_true_of_the_two(query: Portrait, track: Portrait) -> None:
    """Reads the sentences as a listener does, and looks up in the portraits what they say."""
    has = [_named(query), _named(track)]
    for reason in said(query, track):
        if found := re.fullmatch(r"both (touch )?(\w+) \((\d+)% and (\d+)%\)", reason):
            _, name, *shares = found.groups()
            assert [f"{side[name]:.0%}" for side in has] == [f"{share}%" for share in shares]
        elif found := re.fullmatch(r"both (?:have|sound) (.+)", reason):
            for name in re.split(", | and ", found[1]):
                assert all(name in side for side in has)
        elif found := re.fullmatch(r"but: (.+)", reason):
            for part in re.sub(r"(keys far apart), .*", r"\1", found[1]).split(", "):
                _check_difference(part, query, track)
        elif found := re.search(r", ([\d.]+) and ([\d.]+) BPM$", reason):
            tempi = (query.descriptors.tempo, track.descriptors.tempo)
            assert [f"{tempo:.0f}" for tempo in tempi] == [*found.groups()]
        elif "key" in reason:
            assert all(
                f"{s.descriptors.key} {s.descriptors.mode}" in reason for s in (query, track)
            )
        else:
            assert reason.startswith(
                ("from the same album", "by the same artist", "both tagged", "similar loudness")
            )


def _named(side: Portrait) -> dict[str, float]:
    labels = (*side.genres, *side.instruments, *side.moods)
    return {label.name: label.probability for label in labels}


def _check_difference(part: str, query: Portrait, track: Portrait) -> None:
    here, there = _named(query), _named(track)
    genres = {label.name for label in (*query.genres, *track.genres)}

    def only(name: str, one: dict[str, float], other: dict[str, float]) -> None:
        assert name in one
        assert name not in other or (name in genres and other[name] <= one[name] - 0.25 + 1e-9)

    if found := re.fullmatch(r"(\w+) instead of (\w+)", part):
        only(found[1], there, here)
        only(found[2], here, there)
    elif found := re.fullmatch(r"(?:also|with) (\w+)", part):
        only(found[1], there, here)
    elif found := re.fullmatch(r"(?:not|no) (\w+)", part):
        only(found[1], here, there)
    elif part in ("calmer", "more energetic"):
        assert query.arousal is not None
        assert track.arousal is not None
        assert (track.arousal < query.arousal) == (part == "calmer")
    elif part in ("darker", "brighter"):
        assert query.valence is not None
        assert track.valence is not None
        assert (track.valence < query.valence) == (part == "darker")
    elif found := re.fullmatch(r"(\d+)% (faster|slower)", part):
        assert query.descriptors.tempo is not None
        assert track.descriptors.tempo is not None
        change = 100 * (track.descriptors.tempo / query.descriptors.tempo - 1)
        assert (change > 0) == (found[2] == "faster")
        assert f"{abs(change):.0f}" == found[1]
    else:
        assert part == "keys far apart"


@given(portraits)
def test_nothing_is_said_to_differ_from_itself(one: Portrait) -> None:
    assert not any(reason.startswith("but") for reason in said(one, one))


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (0.0, "at 0:00"),
        (-0.9, "at 0:00"),
        (59.98, "at 1:00"),
        (72.4, "at 1:12"),
        (-1.0, "from 0:01 of the clip on"),
        (-5.98, "from 0:06 of the clip on"),
    ],
)
def test_a_clip_begins_at_the_nearest_second(offset: float, words: str) -> None:
    assert beginning(offset) == words
