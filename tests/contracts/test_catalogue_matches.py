"""What a catalogue promises of what pairs of tracks share, on each database."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.catalogue import fingerprints, matches, tracks
from mir.catalogue.matches import Match, Shared
from mir.catalogue.session import Catalogue
from tests.made_up_analyses import NOW, made_up_analysis

METHOD = "compared-1"
PRINTS = "made-up-1"


def match(first: int, second: int, seconds: float = 20.0, kind: matches.Kind = "sound") -> Match:
    agreement = 0.8 if kind == "sound" else None
    stretches = (Shared(1.0, 1.0 + seconds, 31.5, 31.5 + seconds),)
    return Match(first, second, kind, 9.5, 0.25, 0.5, agreement, 1.01, 2, stretches)


@pytest.fixture
def ids(catalogue: Catalogue) -> list[int]:
    """Four tracks with fingerprints."""
    with catalogue.session() as session:
        stored = [
            tracks.store(session, made_up_analysis(f"/{n}", f"h{n}"), NOW).id for n in range(4)
        ]
        fingerprints.put(session, PRINTS, {i: b"%d" % i for i in stored})
    return stored


def held(catalogue: Catalogue) -> list[Match]:
    with catalogue.session() as session:
        return list(matches.every(session))


def lacking(catalogue: Catalogue) -> list[int]:
    with catalogue.session() as session:
        return matches.lacking(session, PRINTS).tolist()


def put(catalogue: Catalogue, track: int, *found: Match, method: str = METHOD) -> None:
    with catalogue.session() as session:
        matches.put(session, track, method, found)


spans = st.floats(0, 1e4, width=32)


@given(
    st.floats(0.5, 2),
    st.integers(-5, 6),
    st.lists(st.tuples(spans, spans, spans, spans), max_size=4),
)
def test_a_pair_seen_from_the_other_side_and_back_is_the_same(
    tempo: float, semitones: int, stretches: list[tuple[float, float, float, float]]
) -> None:
    ordered = tuple(Shared(*each) for each in sorted(stretches))
    pair = Match(3, 8, "sound", 5, 0.1, 0.9, 0.7, tempo, semitones, ordered)
    turned = pair.seen_from(8)
    assert pair.seen_from(3) is pair
    assert (turned.first, turned.second) == (8, 3)
    assert (turned.first_share, turned.second_share) == (0.9, 0.1)
    back = turned.seen_from(3)
    assert back.tempo == pytest.approx(tempo)
    assert replace(back, tempo=tempo, stretches=()) == replace(pair, stretches=())
    assert sorted(map(str, back.stretches)) == sorted(map(str, ordered))


def test_pairs_come_back_whole_the_smaller_id_first(catalogue: Catalogue, ids: list[int]) -> None:
    one, two, three, _ = ids
    given_ = match(two, one)
    put(catalogue, two, given_, match(two, three, kind="music"))
    assert held(catalogue) == [given_.seen_from(one), match(two, three, kind="music")]
    with catalogue.session() as session:
        assert matches.of_tracks(session, [three]) == [match(two, three, kind="music")]
        assert len(matches.of_tracks(session, [one, two])) == 2
        assert [each.kind for each in matches.every(session, "music")] == ["music"]
    assert lacking(catalogue) == [one, three, ids[3]]


def test_of_both_sides_the_one_that_shares_more_is_kept(
    catalogue: Catalogue, ids: list[int]
) -> None:
    one, two, *_ = ids
    put(catalogue, one, match(one, two, 10))
    put(catalogue, two, match(two, one, 25))
    put(catalogue, one, match(one, two, 12))
    (only,) = held(catalogue)
    assert only == match(two, one, 25).seen_from(one)
    put(catalogue, one)  # found nothing now, which says nothing of what the other side found
    assert held(catalogue) == [only]


def test_a_new_fingerprint_makes_a_track_be_compared_again(
    catalogue: Catalogue, ids: list[int]
) -> None:
    one, two, three, four = ids
    for track in ids:
        put(catalogue, track)
    put(catalogue, one, match(one, two), match(one, three))
    put(catalogue, three, match(three, four))
    assert lacking(catalogue) == []
    with catalogue.session() as session:
        fingerprints.put(session, PRINTS, {one: b"%d" % one})  # as it was
    assert lacking(catalogue) == []
    with catalogue.session() as session:
        fingerprints.put(session, PRINTS, {one: b"other", two: b"%d" % two})
    assert lacking(catalogue) == [one]
    assert held(catalogue) == [match(three, four)]


def test_another_method_compares_all_anew(catalogue: Catalogue, ids: list[int]) -> None:
    one, two, *_ = ids
    put(catalogue, one, match(one, two), method="old")
    put(catalogue, two, method=METHOD)
    with catalogue.session() as session:
        matches.forget_others(session, METHOD)
    assert held(catalogue) == []
    assert lacking(catalogue) == [each for each in ids if each != two]
    with catalogue.session() as session:
        matches.forget_others(session, METHOD)  # nothing to do


def test_what_is_gone_takes_its_pairs_along(catalogue: Catalogue, ids: list[int]) -> None:
    one, two, three, _ = ids
    put(catalogue, one, match(one, two), match(one, three))
    with catalogue.session() as session:
        tracks.remove_files(session, [tracks.get(session, two).paths[0]])
    assert held(catalogue) == [match(one, three)]
    put(catalogue, three, match(three, two))
    put(catalogue, two, match(two, three))
    assert held(catalogue) == [match(one, three)]


def test_tracks_without_sound_are_not_waited_for(catalogue: Catalogue, ids: list[int]) -> None:
    with catalogue.session() as session:
        fingerprints.put(session, PRINTS, {ids[0]: b""})
    assert lacking(catalogue) == ids[1:]
