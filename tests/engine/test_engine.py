import os
import random
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_library import NOW, engine_at, made_up, settings_at, stored, unit_vectors
from stub_embedder import DIMENSION, StubEmbedder

import mir.engine
from mir.analysis import Failure
from mir.catalogue import embeddings, failures, files, models, tracks
from mir.catalogue.revision import revision
from mir.engine import Engine, View, open_engine
from mir.errors import ModelError
from mir.vectors.index import VectorIndex
from mir.vectors.store import load, manifest_path, read_manifest

VECTORS = unit_vectors(60)


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def agrees(engine: Engine, index: VectorIndex) -> bool:
    """Whether the index holds exactly the catalogue's vectors."""
    with engine.catalogue.session() as session:
        ids, vectors = embeddings.all_vectors(session, engine.model_id)
    return np.array_equal(index.ids, ids) and (
        not len(ids) or np.array_equal(index.vectors_of(ids), vectors)
    )


def remove(engine: Engine, *numbers: int) -> None:
    with engine.catalogue.session() as session:
        tracks.remove_files(session, [Path(f"/music/{number}.flac") for number in numbers])


def test_a_new_library_has_an_empty_index_of_the_models_dimension(tmp_path: Path) -> None:
    embedder: Any = StubEmbedder()
    with open_engine(settings_at(tmp_path / "new" / "home"), embedder) as engine:
        index = engine.index()
        assert (len(index), index.dimension) == (0, DIMENSION)
        stored(engine, [made_up(1, VECTORS[1])])
        assert agrees(engine, engine.refresh_index())


def test_what_was_refreshed_is_found_by_the_next_start(tmp_path: Path) -> None:
    with engine_at(tmp_path) as engine:
        stored(engine, [made_up(n, VECTORS[n]) for n in range(20)])
        assert len(engine.refresh_index()) == 20
        with engine.catalogue.session() as session:
            now = revision(session)
    manifest = read_manifest(tmp_path / "index")
    assert manifest is not None
    assert (manifest.model_id, manifest.count, manifest.revision) == ("stub", 20, now)
    with engine_at(tmp_path) as engine:
        assert agrees(engine, engine.index())


def test_the_next_start_catches_up_with_what_was_committed_but_not_saved(tmp_path: Path) -> None:
    with engine_at(tmp_path) as engine:
        stored(engine, [made_up(n, VECTORS[n]) for n in range(10)])
        engine.refresh_index()
        stored(engine, [made_up(n, VECTORS[n]) for n in range(10, 15)])
        remove(engine, 3, 9)
    with engine_at(tmp_path) as engine:
        index = engine.index()
        assert len(index) == 13
        assert agrees(engine, index)
    assert agrees(engine_at(tmp_path), load(tmp_path / "index")[0])


@pytest.mark.parametrize("gone", [(3,), range(10)])
def test_tracks_that_only_went_are_forgotten(tmp_path: Path, gone: Sequence[int]) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(n, VECTORS[n]) for n in range(10)])
    engine.refresh_index()
    remove(engine, *gone)
    assert agrees(engine, engine.refresh_index())
    assert len(engine.index()) == 10 - len(gone)
    stored(engine, [made_up(40, VECTORS[40])])
    assert agrees(engine, engine.refresh_index())


@pytest.mark.parametrize("step", [0, 1])
def test_dying_while_the_index_is_saved_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(n, VECTORS[n]) for n in range(10)])
    engine.refresh_index()
    stored(engine, [made_up(n, VECTORS[n]) for n in range(10, 30)])
    true_replace, calls = os.replace, []

    def die_at_the_step(source: Any, target: Any) -> None:
        calls.append(target)
        if len(calls) == step + 1:
            raise KeyboardInterrupt
        true_replace(source, target)

    monkeypatch.setattr(os, "replace", die_at_the_step)
    with pytest.raises(KeyboardInterrupt):
        engine.refresh_index()
    monkeypatch.undo()
    assert len(load(tmp_path / "index")[0]) == 10
    with engine_at(tmp_path) as restarted:
        assert agrees(restarted, restarted.index())
        assert len(restarted.index()) == 30


def test_refreshing_reads_only_what_changed_and_saves_only_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(n, VECTORS[n]) for n in range(10)])
    engine.refresh_index()

    def refuse(*_: Any) -> None:
        raise AssertionError("all vectors were read")

    monkeypatch.setattr(embeddings, "all_vectors", refuse)
    stored(engine, [made_up(n, VECTORS[n]) for n in range(10, 12)])
    assert len(engine.refresh_index()) == 12
    before = manifest_path(tmp_path / "index").stat().st_mtime_ns
    assert len(engine.refresh_index()) == 12
    assert manifest_path(tmp_path / "index").stat().st_mtime_ns == before


def test_any_history_of_changes_ends_in_the_catalogues_vectors(tmp_path: Path) -> None:
    draw = random.Random(5)
    engine, present = engine_at(tmp_path), set()
    for _ in range(60):
        match draw.choice(["add", "add", "hear", "remove", "refresh", "restart", "rebuild"]):
            case "add":
                number = draw.randrange(60)
                stored(engine, [made_up(number, VECTORS[number])])
                present.add(number)
            case "hear" if present:  # the same sound, heard differently
                number = draw.choice(sorted(present))
                stored(engine, [made_up(number, VECTORS[(number * 7) % 60])])
            case "remove" if present:
                remove(engine, number := draw.choice(sorted(present)))
                present.discard(number)
            case "refresh":
                assert agrees(engine, engine.refresh_index())
            case "restart":
                engine.close()
                engine = engine_at(tmp_path)
                assert agrees(engine, engine.index())
            case "rebuild":
                assert agrees(engine, engine.rebuild_index())
    assert agrees(engine, engine.refresh_index())
    assert len(engine.index()) == len(present)


@pytest.mark.parametrize("harm", ["truncate", "garbage", "manifest", "remove"])
def test_a_damaged_index_is_made_anew(tmp_path: Path, harm: str) -> None:
    with engine_at(tmp_path) as engine:
        stored(engine, [made_up(n, VECTORS[n]) for n in range(10)])
        engine.refresh_index()
    (file,) = (tmp_path / "index").glob("*.rows")
    if harm == "truncate":
        file.write_bytes(file.read_bytes()[:200])
    elif harm == "garbage":
        file.write_bytes(bytes(5000))
    elif harm == "manifest":
        manifest_path(tmp_path / "index").write_text("{")
    else:
        file.unlink()
    with engine_at(tmp_path) as engine:
        assert agrees(engine, engine.index())
    assert len(load(tmp_path / "index")[0]) == 10


def activate(engine: Engine, model_id: str) -> None:
    with engine.catalogue.session() as session:
        models.activate(session, model_id)


def test_a_library_keeps_its_model_whatever_the_program_would_begin_with(tmp_path: Path) -> None:
    with engine_at(tmp_path) as engine:
        stored(engine, [made_up(n, VECTORS[n]) for n in range(10)])
        engine.refresh_index()
    with engine_at(tmp_path, model_id="newer") as engine:
        assert engine.model_id == "stub"
        assert len(engine.index()) == 10


def test_each_model_has_an_index_of_its_own_vectors(tmp_path: Path) -> None:
    with engine_at(tmp_path) as engine:
        stored(engine, [made_up(n, VECTORS[n]) for n in range(10)])
        engine.refresh_index()
        stored(engine, [made_up(n, VECTORS[n + 20], model_id="newer") for n in range(4)])
        assert agrees(engine, engine.refresh_index())
        assert len(engine.index()) == 10
        activate(engine, "newer")
        assert agrees(engine, engine.refresh_index())
        assert engine.view() == View(engine.index(), "newer")
        assert len(engine.index()) == 4
        activate(engine, "stub")
        assert len(engine.rebuild_index()) == 10
    manifest = read_manifest(tmp_path / "index")
    assert manifest is not None
    assert (manifest.model_id, manifest.count) == ("stub", 10)


def test_a_server_follows_a_change_of_models_and_old_views_stay_whole(tmp_path: Path) -> None:
    clock = Clock()
    server, other = engine_at(tmp_path, clock=clock), engine_at(tmp_path)
    stored(other, [made_up(n, VECTORS[n]) for n in range(5)])
    stored(other, [made_up(n, VECTORS[n + 20], model_id="newer") for n in range(5)])
    old = server.view()
    activate(other, "newer")  # and dies before it saves an index
    assert server.view() == old
    clock.now = 1.0
    new = server.view()
    assert (old.model_id, new.model_id) == ("stub", "newer")
    np.testing.assert_array_equal(new.index.vectors_of(new.index.ids), VECTORS[20:25])
    np.testing.assert_array_equal(old.index.vectors_of(old.index.ids), VECTORS[:5])
    assert load(tmp_path / "index")[1].model_id == "newer"


def test_a_model_whose_file_is_gone_is_named_when_it_must_hear(tmp_path: Path) -> None:
    with engine_at(tmp_path, model_id="gone") as engine:
        stored(engine, [made_up(n, VECTORS[n], model_id="gone") for n in range(3)])
    with engine_at(tmp_path) as engine:
        assert len(engine.index()) == 3
        with pytest.raises(ModelError, match=r"gone is not there any more.*models/gone\.onnx"):
            engine.embedder(engine.model_id)


def test_an_older_copy_of_the_catalogue_is_believed(tmp_path: Path) -> None:
    with engine_at(tmp_path) as engine:
        stored(engine, [made_up(n, VECTORS[n]) for n in range(10)])
        engine.refresh_index()
    for file in tmp_path.glob("catalogue.db*"):
        file.unlink()
    with engine_at(tmp_path) as engine:
        stored(engine, [made_up(n, VECTORS[n + 30]) for n in range(3)])
        assert agrees(engine, engine.index())


def test_a_server_swaps_in_what_another_process_saved(tmp_path: Path) -> None:
    clock = Clock()
    server, indexer = engine_at(tmp_path, clock=clock), engine_at(tmp_path)
    old = server.index()
    stored(indexer, [made_up(n, VECTORS[n]) for n in range(5)])
    indexer.refresh_index()
    clock.now = 0.4
    assert server.index() is old
    clock.now = 0.6
    assert agrees(server, server.index())
    assert len(old) == 0
    assert server.index() is server.index()


def test_the_disk_is_looked_at_every_half_second_and_no_oftener(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    engine = engine_at(tmp_path, clock=clock)
    engine.index()
    looks: list[float] = []
    true_stamp = mir.engine._stamp

    def counted(directory: Path) -> Any:
        looks.append(clock.now)
        return true_stamp(directory)

    monkeypatch.setattr(mir.engine, "_stamp", counted)
    for hundredth in range(200):
        clock.now = hundredth / 100
        engine.index()
    assert len(looks) == 3


def test_an_index_deleted_under_a_server_is_written_again(tmp_path: Path) -> None:
    clock = Clock()
    engine = engine_at(tmp_path, clock=clock)
    stored(engine, [made_up(n, VECTORS[n]) for n in range(5)])
    engine.refresh_index()
    for file in (tmp_path / "index").iterdir():
        file.unlink()
    clock.now = 1.0
    assert agrees(engine, engine.index())
    assert len(load(tmp_path / "index")[0]) == 5


def test_threads_search_on_while_indexes_are_swapped(tmp_path: Path) -> None:
    server, indexer = engine_at(tmp_path, clock=lambda: next(ticks)), engine_at(tmp_path)
    ticks = iter(range(10**9))
    stored(indexer, [made_up(n, VECTORS[n]) for n in range(5)])
    indexer.refresh_index()
    problems: list[str] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                index = server.index()
                ids, scores = index.search(VECTORS[0], 1)
                if ids.tolist() != [1] or abs(scores[0] - 1) > 1e-5:
                    problems.append(f"{ids} {scores}")
        except Exception as error:
            problems.append(repr(error))

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(5, 25):
        stored(indexer, [made_up(n, VECTORS[n])])
        indexer.refresh_index()
    done.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert agrees(server, server.index())


def test_the_status_counts_what_is_there(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(n, VECTORS[n]) for n in range(3)])
    engine.index()
    stored(engine, [made_up(7, VECTORS[7], predicted=[("jazz", 0.9)])])
    with engine.catalogue.session() as session:
        files.add_root(session, Path("/music"))
        failures.record(session, Failure(Path("/music/x.mp3"), 1, 1, "broken"), NOW)
    status = engine.status()
    assert (status.tracks, status.index_count, status.failures) == (4, 3, 1)
    assert [(genre.name, genre.tracks) for genre in status.genres] == [("rock", 3), ("jazz", 1)]
    assert status.roots == (Path("/music"),)
    assert status.model_id == "stub"
    assert status.index_revision < status.revision
    engine.refresh_index()
    assert engine.status().index_revision == engine.status().revision
