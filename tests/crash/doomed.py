"""What the processes do that the tests of this room kill; preloaded, so that they start at once."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from made_up_analyses import NOW, made_up_analysis, made_up_hearing, unit_vector
from made_up_library import made_up, stored
from numpy.typing import NDArray

from indexer import ingest, pool
from mir import models
from mir.analysis import Analysis, Failure, Hearing, Tags
from mir.catalogue import tracks
from mir.catalogue.migrate import upgrade
from mir.engine import Engine, open_engine
from mir.model.embedder import identity, shipped_bytes
from mir.settings import Settings
from tests.indexer.stub_ear import DIMENSION, StubEar

__all__ = ["change_models", "index_alone", "open_stub", "save_for_ever", "upgrade"]

BAD = b"bad"  # what a file begins with that cannot be heard


def open_stub(home: Path, url: str) -> Engine:
    """The library at `home` and `url`, with the stub for a network."""
    ear: Any = StubEar()
    return open_engine(Settings(home=home, database_url=url), embedder=ear)


def index_alone(home: Path, url: str, music: Path, said: Connection) -> None:
    """Index `music` without workers or sound, in small batches; say which files are committed."""
    vars(ingest).update(BATCH_FILES=3, INDEX_SECONDS=0.0, INDEX_SHARE=1e9)
    handed: list[Path] = []
    told = moved = -1  # what moved is committed before any file is read

    def work(paths: Iterable[Path], *_: object, **__: object) -> Iterator[pool.Done]:
        for path in paths:
            handed.append(path)
            yield pool.Done(path, heard(path))

    def tell(progress: ingest.Progress) -> None:
        nonlocal told, moved
        if moved < 0:
            told = moved = progress.done
        said.send([path.name for path in handed[told - moved : progress.done - moved]])
        told = progress.done

    run: Callable[..., Any] = work
    pool.run = run
    with open_stub(home, url) as engine:
        ingest.ingest(engine, [music], jobs=1, progress=tell)


def heard(path: Path) -> Analysis | Failure:
    """What is made of a file: all of it follows from the bytes."""
    content, facts = path.read_bytes(), path.stat()
    if content.startswith(BAD):
        return Failure(path, facts.st_size, facts.st_mtime_ns, "It holds no sound.", "decode")
    digest = hashlib.blake2b(content, digest_size=20).hexdigest()
    return made_up_analysis(
        path,
        digest,
        size=facts.st_size,
        modified_ns=facts.st_mtime_ns,
        inode=facts.st_ino,
        tags=Tags(title=content.decode(), artists=("Ann",), genres=("Rock",)),
        hearing=_hearing(int(digest[:8], 16)),
    )


def save_for_ever(home: Path, url: str) -> None:
    """Store a track or take one out, save the index, and again."""
    with open_stub(home, url) as engine:
        for n in count():
            path = Path(f"/m/{n % 7}.flac")
            with engine.catalogue.session() as session:
                tracks.remove_files(session, [path])
                if n % 3:
                    found = made_up_analysis(path, f"{n % 7:040x}", hearing=_hearing(n))
                    tracks.store(session, found, NOW)
            engine.refresh_index()


def change_models(home: Path, url: str, other: bytes, vectors: NDArray[np.float32]) -> None:
    """Let another model hear, use it, go back, rebuild the index and forget it, and again."""
    name = identity(other)
    with open_engine(Settings(home=home, database_url=url)) as engine:
        while True:
            stored(engine, heard_by(name, vectors))
            models.use(engine, other, "the other model")
            engine.rebuild_index()
            models.use(engine, shipped_bytes(), "the shipped model")
            engine.rebuild_index()
            models.forget(engine, name)


def heard_by(model_id: str, vectors: NDArray[np.float32]) -> Iterator[Analysis]:
    """What a model heard of as many tracks as there are vectors."""
    for n, vector in enumerate(vectors):
        yield made_up(n, vector, model_id=model_id)


def _hearing(seed: int) -> Hearing:
    vectors = np.stack([unit_vector(seed + n, DIMENSION) for n in range(3)])
    return replace(made_up_hearing(model_id="stub"), vector=vectors[0], passages=vectors[1:])
