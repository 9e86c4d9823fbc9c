from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from made_up_library import NOW, engine_at, made_up, stored, unit_vectors
from numpy.typing import NDArray

import mir.search.allowed
from mir.catalogue import plays
from mir.catalogue.filters import Filter
from mir.catalogue.plays import NewPlay
from mir.catalogue.session import Session
from mir.engine import Engine
from mir.errors import InvalidQuery
from mir.search.allowed import allowed, check_count

VECTORS = unit_vectors(10)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(1, VECTORS[1], predicted=[("rock", 0.9)])])
    stored(engine, [made_up(2, VECTORS[2], predicted=[("jazz", 0.9)])])
    return engine


def ids(engine: Engine, **wanted: tuple[str, ...]) -> list[int]:
    found = allowed(engine, Filter(**wanted), "stub")  # type: ignore[arg-type]
    assert found is not None
    return found.tolist()


def test_no_filter_means_no_ids_to_compare_with(engine: Engine) -> None:
    assert allowed(engine, None, "stub") is None
    assert allowed(engine, Filter(), "stub") is None


def test_an_unknown_genre_is_refused_with_the_nearest_names(engine: Engine) -> None:
    with pytest.raises(InvalidQuery, match=r"'jaz'.*did you mean jazz\?.*mir genres"):
        allowed(engine, Filter(genres_any=("rock", "jaz")), "stub")
    with pytest.raises(InvalidQuery, match=r"'zydeco' in this library: list .*mir genres"):
        allowed(engine, Filter(genres_none=("zydeco",)), "stub")


def test_a_genre_that_only_the_model_knows_passes_nothing(engine: Engine) -> None:
    assert ids(engine, genres_any=("Techno",)) == []


def test_what_passes_is_asked_once_until_the_tracks_change(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Filter] = []
    true_ids = mir.search.allowed.allowed_ids

    def counted(session: Session, filter: Filter, model_id: str) -> NDArray[np.int64]:
        asked.append(filter)
        return true_ids(session, filter, model_id)

    monkeypatch.setattr(mir.search.allowed, "allowed_ids", counted)
    first = ids(engine, genres_any=("rock",))
    assert ids(engine, genres_any=("rock",)) == first
    assert len(asked) == 1
    stored(engine, [made_up(3, VECTORS[3], predicted=[("rock", 0.9)])])
    assert len(ids(engine, genres_any=("rock",))) == 2
    assert len(asked) == 2


def test_plays_count_at_once_and_cost_nothing_of_what_is_remembered(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Filter] = []
    true_ids = mir.search.allowed.allowed_ids

    def counted(session: Session, filter: Filter, model_id: str) -> NDArray[np.int64]:
        asked.append(filter)
        return true_ids(session, filter, model_id)

    def passing(**wanted: object) -> list[int]:
        found = allowed(engine, Filter(**wanted), "stub")  # type: ignore[arg-type]
        assert found is not None
        return found.tolist()

    monkeypatch.setattr(mir.search.allowed, "allowed_ids", counted)
    assert passing(unplayed=True) == passing(unplayed=True, listener="ann") == [1, 2]
    assert passing(genres_any=("rock",), unplayed=True) == passing(genres_any=("rock",)) == [1]
    for number, listener in enumerate(("ann", "")):
        with engine.catalogue.session() as session:
            (done,) = plays.record(session, [NewPlay(1, "listen", NOW, listener)], NOW).added
        assert passing(unplayed=True, listener="ann") == [2]
        assert passing(genres_any=("rock",), unplayed=True) == ([] if number else [1])
        assert passing(not_played_since=NOW, listener="ann") == [2]
        assert passing(not_played_since=NOW + timedelta(seconds=1), listener="ann") == [1, 2]
    with engine.catalogue.session() as session:
        plays.undo(session, done.id)
    assert passing(unplayed=True) == [1, 2]
    with engine.catalogue.session() as session:
        plays.erase(session, "ann")
    assert passing(unplayed=True, listener="ann") == [1, 2]
    assert asked == [Filter(), Filter(genres_any=("rock",))]


def test_new_tags_count_at_once(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(1, VECTORS[1], predicted=[("rock", 0.9)])])
    assert ids(engine, genres_any=("jazz",)) == []
    stored(engine, [made_up(1, VECTORS[1], predicted=[("rock", 0.9)], genres=("Jazz",))])
    assert ids(engine, genres_any=("jazz",)) == [1]


@pytest.mark.parametrize("count", [0, -1, 501])
def test_a_count_out_of_range_is_refused(count: int) -> None:
    with pytest.raises(InvalidQuery, match=f"count of {count}.*1 to 500"):
        check_count(count)


@pytest.mark.parametrize("count", [1, 500])
def test_a_count_in_range_passes(count: int) -> None:
    check_count(count)
