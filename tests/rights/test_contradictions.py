"""Where rights on record contradict: properties, and the spellings that tags really have."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.analysis import Tags
from mir.catalogue.tracks import Track
from mir.rights.contradictions import Relation, of_recordings, of_versions

MIRRORED = {Relation.ONLY_LEFT: Relation.ONLY_RIGHT, Relation.ONLY_RIGHT: Relation.ONLY_LEFT}
FIELDS = ("composer", "lyricist", "publisher", "copyright", "licence")
CODES = ("isrc", "iswc", "recording_mbid", "work_mbid")

said = st.none() | st.text(max_size=20) | st.sampled_from(["CC BY 4.0", "CC0", "© 2010 A & B"])
rights = st.builds(Tags, **dict.fromkeys((*FIELDS, *CODES), said))


@given(rights, rights)
def test_turning_the_sides_turns_the_answer(left: Tags, right: Tags) -> None:
    turned = [
        (each.field, each.right, each.left, MIRRORED.get(each.relation, each.relation))
        for each in of_recordings(right, left)
    ]
    straight = [(c.field, c.left, c.right, c.relation) for c in of_recordings(left, right)]
    assert straight == turned


@given(rights)
def test_a_side_agrees_with_itself(side: Tags) -> None:
    assert {each.relation for each in of_recordings(side, side)} <= {Relation.AGREE}


@given(rights, rights)
def test_versions_are_compared_by_their_work_alone(left: Tags, right: Tags) -> None:
    work = {"composer", "lyricist", "iswc", "work_mbid"}
    of_work = tuple(each for each in of_recordings(left, right) if each.field in work)
    assert of_versions(left, right) == of_work


@given(st.permutations(["Ada Byron", "Clara Wieck", "Nadia B"]), st.sampled_from([";", "/", " & "]))
def test_names_have_no_order_and_no_case(names: list[str], between: str) -> None:
    left = Tags(composer="Ada Byron; Clara Wieck; Nadia B")
    right = Tags(composer=between.join(names).upper())
    assert [each.relation for each in of_recordings(left, right)] == [Relation.AGREE]


A, C, U = Relation.AGREE, Relation.CONTRADICT, Relation.UNCLEAR


@pytest.mark.parametrize(
    ("field", "left", "right", "relation"),
    [
        ("isrc", "DE-A12-34-56789", "dea123456789", A),
        ("isrc", "DEA123456789", "DEA123456780", C),
        ("iswc", "T-034.524.680-1", "T0345246801", A),
        ("work_mbid", "0B1C-2D", "0b1c-2d", A),
        ("licence", "https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0", A),
        ("licence", "http://creativecommons.org/licenses/by-nc-sa/3.0/de/", "CC-BY-NC-SA 3.0", A),
        ("licence", "Creative Commons Attribution-NonCommercial 4.0", "CC BY-NC 4.0", A),
        ("licence", "CC_BY_4.0", "cc by 4.0", A),
        ("licence", "CC BY 3.0", "CC BY 4.0", C),
        ("licence", "CC BY 4.0", "CC BY-NC 4.0", C),
        ("licence", "CC BY", "CC BY 4.0", U),
        ("licence", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/", A),
        ("licence", "Public Domain", "All rights reserved", C),
        ("licence", "CC BY 4.0", "All rights reserved", C),
        ("licence", "see the booklet", "CC BY 4.0", U),
        ("licence", "not in the public domain", "CC0", U),
        ("copyright", "© 2010 One Label", "Copyright 2010 one label", A),
        ("copyright", "(C) 2010 One Label", "(C) 2011 One Label", C),
        ("copyright", "2010 One Label", "2010 Another", C),
        ("copyright", "2010", "2010 One Label", U),
        ("copyright", "2010", "One Label", U),
        ("composer", "Ada; Clara", "Ada", U),
        ("composer", "Ada", "Clara", C),
    ],
)
def test_spellings_of_tags(field: str, left: str, right: str, relation: Relation) -> None:
    (compared,) = of_recordings(Tags(**{field: left}), Tags(**{field: right}))
    assert (compared.left, compared.right, compared.relation) == (left, right, relation)


def test_blanks_say_nothing_and_a_release_contradicts_nothing() -> None:
    left = Tags(isrc="  ", release_mbid="a")
    assert of_recordings(left, Tags(release_mbid="b")) == ()
    (only,) = of_recordings(left, Tags(isrc="DEA123456789"))
    assert only.relation is Relation.ONLY_RIGHT


def test_a_track_says_field_by_field_what_its_tags_say() -> None:
    told = {field: field for field in (*FIELDS, *CODES)}
    track = Track(**{field.name: told.get(field.name) for field in fields(Track)})
    compared = of_recordings(Tags(**told), track)
    assert {(each.field, each.left, each.right) for each in compared} == {
        (field, field, field) for field in told
    }
    assert {each.relation for each in compared} == {Relation.AGREE}
