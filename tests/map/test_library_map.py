"""The map of a library: kept, whole, with whatever came later, and made anew when it must be."""

from pathlib import Path

import numpy as np
import pytest
from made_up_library import engine_at, made_up, stored, unit_vectors

from mir.catalogue import storing
from mir.engine import Engine
from mir.map import store
from mir.map.library import library_map, make, need
from mir.map.store import Anchors


def library(home: Path, count: int) -> Engine:
    engine = engine_at(home)
    add(engine, range(count))
    return engine


def add(engine: Engine, numbers: range) -> None:
    vectors = unit_vectors(numbers.stop)
    names = ("rock", "jazz", "folk")
    stored(engine, [made_up(n, vectors[n], predicted=((names[n % 3 % 2], 0.8),)) for n in numbers])
    engine.refresh_index()


def test_it_holds_every_track_with_its_genre(tmp_path: Path) -> None:
    with library(tmp_path, 12) as engine:
        assert need(engine) == "missing"
        assert library_map(engine) is None
        assert make(engine) == 12
        assert need(engine) is None
        found = library_map(engine)
        assert found is not None
        assert found.ids.tolist() == list(range(1, 13))
        assert found.names == ("rock", "jazz")
        assert [found.names[n] for n in found.genres] == ["rock", "jazz", "rock"] * 4


def test_what_comes_and_goes_moves_nothing(tmp_path: Path) -> None:
    with library(tmp_path, 12) as engine:
        make(engine)
        before = library_map(engine)
        add(engine, range(12, 20))
        with engine.catalogue.session() as session:
            storing.remove_files(session, [Path("/music/3.flac")])
        engine.refresh_index()
        after = library_map(engine)
        assert before is not None
        assert after is not None
        assert after.ids.tolist() == [n for n in range(1, 21) if n != 4]
        same = np.isin(before.ids, after.ids)
        assert np.array_equal(before.points[same], after.points[:11])
        assert need(engine) is None
        add(engine, range(20, 25))
        assert need(engine) == "outgrown"
        make(engine)
        assert need(engine) is None


def test_another_process_sees_a_new_map(tmp_path: Path) -> None:
    with library(tmp_path, 9) as engine, engine_at(tmp_path) as other:
        make(engine)
        first = library_map(other)
        add(engine, range(9, 20))
        make(engine)
        other.refresh_index()
        second = library_map(other)
        assert first is not None
        assert second is not None
        assert len(second.ids) == 20
        assert not np.array_equal(first.points, second.points[:9])


def test_another_model_has_another_map(tmp_path: Path) -> None:
    with library(tmp_path, 5) as engine:
        make(engine)
        kept = store.load(engine.settings.map_dir)
        assert kept is not None
        store.save(engine.settings.map_dir, Anchors("another", 5, kept.ids, kept.points))
        assert need(engine) == "another model"
        assert library_map(engine) is None


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04 cut"])
def test_a_damaged_map_is_as_none(tmp_path: Path, content: bytes) -> None:
    with library(tmp_path, 5) as engine:
        make(engine)
        (engine.settings.map_dir / "map.npz").write_bytes(content)
        assert need(engine) == "missing"
        assert library_map(engine) is None
        make(engine)
        assert library_map(engine) is not None


def test_a_cut_map_is_as_none(tmp_path: Path) -> None:
    with library(tmp_path, 5) as engine:
        make(engine)
        path = engine.settings.map_dir / "map.npz"
        whole = path.read_bytes()
        for size in range(0, len(whole), 97):
            path.write_bytes(whole[:size])
            assert store.load(engine.settings.map_dir) is None


def test_an_empty_library_has_an_empty_map(tmp_path: Path) -> None:
    with library(tmp_path, 0) as engine:
        assert make(engine) == 0
        assert library_map(engine) is None
