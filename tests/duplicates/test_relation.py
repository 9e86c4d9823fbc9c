"""Relations: what a pair shares decides, whichever of the two comes first."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.catalogue.matches import Match, Shared
from mir.duplicates.relation import AGREEING, ALL, NEARLY_ALL, SAME_TEMPO, Relation, related

STRETCHES = (Shared(0, 100, 0, 100),)
SOUND = Match(1, 2, "sound", 40.0, 1.0, 1.0, 0.9, 1.0, 0, STRETCHES)
MUSIC = Match(1, 2, "music", 9.0, 0.8, 0.8, None, 1.1, 2, STRETCHES)

share = st.floats(0, 1)
sounds = st.builds(
    Match,
    st.just(1),
    st.just(2),
    st.just("sound"),
    st.floats(3, 60),
    share,
    share,
    share,
    st.floats(0.95, 1.05),
    st.just(0),
    st.just(STRETCHES),
)


@given(sounds, st.booleans())
def test_the_relation_is_the_same_from_either_side(sound: Match, with_music: bool) -> None:
    music = MUSIC if with_music else None
    told = related(sound, music)
    turned = related(sound.seen_from(2), music and music.seen_from(2))
    if (
        abs(abs(sound.tempo - 1) - SAME_TEMPO) > 1e-4
    ):  # 1 / 1.005 lies on the other side of the limit
        assert told.relation == turned.relation


@given(sounds)
def test_one_recording_shares_all_of_both_and_agrees(sound: Match) -> None:
    told = related(sound, MUSIC)
    all_of_both = min(sound.first_share, sound.second_share) >= ALL
    agrees = sound.agreement is not None and sound.agreement >= AGREEING
    if told.relation == Relation.SAME:
        assert all_of_both
        assert agrees
    if told.relation == Relation.EXCERPT:
        assert agrees
        assert not all_of_both
        assert told.match.first_share >= NEARLY_ALL
        assert told.match.first_share >= told.match.second_share


@pytest.mark.parametrize(
    ("changed", "relation"),
    [
        ({}, Relation.SAME),
        ({"first_share": 0.4}, Relation.EXCERPT),
        ({"second_share": 0.4}, Relation.EXCERPT),
        ({"agreement": 0.5}, Relation.VERSION),  # a remix keeps time and not the sound
        ({"tempo": 1.02}, Relation.VERSION),
        ({"agreement": 0.5, "first_share": 0.2}, Relation.SHARED),
        ({"first_share": 0.2, "second_share": 0.2}, Relation.SHARED),
    ],
)
def test_what_is_less_makes_something_less(changed: dict[str, float], relation: Relation) -> None:
    assert related(replace(SOUND, **changed), None).relation == relation


def test_music_says_more_than_a_shared_stretch_and_less_than_shared_sound() -> None:
    stretch = replace(SOUND, first_share=0.1, second_share=0.1, agreement=0.5)
    assert related(stretch, MUSIC).match == MUSIC
    sample = replace(stretch, agreement=0.9)
    assert related(sample, MUSIC).match == sample
    assert related(None, MUSIC).relation == Relation.VERSION
    assert related(SOUND, MUSIC).match == SOUND
    with pytest.raises(ValueError, match="share nothing"):
        related(None, None)
