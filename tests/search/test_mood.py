"""What is nearest to a point of mood, beside brute force in plain Python, on each database."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_library import NOW, engine_at, made_up, settings_at, stored, unit_vectors
from stub_embedder import StubEmbedder

from mir.analysis import Analysis
from mir.catalogue import hearings, plays
from mir.catalogue.filters import Filter
from mir.catalogue.plays import NewPlay
from mir.catalogue.session import Session, open_catalogue
from mir.engine import Engine
from mir.errors import InvalidQuery
from mir.search.listing import Listing
from mir.search.mood import Point, near_mood
from tests.felt_library import felt
from tests.postgres_cluster import PostgresCluster

TRACKS = 70
AXIS = (None, -1.0, -0.5, -0.25, 0.0, 0.25, 0.6, 1.0)
COPIES = {60: 3, 61: 4, 62: 5, 63: 5}  # further files of a recording, which feel otherwise
DRAW = np.random.default_rng(8)
FEELINGS = [(AXIS[DRAW.integers(8)], AXIS[DRAW.integers(8)]) for _ in range(TRACKS)]
PLACES = st.floats(-1, 1) | st.sampled_from([-1.0, 0.0, 0.05, 0.25, 1.0])


def library() -> Iterator[Analysis]:
    for n, vector in enumerate(unit_vectors(TRACKS, seed=4)):
        source = COPIES.get(n, n)
        made = made_up(
            n,
            vector,
            title=f"Title {source}",
            seconds=100.0 + 3 * source,
            predicted=[(("rock", "jazz")[n % 2], 0.9)],
            artists=(f"Artist {source % 9}",),
            album=f"Album {source % 4}",
        )
        yield felt(made, *FEELINGS[n])


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Tracks 1 to 70, some of which do not feel, on each database; 61 to 64 repeat 4 to 6."""
    home = tmp_path_factory.mktemp("library")
    if request.param == "sqlite":
        with engine_at(home) as engine:
            yield _filled(engine)
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    with cluster.database() as name:
        kept = replace(settings_at(home), database_url=cluster.url(name))
        embedder: Any = StubEmbedder("stub")
        with Engine(kept, open_catalogue(kept.database_url), embedder=embedder) as engine:
            yield _filled(engine)


def _filled(engine: Engine) -> Engine:
    stored(engine, library())
    engine.refresh_index()
    return engine


def _score(track: int, point: Point) -> float:
    """The score of a track by its id, as single precision has it; -2 where it does not feel."""
    arousal, valence = FEELINGS[track - 1]
    if arousal is None or valence is None:
        return -2.0
    away = math.hypot(arousal - point.arousal, valence - point.valence)
    return float(np.float32(1 - away / math.sqrt(2)))


def _recordings(ranked: list[int]) -> list[int]:
    """The ranking without further files of recordings that came before."""
    first: dict[int, int] = {}
    for track in ranked:
        first.setdefault(COPIES.get(track - 1, track - 1), track)
    return list(first.values())


@settings(deadline=None, max_examples=50)
@given(
    point=st.builds(Point, PLACES, PLACES),
    genre=st.sampled_from([None, "rock"]),
    count=st.integers(1, TRACKS),
    offset=st.integers(0, 40),
    least=st.sampled_from([0.0, 0.0, 0.5, 0.9]),
)
def test_what_is_near_equals_brute_force(
    engine: Engine, point: Point, genre: str | None, count: int, offset: int, least: float
) -> None:
    scores = {track: _score(track, point) for track in range(1, TRACKS + 1)}
    shares = {
        track: sum(other < score for other in scores.values()) / (TRACKS - 1)
        for track, score in scores.items()
    }
    ranked = sorted((t for t, s in scores.items() if s > -2), key=lambda t: (-scores[t], t))
    passing = [t for t in ranked if genre is None or t % 2]  # odd ids are rock
    near = [t for t in _recordings(passing) if shares[t] >= least][offset : offset + count]

    keep = Filter(genres_any=(genre,)) if genre else None
    hits = near_mood(engine, point, keep, Listing(count, offset, least))
    assert [hit.track.id for hit in hits] == near
    assert [hit.score for hit in hits] == pytest.approx([scores[t] for t in near], abs=1e-6)
    assert [hit.similarity for hit in hits] == pytest.approx([shares[t] for t in near])


@given(point=st.builds(Point, PLACES, PLACES))
@settings(deadline=None, max_examples=20)
def test_reasons_say_where_the_track_lies_and_what_was_asked(engine: Engine, point: Point) -> None:
    for hit in near_mood(engine, point):
        energy, brightness = hit.reasons
        numbers = [float(word) for word in energy.split() if word[-1].isdigit()]
        assert numbers == [
            pytest.approx(hit.track.arousal),
            pytest.approx(point.arousal, abs=0.006),
        ]
        numbers = [float(word) for word in brightness.split() if word[-1].isdigit()]
        assert numbers == [
            pytest.approx(hit.track.valence),
            pytest.approx(point.valence, abs=0.006),
        ]
        assert (energy.split()[0], brightness.split()[0]) == ("energy", "brightness")
        assert "-0.00" not in energy + brightness


def test_the_corner_opposite_scores_lowest_and_the_point_itself_highest(tmp_path: Path) -> None:
    corners = [(1.0, 1.0), (-1.0, -1.0), (0.0, 0.0), (1.0, 1.0)]
    with engine_at(tmp_path) as engine:
        vectors = unit_vectors(4)
        stored(engine, [felt(made_up(n, vectors[n]), *corner) for n, corner in enumerate(corners)])
        engine.refresh_index()
        hits = near_mood(engine, Point(1.0, 1.0))
    assert [hit.track.id for hit in hits] == [1, 4, 3, 2]  # equal ones by id
    assert [hit.score for hit in hits] == pytest.approx([1, 1, 0, -1], abs=1e-6)
    assert [hit.similarity for hit in hits] == pytest.approx([2 / 3, 2 / 3, 1 / 3, 0])


def test_limits_and_variety_cut_it_as_they_cut_similar_tracks(engine: Engine) -> None:
    point = Point(0.2, -0.3)
    plain = [hit.track.id for hit in near_mood(engine, point, None, Listing(40))]
    limited = near_mood(engine, point, None, Listing(9, per_artist=1))
    assert len({hit.track.artists for hit in limited}) == 9
    whole = [h.track.id for h in near_mood(engine, point, None, Listing(40, variety=0.6))]
    pages = [
        hit.track.id
        for offset in range(0, 40, 8)
        for hit in near_mood(engine, point, None, Listing(8, offset, variety=0.6))
    ]
    assert pages == whole
    assert whole != plain
    assert whole[0] == plain[0]


def test_feelings_are_read_again_when_tracks_change_and_not_for_a_play(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[str] = []
    truly = hearings.feelings

    def counted(session: Session, model_id: str) -> hearings.Feelings:
        reads.append(model_id)
        return truly(session, model_id)

    monkeypatch.setattr(hearings, "feelings", counted)
    with engine_at(tmp_path) as engine:
        vectors = unit_vectors(3)
        stored(engine, [felt(made_up(n, vectors[n]), 0.0, 0.1 * n) for n in range(2)])
        engine.refresh_index()
        assert [hit.track.id for hit in near_mood(engine, Point(0.0, 0.0))] == [1, 2]
        with engine.catalogue.session() as session:
            plays.record(session, [NewPlay(1, "listen", NOW)], NOW)
        hits = near_mood(engine, Point(0.0, 0.0), Filter(unplayed=True))
        assert [hit.track.id for hit in hits] == [2]
        assert reads == ["stub"]
        stored(engine, [felt(made_up(0, vectors[0]), 1.0, 1.0)])
        assert [hit.track.id for hit in near_mood(engine, Point(0.0, 0.0))] == [2, 1]
        assert reads == ["stub", "stub"]


def test_a_library_whose_model_does_not_tell_is_not_answered_with_nothing(tmp_path: Path) -> None:
    with engine_at(tmp_path) as engine:
        assert near_mood(engine, Point(0, 0)) == ()  # nor is an empty one at fault
        stored(engine, [felt(made_up(1, unit_vectors(1)[0]), 0.5, None)])
        engine.refresh_index()
        with pytest.raises(InvalidQuery, match="does not tell how calm or bright"):
            near_mood(engine, Point(0, 0))


@pytest.mark.parametrize("place", [(1.01, 0.0), (0.0, -1.5), (math.nan, 0.0), (0.0, math.inf)])
def test_a_point_off_the_axes_is_refused(place: tuple[float, float]) -> None:
    with pytest.raises(InvalidQuery, match=r"(energy|brightness) \S+ lies outside -1 to 1"):
        Point(*place)
