import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.analysis import MOST_LABELS, Label
from mir.search.compare import (
    AROUSAL_APART,
    SURE_FAR_KEY,
    SURE_INSTRUMENT,
    SURE_KEY,
    SURE_MOOD,
    SURE_TEMPO,
    VALENCE_APART,
    compare,
)
from mir.search.portrait import Portrait
from mir.search.why import Names, Shared
from tests.search.portraits import KEYS, portrait, portraits

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)


def probabilities(labels: tuple[Label, ...]) -> dict[str, float]:
    return {label.name: label.probability for label in labels}


def swapped(names: Names) -> Names:
    shared = tuple(Shared(each.name, each.track, each.query) for each in names.shared)
    return Names(shared, names.track_only, names.query_only)


def in_any_order(names: Names) -> tuple[frozenset[object], ...]:
    return frozenset(names.shared), frozenset(names.query_only), frozenset(names.track_only)


@given(portraits, portraits)
def test_instruments_and_moods_are_shared_or_surely_only_of_one(
    query: Portrait, track: Portrait
) -> None:
    why = compare(query, track)
    for names, mine, theirs, sure in (
        (why.instruments, query.instruments, track.instruments, SURE_INSTRUMENT),
        (why.moods, query.moods, track.moods, SURE_MOOD),
    ):
        here, there = probabilities(mine), probabilities(theirs)
        assert {(s.name, s.query, s.track) for s in names.shared} == {
            (name, here[name], there[name]) for name in here.keys() & there.keys()
        }
        for only, has, lacks in ((names.query_only, here, there), (names.track_only, there, here)):
            if len(lacks) == MOST_LABELS:  # a sixth may have been left out
                assert only == ()
                continue
            assert {(label.name, label.probability) for label in only} == {
                (name, p) for name, p in has.items() if p >= sure and name not in lacks
            }


@given(portraits, portraits)
def test_genres_are_had_by_both_or_by_one_and_by_far(query: Portrait, track: Portrait) -> None:
    why = compare(query, track)
    here, there = probabilities(query.genres), probabilities(track.genres)
    certain = not query.uncertain and not track.uncertain
    for each in why.genres.shared:
        assert (here[each.name], there[each.name]) == (each.query, each.track)
    touched = {name for name in here.keys() & there.keys() if min(here[name], there[name]) >= 0.15}
    same = certain and bool(here and there) and next(iter(here)) == next(iter(there))
    assert why.same_genre == same
    assert {each.name for each in why.genres.shared} == touched | (
        {next(iter(here))} if same else set()
    )
    if same:
        assert why.genres.shared[0].name == next(iter(here))
    for only, has, other in (
        (why.genres.query_only, here, there),
        (why.genres.track_only, there, here),
    ):
        for label in only:
            assert certain
            assert label.probability == has[label.name]
            # However the rest is shared out among the genres that are not named:
            most = other.get(label.name, min(min(other.values()), 1 - sum(other.values())))
            assert most < 0.15
            assert label.name != next(iter(other))
            assert label.probability - most >= 0.25 - 1e-9
            assert label.name not in {each.name for each in why.genres.shared}


def test_a_clear_difference_of_genre_is_told_and_a_narrow_one_is_not() -> None:
    jazz = portrait(("jazz", 0.6), ("folk", 0.2), ("rock", 0.05))
    rock = portrait(("rock", 0.5), ("pop", 0.3), ("jazz", 0.1))
    names = compare(jazz, rock).genres
    assert names.query_only == (Label("jazz", 0.6),)
    assert names.track_only == (Label("rock", 0.5), Label("pop", 0.3))
    unsure = replace(rock, uncertain=True)
    assert compare(jazz, unsure).genres == Names()
    close = portrait(("rock", 0.36), ("pop", 0.34), ("jazz", 0.14))
    assert compare(portrait(("jazz", 0.36), ("pop", 0.3)), close).genres.query_only == ()


@given(portraits, portraits)
def test_tempo_is_told_where_both_are_sure_and_as_it_is(query: Portrait, track: Portrait) -> None:
    tempo = compare(query, track).tempo
    mine, theirs = query.descriptors, track.descriptors
    sure = all(
        side.tempo and side.tempo_confidence is not None and side.tempo_confidence >= SURE_TEMPO
        for side in (mine, theirs)
    )
    assert (tempo is not None) == sure
    if tempo is None:
        return
    assert (tempo.query, tempo.track) == (mine.tempo, theirs.tempo)
    ratio = tempo.track / tempo.query
    factor = {"same": 1.0, "double": 2.0, "half": 0.5}.get(tempo.relation)
    if factor is not None:
        assert abs(math.log(ratio / factor)) <= math.log(1.04) + 1e-9
        return
    assert all(abs(math.log(ratio / each)) > math.log(1.04) - 1e-9 for each in (0.5, 1, 2))
    if tempo.relation == "other":
        assert abs(math.log2(ratio)) > 0.5 - 1e-9
        assert tempo.percent is None
    else:
        assert tempo.relation == ("faster" if tempo.track > tempo.query else "slower")
        assert tempo.percent is not None
        sign = 1 if tempo.relation == "faster" else -1
        assert tempo.query * (1 + sign * tempo.percent / 100) == pytest.approx(tempo.track)


def notes(key: str, mode: str) -> set[int]:
    steps = MAJOR if mode == "major" else MINOR
    return {(KEYS.index(key) + step) % 12 for step in steps}


any_key = st.tuples(
    st.sampled_from(KEYS), st.sampled_from(["major", "minor"]), st.floats(0, 1) | st.just(0.9)
)


@given(any_key, any_key)
def test_keys_are_related_as_their_scales_are(
    mine: tuple[str, str, float], theirs: tuple[str, str, float]
) -> None:
    query, track = (
        portrait(key=key, mode=mode, key_confidence=sure) for key, mode, sure in (mine, theirs)
    )
    found = compare(query, track).key
    least = min(mine[2], theirs[2])
    assert (found is not None) == (least >= SURE_KEY)
    if found is None:
        return
    assert found.query == f"{mine[0]} {mine[1]}"
    assert found.track == f"{theirs[0]} {theirs[1]}"
    shared = len(notes(*mine[:2]) & notes(*theirs[:2]))
    expected = "other"
    if mine[:2] == theirs[:2]:
        expected = "same"
    elif shared == 7:
        expected = "relative"
    elif shared == 6 and mine[1] == theirs[1]:
        expected = "neighbouring"
    elif shared <= 4 and mine[0] != theirs[0] and least >= SURE_FAR_KEY:
        expected = "far"
    assert found.relation == expected


@given(portraits, portraits)
def test_feelings_are_told_where_they_are_far_apart(query: Portrait, track: Portrait) -> None:
    told = {feeling.relation: feeling for feeling in compare(query, track).feelings}
    for mine, theirs, apart, less, more in (
        (query.arousal, track.arousal, AROUSAL_APART, "calmer", "more energetic"),
        (query.valence, track.valence, VALENCE_APART, "darker", "brighter"),
    ):
        difference = 0.0 if mine is None or theirs is None else theirs - mine
        assert (less in told) == (difference <= -apart)
        assert (more in told) == (difference >= apart)
        for relation in told.keys() & {less, more}:
            assert (told[relation].query, told[relation].track) == (mine, theirs)


@given(portraits, portraits)
def test_origin_tags_and_loudness_are_those_of_both(query: Portrait, track: Portrait) -> None:
    why = compare(query, track)
    theirs = {name.casefold() for name in track.artists}
    assert (why.artist is not None) == any(name.casefold() in theirs for name in query.artists)
    if why.album is not None:
        assert why.artist is not None
        assert track.album is not None
        assert why.album == query.album
        assert why.album.casefold() == track.album.casefold()
    tagged = {name.strip().casefold() for name in track.tag_genres}
    assert [name.strip().casefold() in tagged for name in why.tag_genres].count(False) == 0
    mine, other = query.descriptors.loudness, track.descriptors.loudness
    alike = mine is not None and other is not None and abs(mine - other) <= 1
    assert (why.loudness is not None) == alike


@given(portraits)
def test_nothing_differs_from_itself(one: Portrait) -> None:
    why = compare(one, one)
    for names in (why.genres, why.instruments, why.moods):
        assert names.query_only == names.track_only == ()
    assert why.feelings == ()
    assert why.tempo is None or why.tempo.relation == "same"
    assert why.key is None or why.key.relation == "same"


@given(portraits, portraits)
def test_the_other_way_round_everything_is_turned(query: Portrait, track: Portrait) -> None:
    one, other = compare(query, track), compare(track, query)
    for mine, theirs in (
        (one.genres, other.genres),
        (one.instruments, other.instruments),
        (one.moods, other.moods),
    ):
        assert in_any_order(mine) == in_any_order(swapped(theirs))
    assert one.same_genre == other.same_genre
    turned = {"double": "half", "half": "double", "faster": "slower", "slower": "faster"}
    if one.tempo and other.tempo:
        assert other.tempo.relation == turned.get(one.tempo.relation, one.tempo.relation)
        assert (other.tempo.query, other.tempo.track) == (one.tempo.track, one.tempo.query)
    if one.key and other.key:
        assert other.key.relation == one.key.relation
    opposite = {"calmer": "more energetic", "darker": "brighter"}
    opposite |= {more: less for less, more in opposite.items()}
    assert [opposite[each.relation] for each in one.feelings] == [
        each.relation for each in other.feelings
    ]
    assert (one.artist is None, one.loudness is None) == (
        other.artist is None,
        other.loudness is None,
    )
