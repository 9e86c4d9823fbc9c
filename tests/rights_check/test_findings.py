"""What the evidence makes of a file and a track: properties, and each word on its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.analysis import Tags
from mir.duplicates.relation import AGREEING, ALL, SAME_TEMPO
from mir.rights.contradictions import Relation
from mir.rights_check import words
from mir.rights_check.findings import EVIDENCE, Kind, in_order, of_music, of_sound, told_already
from tests.rights_check.made_up_findings import line, music, track

share = st.floats(0, 1)


@given(share, share, share, st.floats(0.95, 1.05), st.floats(3, 60))
def test_the_same_recording_is_all_of_both_that_agrees(
    covered: float, other: float, agreement: float, tempo: float, score: float
) -> None:
    found = of_sound(
        [
            line(
                (0, 100, 0),
                covered=covered,
                other_covered=other,
                agreement=agreement,
                tempo=tempo,
                score=score,
            )
        ],
        Tags(),
        track(1),
    )
    whole = min(covered, other) >= ALL and agreement >= AGREEING and abs(tempo - 1) <= SAME_TEMPO
    assert found.kind is (Kind.SAME if whole else Kind.CONTAINS)
    assert found.verdict == ("certain" if score >= 8 else "likely")
    assert found.seconds == pytest.approx(100)


def test_stretches_of_all_lines_are_told_in_the_order_of_the_file() -> None:
    lines = [line((50, 60, 5), (70, 75, 25)), line((10, 14, 5), score=5.0)]
    found = of_sound(lines, Tags(), track(1))
    assert [(each.start, each.track_start) for each in found.shared] == [(10, 5), (50, 5), (70, 25)]
    assert (found.seconds, found.score, found.verdict) == (19, 20.0, "certain")


def test_a_whole_recording_does_not_tell_of_its_repeats() -> None:
    whole = line((0, 100, 0), covered=1, other_covered=1)
    found = of_sound([whole, line((0, 20, 40))], Tags(), track(1))
    assert found.kind is Kind.SAME
    assert len(found.shared) == 1


def test_nothing_shared_is_no_finding() -> None:
    with pytest.raises(ValueError, match="share no sound"):
        of_sound([], Tags(), track(1))


def test_a_version_is_only_likely_and_of_the_work() -> None:
    tags = Tags(isrc="DEA123456789", composer="Ada")
    found = of_music(music(), tags, track(1, isrc="DEA000000000", composer="Clara"))
    assert (found.kind, found.verdict, found.score) == (Kind.VERSION, "likely", None)
    assert (found.file_share, found.track_share) == (pytest.approx(0.6), pytest.approx(0.48))
    assert (found.tempo, found.semitones) == (pytest.approx(0.8), -2)
    assert [each.field for each in found.contradictions] == ["composer"]


def test_sound_compares_what_is_said_of_the_recording() -> None:
    tags = Tags(isrc="DEA123456789", licence="CC BY 4.0")
    right = track(1, isrc="DEA000000000", licence="CC BY 4.0", composer="Ada")
    found = of_sound([line((0, 5, 0))], tags, right)
    relations = {each.field: each.relation for each in found.rights}
    assert relations == {
        "isrc": Relation.CONTRADICT,
        "licence": Relation.AGREE,
        "composer": Relation.ONLY_RIGHT,
    }


@pytest.mark.parametrize(
    ("stretches", "told"),
    [(((10, 70, 0),), True), (((30, 70, 0),), True), (((60, 90, 0),), False), (None, False)],
)
def test_music_is_told_where_sound_does_not_tell_it(
    stretches: tuple[tuple[float, float, float], ...] | None, told: bool
) -> None:
    sound = of_sound([line(*stretches)], Tags(), track(1)) if stretches else None
    assert told_already(of_music(music(), Tags(), track(1)), sound) is told


def test_the_surest_kind_and_the_longest_come_first() -> None:
    same = of_sound([line((0, 9, 0), covered=1, other_covered=1)], Tags(), track(4))
    short, long = (
        of_sound([line((0, end, 0))], Tags(), track(number)) for number, end in ((1, 5), (3, 20))
    )
    version = of_music(music(), Tags(), track(2))
    every = [version, short, long, same]
    assert [each.track.id for each in in_order(every)] == [4, 3, 1, 2]


def test_words_name_kind_place_and_sides() -> None:
    tags = Tags(licence="CC BY 4.0")
    right = track(7, title="Air", artists=("Ann", "Bo"), licence="CC BY-NC 4.0", iswc="T-1")
    found = of_sound([line((61, 66.2, 12), score=4.0)], tags, right)
    assert words.heading(found) == "Contains 5 s of Air by Ann, Bo [7] (likely)"
    assert words.place(found.shared[0]) == "1:01 to 1:06 of the file is 0:12 to 0:17 of the track"
    assert [words.said_of(each) for each in found.rights] == [
        "licence: CC BY 4.0 (file), CC BY-NC 4.0 (track): contradict",
        "ISWC: T-1 (track): only the track says it",
    ]
    version = of_music(music(), tags, right)
    assert words.heading(version).startswith("Likely version of Air")
    assert words.measures(version).endswith("20.0% slower than the track, 2 semitones lower")
    assert "no verdict" in EVIDENCE
