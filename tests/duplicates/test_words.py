"""How pairs are told: which is part of which, what differs, where the one begins in the other."""

from dataclasses import replace

import pytest

from mir.catalogue.matches import Match, Shared
from mir.catalogue.tracks import Track
from mir.duplicates.relation import Relation
from mir.duplicates.report import Pair
from mir.duplicates.words import HEADINGS, evidence, longest, offset, part_of, what_second_is
from tests.made_up_tracks import made_up_track

SOUND = Match(
    1, 2, "sound", 30.0, 0.3, 1.0, 0.93, 1.0, 0, (Shared(5, 8, 1, 4), Shared(20, 40, 8, 28))
)


def pair(relation: Relation, match: Match = SOUND) -> Pair:
    tracks: dict[int, Track] = {i: made_up_track(i) for i in (1, 2)}
    return Pair(tracks[match.first], tracks[match.second], relation, match)


def test_an_excerpt_is_told_from_what_holds_it() -> None:
    holds = pair(Relation.EXCERPT)
    assert (part_of(holds), what_second_is(holds)) == (2, "an excerpt of it")
    held = pair(Relation.EXCERPT, SOUND.seen_from(2))
    assert (part_of(held), what_second_is(held)) == (2, "holds all of it")


@pytest.mark.parametrize("relation", [each for each in Relation if each != Relation.EXCERPT])
def test_other_relations_have_no_part(relation: Relation) -> None:
    assert part_of(pair(relation)) is None
    assert what_second_is(pair(relation)) == what_second_is(pair(relation, SOUND.seen_from(2)))
    assert relation in HEADINGS


def test_the_evidence_names_what_differs_and_nothing_else() -> None:
    assert evidence(SOUND) == ("30% of one, 100% of the other", "93% agreement")
    other = replace(SOUND, kind="music", strength=8.24, agreement=None, tempo=1.064, semitones=-1)
    assert evidence(other)[1:] == ("strength 8.2", "1.06 × tempo", "1 semitone lower")
    assert evidence(replace(other, semitones=3))[-1] == "3 semitones higher"


def test_the_offset_is_that_of_the_longest_stretch() -> None:
    assert longest(SOUND) == Shared(20, 40, 8, 28)
    assert offset(SOUND) == -12
    assert offset(SOUND.seen_from(2)) == 12


def test_the_offset_follows_the_tempo() -> None:
    # The second plays twice as fast: what lies at 20 s of the first lies at 10 s of it, and 3 more.
    faster = replace(SOUND, tempo=2.0, stretches=(Shared(20, 40, 13, 23),))
    assert offset(faster) == pytest.approx(3.0)
