"""`mir model use`, `mir rebuild` and `mir model forget`, killed at random moments."""

import random
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import numpy as np
from made_up_library import stored, unit_vectors
from other_model import other_model

from mir import models
from mir.catalogue import coverage
from mir.engine import open_engine
from mir.model.embedder import identity, shipped_bytes
from mir.model.shelf import shipped_id
from mir.settings import Settings
from tests.crash.checks import assert_index_agrees, assert_sound_database, content
from tests.crash.doomed import change_models, heard_by

Start = Callable[..., ForkServerProcess]

SEED = 20_260_301
KILLS = {"sqlite": 8, "postgresql": 5}
MOST_KILLS = 60  # on a machine too busy to come to a change of models between two of them
TRACKS = 20


def test_killed_changes_of_models_leave_one_whole_model_that_answers(
    start: Start, url: str, tmp_path: Path
) -> None:
    draw = random.Random(SEED)
    settings = Settings(home=tmp_path / "home", database_url=url)
    other = other_model(tmp_path / "other.onnx", moved=0.1, name="other").read_bytes()
    with open_engine(settings) as engine:
        dimension = models.listing(engine)[0].dimension
        vectors = {
            shipped_id(): unit_vectors(TRACKS, 1, dimension),
            identity(other): unit_vectors(TRACKS, 2, dimension),
        }
        models.begin(engine)
        stored(engine, heard_by(shipped_id(), vectors[shipped_id()]))
        engine.refresh_index()
    seen: set[str] = set()
    for n in range(MOST_KILLS):
        if n >= KILLS[url.split(":")[0]] and len(seen) > 1:
            break
        process = start(change_models, settings.home, url, other, vectors[identity(other)])
        # A busy machine takes longer: until both were met, wait longer from kill to kill.
        time.sleep(draw.uniform(0.0, 1.0 if len(seen) > 1 else 1.0 + n))
        process.kill()
        process.join()
        told = f"seed {SEED}, kill {n}"
        assert process.exitcode == -9, told
        assert_sound_database(url)
        with open_engine(settings) as engine:
            active = engine.model_id
            seen.add(active)
            assert engine.shelf.has(active), told
            assert len(content(engine).vectors) == TRACKS, told
            assert_index_agrees(engine)
            index = engine.index()
            np.testing.assert_array_equal(index.vectors_of(index.ids), vectors[active], told)
            with engine.catalogue.session() as session:
                assert coverage.covers(session, shipped_id()), told
    assert seen == set(vectors)
    with open_engine(settings) as engine:
        models.use(engine, shipped_bytes(), "the shipped model")
        if any(each.id == identity(other) for each in models.listing(engine)):
            models.forget(engine, identity(other))
        assert [each.id for each in models.listing(engine)] == [shipped_id()]
        assert len(content(engine).vectors) == TRACKS
