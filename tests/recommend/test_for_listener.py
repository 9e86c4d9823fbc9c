from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_library import NOW, engine_at, made_up, stored, unit_vectors

from mir.catalogue import plays
from mir.catalogue.filters import Filter
from mir.catalogue.plays import Kind, NewPlay
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.recommend.for_listener import Wish, recommend
from mir.recommend.next_tracks import next_tracks
from mir.recommend.taste import REST

DAY = timedelta(days=1)
KINDS_OF_MUSIC, EACH = 4, 60
TRACKS = KINDS_OF_MUSIC * EACH


def vectors() -> np.ndarray:
    """Four kinds of music of sixty tracks each, well apart."""
    middle = np.repeat(np.eye(16, dtype=np.float32)[:KINDS_OF_MUSIC], EACH, axis=0)
    mixed = middle + 0.5 * unit_vectors(TRACKS, seed=3)
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


def kind_of(track: int) -> int:
    return (track - 1) // EACH


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Tracks 1 to 240; 240 is another file of the recording 1."""
    engine = engine_at(tmp_path_factory.mktemp("library"))
    made = [
        made_up(
            n,
            vector,
            artists=(f"Artist {n % 37}",),
            predicted=[(("rock", "jazz")[n % 2], 0.9)],
            seconds=100.0 + n,
        )
        for n, vector in enumerate(vectors())
    ]
    made[-1] = made_up(
        TRACKS - 1, vectors()[0], title="TITLE 0", artists=("Artist 0",), seconds=101.0
    )
    stored(engine, made)
    engine.refresh_index()
    return engine


@pytest.fixture
def engine(library: Engine) -> Iterator[Engine]:
    """The library without plays."""
    yield library
    with library.catalogue.session() as session:
        for name in plays.listeners(session):
            plays.erase(session, name)


def play(engine: Engine, *done: tuple[int, Kind, timedelta], listener: str = "") -> None:
    """Record what was done with a track, and how long ago."""
    sent = [NewPlay(track, kind, NOW - age, listener) for track, kind, age in done]
    with engine.catalogue.session() as session:
        plays.record(session, sent, NOW)


def asked(engine: Engine, draw: int = 0, **wish: object) -> list[int]:
    return [hit.track.id for hit in recommend(engine, Wish(**wish), NOW, draw)]  # type: ignore[arg-type]


def test_both_sides_of_a_taste_are_served_by_their_share(engine: Engine) -> None:
    play(engine, *[(track, "listen", 20 * DAY) for track in range(61, 91)])  # kind 1
    play(engine, *[(track, "listen", 20 * DAY) for track in range(181, 191)])  # kind 3
    found = asked(engine, count=20, explore=0.0)
    kinds = [kind_of(track) for track in found]
    assert len(found) == len(set(found)) == 20
    assert set(kinds) == {1, 3}
    assert 13 <= kinds.count(1) <= 17


def test_what_is_played_now_counts_more_than_what_was(engine: Engine) -> None:
    play(engine, *[(track, "listen", 600 * DAY) for track in range(61, 81)])
    play(engine, *[(track, "listen", 10 * DAY) for track in range(1, 21)])
    kinds = [kind_of(track) for track in asked(engine, count=20, explore=0.0)]
    assert kinds.count(0) > 16


def test_what_is_disliked_never_comes_and_what_was_heard_rests(engine: Engine) -> None:
    play(engine, *[(track, "listen", 40 * DAY) for track in range(1, 11)])
    play(engine, (11, "dislike", 300 * DAY), (1, "listen", REST / 2), (12, "skip", DAY))
    everything = asked(engine, count=240, explore=0.0)
    assert 11 not in everything
    # The library is not large enough: what rests comes after all that does not.
    assert set(everything) == set(range(1, 240)) - {11}
    best = asked(engine, count=40, explore=0.0)
    assert not {1, 11, 12, 240} & set(best)  # 240 is the recording 1


def test_another_file_of_what_is_excluded_stays_away(engine: Engine) -> None:
    play(engine, *[(track, "listen", 40 * DAY) for track in range(2, 12)])
    assert {1, 240} & set(asked(engine, count=240, explore=0.0))
    assert not {1, 240} & set(asked(engine, count=240, explore=0.5, exclude=(1,)))


def test_fatigue_wears_off(engine: Engine) -> None:
    play(engine, *[(track, "listen", 50 * DAY) for track in range(1, 11)])
    play(engine, *[(track, "listen", 5 * DAY) for track in range(11, 21)])
    soon = asked(engine, count=30, explore=0.0)
    heard = set(range(11, 21))
    with_time = [
        hit.track.id for hit in recommend(engine, Wish(count=30, explore=0.0), NOW + 120 * DAY, 0)
    ]
    assert len(heard & set(soon)) < len(heard & set(with_time))


def test_explored_tracks_are_new_further_away_and_follow_the_draw(engine: Engine) -> None:
    play(engine, *[(track, "like", 30 * DAY) for track in range(1, 11)])
    hits = recommend(engine, Wish(count=20, explore=0.25), NOW, 7)
    new = [hit for hit in hits if "further away" in hit.reasons[0]]
    assert len(new) == 5
    assert not {hit.track.id for hit in new} & set(range(1, 11))
    others = [hit.similarity for hit in hits if hit not in new]
    assert np.mean([hit.similarity for hit in new]) < np.mean(others)
    assert asked(engine, 7, count=20, explore=0.25) == [hit.track.id for hit in hits]
    assert asked(engine, 8, count=20, explore=0.25) != [hit.track.id for hit in hits]


def test_seeds_decide_and_the_taste_has_a_say(engine: Engine) -> None:
    play(engine, *[(track, "like", 30 * DAY) for track in range(61, 81)])
    found = asked(engine, seeds=(1, 2), count=10, explore=0.0)
    assert not {1, 2, 240} & set(found)
    assert sum(kind_of(track) == 0 for track in found) >= 8
    alone = [hit.track.id for hit in next_tracks(engine, (1, 2), 10)]
    assert found != alone
    assert asked(engine, seeds=(1, 2), count=10, listener="bo") == alone


def test_reasons_name_what_was_played(engine: Engine) -> None:
    play(engine, (5, "like", 30 * DAY), (65, "listen", 30 * DAY))
    for hit in recommend(engine, Wish(count=10, explore=0.0), NOW, 0):
        if hit.track.id in (5, 65):
            assert hit.reasons == ("you liked it" if hit.track.id == 5 else "you played it",)
            continue
        sounds = vectors()
        first = sounds[hit.track.id - 1] @ sounds[4] > sounds[hit.track.id - 1] @ sounds[64]
        said = "liked: Title 4" if first else "played: Title 64"
        assert hit.reasons[0] == f"nearest of what you {said}"
        assert -1 <= hit.score <= 1
        assert 0 <= hit.similarity <= 1


def test_without_a_history_there_is_a_varied_sample(engine: Engine) -> None:
    found = asked(engine, 3, count=12)
    assert len(set(found)) == 12
    assert {kind_of(track) for track in found} == set(range(KINDS_OF_MUSIC))
    assert asked(engine, 3, count=12) == found != asked(engine, 4, count=12)
    play(engine, (1, "dislike", DAY))
    assert set(asked(engine, count=240)) == set(range(2, 240))


def test_listeners_are_kept_apart(engine: Engine) -> None:
    play(engine, *[(track, "like", 30 * DAY) for track in range(1, 11)], listener="ann")
    play(engine, *[(track, "like", 30 * DAY) for track in range(61, 71)], listener="bo")
    for name, kind in (("ann", 0), ("bo", 1)):
        found = asked(engine, listener=name, count=10, explore=0.0)
        assert {kind_of(track) for track in found} == {kind}


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(1, TRACKS), st.sampled_from(plays.KINDS), st.integers(0, 400)),
        max_size=30,
    ),
    st.lists(st.integers(1, TRACKS), max_size=3, unique=True),
    st.lists(st.integers(1, TRACKS), max_size=20),
    st.sampled_from([None, "jazz"]),
    st.integers(1, 60),
    st.sampled_from([None, 60.0, 2700.0]),
    st.floats(0, 1),
)
def test_whatever_was_played_the_rules_hold(
    library: Engine,
    done: list[tuple[int, Kind, int]],
    seeds: list[int],
    exclude: list[int],
    genre: str | None,
    count: int,
    seconds: float | None,
    explore: float,
) -> None:
    with library.catalogue.session() as session:
        plays.erase(session, "any")
    play(library, *[(track, kind, days * DAY) for track, kind, days in done], listener="any")
    wish = Wish(
        listener="any",
        seeds=tuple(seeds),
        exclude=tuple(exclude),
        filter=Filter(genres_any=(genre,)) if genre else None,
        count=count,
        seconds=seconds,
        explore=explore,
    )
    hits = recommend(library, wish, NOW, 1)
    found = [hit.track.id for hit in hits]
    assert len(found) == len(set(found)) <= count
    assert not {*seeds, *exclude} & set(found)
    assert all(genre is None or hit.track.genres[0].name == genre for hit in hits)
    total = sum(hit.track.seconds for hit in hits)
    if seconds is None:
        assert len(found) == count
    else:
        assert total <= seconds
        assert len(found) == count or seconds - total < 100.0 + TRACKS
    assert [hit.track.id for hit in recommend(library, wish, NOW, 1)] == found


def test_a_time_is_filled_with_short_tracks_too(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(n, v, seconds=20.0) for n, v in enumerate(unit_vectors(200))])
    engine.refresh_index()
    for _ in range(2):
        hits = recommend(engine, Wish(seconds=1790.0), NOW, 0)
        assert len(hits) == 89
        play(engine, (1, "like", 9 * DAY))


def test_artists_are_kept_apart(engine: Engine) -> None:
    play(engine, *[(track, "like", 30 * DAY) for track in range(1, 31)])
    hits = recommend(engine, Wish(count=20), NOW, 0)
    artists = [hit.track.artists for hit in hits]
    assert all(one != other for one, other in pairwise(artists))


def test_an_empty_library_has_nothing_to_recommend(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    assert recommend(engine, Wish(), NOW, 0) == ()


@pytest.mark.parametrize(
    ("wish", "error", "said"),
    [
        ({"seeds": (999,)}, NotFound, "no track 999"),
        ({"seeds": tuple(range(1, 102))}, InvalidQuery, "101 seeds"),
        ({"count": 0}, InvalidQuery, "count of 0"),
        ({"explore": 1.5}, InvalidQuery, "share of 1.5"),
        ({"seconds": 10.0}, InvalidQuery, "10 seconds"),
        ({"seconds": float("nan")}, InvalidQuery, "nan seconds"),
        ({"filter": Filter(genres_any=("jaz",))}, InvalidQuery, "did you mean jazz"),
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_what_cannot_be_met_is_refused(
    engine: Engine, wish: dict[str, object], error: type[Exception], said: str, known: bool
) -> None:
    if known:
        play(engine, (1, "like", 9 * DAY))
    with pytest.raises(error, match=said):
        asked(engine, **wish)
