import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.analysis import Descriptors, Label
from mir.search.explain import MOST_REASONS, Portrait, reasons


def portrait(
    *genres: tuple[str, float],
    uncertain: bool = False,
    moods: tuple[str, ...] = (),
    instruments: tuple[str, ...] = (),
    tagged: tuple[str, ...] = (),
    artists: tuple[str, ...] = (),
    album: str | None = None,
    **descriptors: object,
) -> Portrait:
    return Portrait(
        genres=tuple(Label(name, probability) for name, probability in genres),
        uncertain=uncertain,
        moods=tuple(Label(name, 0.5) for name in moods),
        instruments=tuple(Label(name, 0.5) for name in instruments),
        descriptors=Descriptors(**descriptors),  # type: ignore[arg-type]
        tag_genres=tagged,
        artists=artists,
        album=album,
    )


def in_key(key: str, mode: str, confidence: float = 0.9) -> Portrait:
    return portrait(key=key, mode=mode, key_confidence=confidence)


def at_tempo(tempo: float, confidence: float = 0.9) -> Portrait:
    return portrait(tempo=tempo, tempo_confidence=confidence)


def test_nothing_in_common_has_no_reason() -> None:
    assert reasons(portrait(), portrait()) == ()
    assert reasons(portrait(("jazz", 0.9)), portrait(("rock", 0.9))) == ()


@pytest.mark.parametrize(
    ("seed", "track", "reason"),
    [
        (
            portrait(("techno", 0.91)),
            portrait(("techno", 0.84)),
            "both techno (91% and 84%)",
        ),
        (
            portrait(("techno", 0.6), ("house", 0.3)),
            portrait(("house", 0.5), ("techno", 0.1)),
            "both touch house (30% and 50%)",
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
            portrait(instruments=("piano", "violin", "harp")),
            portrait(instruments=("harp", "violin")),
            "both have violin and harp",
        ),
        (portrait(moods=("calm",)), portrait(moods=("sad", "calm")), "both sound calm"),
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
        (in_key("A", "minor"), in_key("E", "minor"), "neighbouring keys, A minor and E minor"),
        (
            portrait(loudness=-9.0),
            portrait(loudness=-9.6),
            "similar loudness, -9.0 and -9.6 LUFS",
        ),
    ],
)
def test_what_is_shared_is_said(seed: Portrait, track: Portrait, reason: str) -> None:
    assert reasons(seed, track) == (reason,)


@pytest.mark.parametrize(
    ("seed", "track"),
    [
        (at_tempo(120), at_tempo(126)),
        (at_tempo(120), at_tempo(120, confidence=0.1)),
        (at_tempo(120), portrait(tempo=120.0)),
        (in_key("A", "minor"), in_key("A", "major")),
        (in_key("A", "minor"), in_key("G", "major")),
        (in_key("C", "major"), in_key("F#", "major")),
        (in_key("C", "major"), in_key("C", "major", confidence=0.05)),
        (portrait(loudness=-9.0), portrait(loudness=-10.5)),
        (portrait(loudness=-9.0), portrait()),
        (portrait(album="Best Of", artists=("Ada",)), portrait(album="Best Of", artists=("Bo",))),
        (portrait(("techno", 0.1), uncertain=True), portrait(("techno", 0.1), uncertain=True)),
    ],
)
def test_what_is_not_shared_or_not_sure_is_not_said(seed: Portrait, track: Portrait) -> None:
    assert reasons(seed, track) == ()


def test_at_most_four_and_the_most_telling_first() -> None:
    both = portrait(
        ("rock", 0.8),
        moods=("happy",),
        instruments=("organ",),
        artists=("Ada",),
        tempo=100.0,
        tempo_confidence=1.0,
        key="C",
        mode="major",
        key_confidence=1.0,
        loudness=-8.0,
    )
    assert reasons(both, both) == (
        "by the same artist, Ada",
        "both rock (80% and 80%)",
        "both have organ",
        "both sound happy",
    )


KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


def notes(key: str, mode: str) -> set[int]:
    steps = MAJOR if mode == "major" else MINOR
    return {(KEYS.index(key) + step) % 12 for step in steps}


any_key = st.tuples(st.sampled_from(KEYS), st.sampled_from(["major", "minor"]))


@given(any_key, any_key)
def test_keys_are_called_related_exactly_when_their_scales_are(
    mine: tuple[str, str], theirs: tuple[str, str]
) -> None:
    shared = len(notes(*mine) & notes(*theirs))
    said = reasons(in_key(*mine), in_key(*theirs))
    if mine == theirs:
        assert said == (f"same key, {mine[0]} {mine[1]}",)
    elif shared == 7:
        assert said[0].startswith("relative keys")
    elif shared == 6 and mine[1] == theirs[1]:
        assert said[0].startswith("neighbouring keys")
    else:
        assert said == ()


labels = st.lists(
    st.tuples(st.sampled_from(["rock", "jazz", "folk", "pop"]), st.floats(0, 1)),
    max_size=3,
    unique_by=lambda pair: pair[0],
)
tempo = st.none() | st.floats(30, 300)


@given(labels, labels, st.booleans(), tempo, tempo)
def test_every_number_in_a_reason_is_one_of_the_tracks(
    mine: list[tuple[str, float]],
    theirs: list[tuple[str, float]],
    uncertain: bool,
    my_tempo: float | None,
    their_tempo: float | None,
) -> None:
    seed = portrait(*mine, uncertain=uncertain, tempo=my_tempo, tempo_confidence=0.8)
    track = portrait(*theirs, tempo=their_tempo, tempo_confidence=0.8)
    said = reasons(seed, track)
    assert len(said) <= MOST_REASONS
    for reason in said:
        if named := re.fullmatch(r"both (?:touch )?(\w+) \((\d+)% and (\d+)%\)", reason):
            name, first, second = named.groups()
            assert f"{dict(mine)[name]:.0%}" == f"{first}%"
            assert f"{dict(theirs)[name]:.0%}" == f"{second}%"
        else:
            assert my_tempo is not None
            assert their_tempo is not None
            assert reason.endswith(f", {my_tempo:.0f} and {their_tempo:.0f} BPM")
            factor = {"similar": 1, "twice": 2, "half": 0.5}[reason.split()[0]]
            assert abs(their_tempo / (my_tempo * factor) - 1) <= 0.0401
