"""A radio: what was liked draws nearer, what was skipped moves away, nothing comes twice."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from made_up_library import NOW, engine_at, made_up, stored, unit_vectors

from mir.analysis import Analysis
from mir.catalogue import plays
from mir.catalogue.filters import Filter
from mir.catalogue.plays import NewPlay
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.recommend.radio import Station, go_on
from mir.recommend.steering import nearness, steered
from mir.search.mood import Point

KINDS_OF_MUSIC, EACH = 4, 40
TRACKS = KINDS_OF_MUSIC * EACH


def vectors() -> np.ndarray:
    """Four kinds of music of forty tracks each, well apart."""
    middle = np.repeat(np.eye(16, dtype=np.float32)[:KINDS_OF_MUSIC], EACH, axis=0)
    mixed = middle + 0.5 * unit_vectors(TRACKS, seed=3)
    return np.asarray(mixed / np.linalg.norm(mixed, axis=1, keepdims=True), dtype=np.float32)


def kind_of(track: int) -> int:
    return (track - 1) // EACH


def feeling(arousal: float, number: int, vector: np.ndarray, **tags: Any) -> Analysis:
    """A made-up track that is so energetic, and neither dark nor bright."""
    made = made_up(number, vector, **tags)
    return replace(made, hearing=replace(made.hearing, arousal=arousal, valence=0.0))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Tracks 1 to 160 of four kinds; 160 is another file of the recording 1."""
    engine = engine_at(tmp_path_factory.mktemp("library"))
    made = [
        feeling(
            (-0.8, 0.8)[n % 2],
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
    yield engine
    engine.close()


def ids(engine: Engine, draw: int = 0, **station: Any) -> list[int]:
    return [hit.track.id for hit in go_on(engine, Station(**station), NOW, draw)]


def cosine(engine: Engine, track: int, others: list[int]) -> float:
    """The mean cosine of the others to a track."""
    index = engine.index()
    (one,) = index.vectors_of(np.array([track]))
    return float((index.vectors_of(np.array(others)) @ one).mean())


COSINES = arrays.arrays(np.float32, (2, 12), elements=st.floats(-1, 1, width=16))


@given(base=arrays.arrays(np.float32, 12, elements=st.floats(-1, 1, width=16)), cosines=COSINES)
def test_a_skip_only_takes_and_a_like_only_gives_the_more_the_nearer(
    base: np.ndarray, cosines: np.ndarray
) -> None:
    none = np.zeros((0, 12), dtype=np.float32)
    near = nearness(cosines)
    assert near.min() >= 0
    assert near.max() <= 1
    for row in near:
        before = steered(base, none, none)
        lost = before - steered(base, none, row[None])
        won = steered(base, row[None], none) - before
        order = np.argsort(row)
        assert (np.diff(lost[order]) >= -1e-5).all()
        assert (np.diff(won[order]) >= -1e-5).all()
        assert lost.min() >= -1e-5
        assert won.min() >= -1e-5
        # So what comes first is, on the mean, no nearer to what was skipped and no further
        # from what was liked.
        best = np.argsort(-before, kind="stable")[:4]
        away = np.argsort(-steered(base, none, row[None]), kind="stable")[:4]
        closer = np.argsort(-steered(base, row[None], none), kind="stable")[:4]
        assert row[away].mean() <= row[best].mean() + 1e-4
        assert row[closer].mean() >= row[best].mean() - 1e-4


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(1, TRACKS - 1), other=st.integers(1, TRACKS - 1), variety=st.floats(0, 1))
def test_a_skip_moves_what_comes_away_and_a_like_nearer(
    engine: Engine, seed: int, other: int, variety: float
) -> None:
    begun = ids(engine, seeds=(seed,), variety=0.0)
    skipped = begun[0]
    after = ids(engine, seeds=(seed,), variety=0.0, skipped=(skipped,))
    assert skipped not in after
    assert cosine(engine, skipped, after) <= cosine(engine, skipped, begun[1:]) + 1e-3
    if kind_of(other) != kind_of(seed):
        liked = ids(engine, seeds=(seed,), variety=0.0, liked=(other,))
        assert cosine(engine, other, liked) > cosine(engine, other, begun) - 1e-3
    varied = ids(engine, seeds=(seed,), variety=variety, liked=(other,), skipped=(skipped,))
    assert len(varied) == len(set(varied)) == 10
    assert not {seed, other, skipped} & set(varied)


def test_nothing_repeats_until_all_has_played(engine: Engine) -> None:
    played: list[int] = []
    while True:
        found = ids(engine, seeds=(1,), played=tuple(played), count=25)
        assert not set(found) & {1, 160, *played}  # 160 is the seed's recording
        if not found:
            break
        played += found
    assert sorted(played) == list(range(2, 160))


def test_it_begins_with_seeds_artists_the_taste_or_the_whole_library(engine: Engine) -> None:
    assert {kind_of(track) for track in ids(engine, seeds=(50,), variety=0.0)} == {1}
    assert ids(engine, artists=("Artist 5",))
    drawn = ids(engine)
    assert drawn == ids(engine) != ids(engine, draw=1)
    assert len({kind_of(track) for track in ids(engine, count=40)}) == 4
    assert go_on(engine, Station(), NOW, 0)[0].reasons == ("drawn from the library",)
    with engine.catalogue.session() as session:
        sent = [NewPlay(track, "like", NOW.replace(year=2023)) for track in (90, 95, 99)]
        plays.record(session, sent, NOW)
    try:
        mine = go_on(engine, Station(from_taste=True, variety=0.0), NOW, 0)
        assert {kind_of(hit.track.id) for hit in mine} == {2}
        assert ids(engine) == drawn
        assert "nearest of what you like: " in " ".join(mine[-1].reasons)
    finally:
        with engine.catalogue.session() as session:
            plays.erase(session, "")


def test_what_was_liked_is_named_as_the_reason(engine: Engine) -> None:
    hits = go_on(engine, Station(seeds=(1,), liked=(130,), variety=0.0), NOW, 0)
    said = {kind_of(hit.track.id): hit.reasons[0] for hit in hits}
    assert said[0] == "goes on from Title 0"
    assert said[3] == "because you liked Title 129"


def test_a_mood_and_a_filter_hold_and_variety_spreads(engine: Engine) -> None:
    calm = go_on(engine, Station(feel=Point(-0.8, 0.0)), NOW, 0)
    assert all(hit.track.arousal == pytest.approx(-0.8) for hit in calm)
    assert any("energy -0.80 where -0.80 was asked" in hit.reasons for hit in calm)
    found = go_on(engine, Station(seeds=(1,), filter=Filter(genres_any=("jazz",))), NOW, 0)
    assert {hit.track.genres[0].name for hit in found} == {"jazz"}
    apart = [
        cosine(engine, 50, ids(engine, seeds=(50,), variety=variety)) for variety in (0.0, 1.0)
    ]
    assert apart[0] > apart[1]


@given(seconds=st.floats(0, 3_000))
@settings(max_examples=15, deadline=None)
def test_what_is_left_of_the_time_is_not_overrun(engine: Engine, seconds: float) -> None:
    found = go_on(engine, Station(seeds=(1,), seconds=seconds, count=10), NOW, 0)
    assert sum(hit.track.seconds for hit in found) <= seconds
    assert len(found) == 10 or seconds < 10 * (100 + TRACKS)


@pytest.mark.parametrize(
    ("station", "error"),
    [
        ({"count": 0}, InvalidQuery),
        ({"count": 51}, InvalidQuery),
        ({"variety": 1.5}, InvalidQuery),
        ({"seconds": -1.0}, InvalidQuery),
        ({"seconds": float("nan")}, InvalidQuery),
        ({"played": tuple(range(501))}, InvalidQuery),
        ({"seeds": (4711,)}, NotFound),
        ({"artists": ("Nobody",)}, NotFound),
    ],
)
def test_what_cannot_be_is_refused(engine: Engine, station: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        go_on(engine, Station(**station), NOW, 0)


def test_tracks_that_are_gone_and_an_empty_library_are_no_trouble(
    engine: Engine, tmp_path: Path
) -> None:
    gone = (9_999,)
    assert ids(engine, seeds=(1,), liked=gone, skipped=gone, played=gone)
    assert ids(engine_at(tmp_path)) == []
