"""Libraries that the catalogue knows though nobody has listened: for tests of what is not read.

The files hold a few bytes that are no music, so whatever opens one of them fails.
"""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from mir.analysis import Tags
from mir.catalogue import files, tracks
from mir.engine import Engine
from tests.indexer.stub_ear import DIMENSION, StubEar
from tests.made_up_analyses import NOW, made_up_analysis, made_up_hearing, unit_vector


def know(
    engine: Engine, paths: Iterable[Path], *, inodes: bool = True, alike: bool = False
) -> dict[Path, int]:
    """Make files and tell the catalogue about them; return the tracks' ids.

    Each file has a size and a time of its own, unless they are `alike`. Without `inodes` they are
    known as an earlier version of mir knew them.
    """
    ids: dict[Path, int] = {}
    with engine.catalogue.session() as session:
        for number, path in enumerate(paths, tracks.count(session) + 1):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"no music" * (1 if alike else number))
            if alike:
                os.utime(path, (1e9, 1e9))
            facts = path.stat()
            vector = unit_vector(number, DIMENSION)
            hearing = made_up_hearing(number, model_id="stub")
            analysis = made_up_analysis(
                path,
                f"hash-{number}",
                tags=Tags(title=f"Title {number}"),
                hearing=replace(hearing, vector=vector, passages=vector[None]),
                size=facts.st_size,
                modified_ns=facts.st_mtime_ns,
                inode=facts.st_ino if inodes else None,
            )
            ids[path] = tracks.store(session, analysis, NOW).id
    return ids


def places(engine: Engine) -> dict[Path, int]:
    """Path -> track id, as the catalogue has it."""
    with engine.catalogue.session() as session:
        return {file.path: file.track_id for file in files.known_files(session)}


def nobody(model_id: str) -> StubEar:
    """Stand where a network is loaded: then a worker has begun, though there is nothing to read."""
    raise AssertionError(f"{model_id} is not needed")
