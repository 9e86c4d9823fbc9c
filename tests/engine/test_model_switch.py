"""A change of models that is killed at any moment leaves one model whole, for all who look."""

import multiprocessing
import random
import time
from pathlib import Path

import numpy as np
import pytest
from made_up_library import engine_at, made_up, stored, unit_vectors

from mir.catalogue import models
from mir.engine import Engine
from mir.search.query import similar
from mir.vectors.store import read_manifest
from tests.engine.switching import switch_for_ever

TRACKS = 40
VECTORS = {"one": unit_vectors(TRACKS, 1), "two": unit_vectors(TRACKS, 2)}
GENRES = {"one": "rock", "two": "jazz"}
KILLS = 15


def assert_one_model_answers(engine: Engine) -> str:
    """Index, predictions and neighbours are of one model; return which."""
    view = engine.view()
    vectors = VECTORS[view.model_id]
    np.testing.assert_array_equal(view.index.ids, np.arange(1, TRACKS + 1))
    np.testing.assert_array_equal(view.index.vectors_of(view.index.ids), vectors)
    hits = similar(engine, 1, count=5, view=view)
    order = np.argsort(-(vectors @ vectors[0]), kind="stable")[1:6] + 1
    assert [hit.track.id for hit in hits] == order.tolist()
    for hit in hits:
        assert [label.name for label in hit.track.genres] == [GENRES[view.model_id]]
    return view.model_id


def test_whenever_a_change_is_killed_one_model_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = random.Random(7)
    ticks = iter(range(10**9))
    with engine_at(tmp_path) as engine:
        for name, vectors in VECTORS.items():
            stored(
                engine,
                (
                    made_up(n, vectors[n], model_id=name, predicted=[(GENRES[name], 0.9)])
                    for n in range(TRACKS)
                ),
            )
        engine.refresh_index()
    house = Path(__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", f"{house}:{house / 'tests'}")  # for what is preloaded
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.engine.switching"])
    server = engine_at(tmp_path, clock=lambda: float(next(ticks)))  # looks at every question
    seen = set()
    for _ in range(KILLS):
        process = context.Process(target=switch_for_ever, args=(tmp_path, ("two", "one")))
        before = read_manifest(tmp_path / "index")
        process.start()
        while read_manifest(tmp_path / "index") == before and process.is_alive():
            time.sleep(0.002)
        until = time.monotonic() + draw.uniform(0.0, 0.2)
        while time.monotonic() < until:
            seen.add(assert_one_model_answers(server))
        process.kill()
        process.join()
        with engine_at(tmp_path) as restarted:
            with restarted.catalogue.session() as session:
                active = models.choice(session).active
            assert assert_one_model_answers(restarted) == active
        assert assert_one_model_answers(server) == active
    server.close()
    assert seen == {"one", "two"}
