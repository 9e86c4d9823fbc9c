"""How long `mir index` takes in a library of 100,000 files in which nothing has changed.

    python benchmarks/unchanged_library.py [--files 100000] [--folder FOLDER]

The files are made below FOLDER (default: the system's temporary folder): sparse, of 8 MB, forty
in each folder; the catalogue is made up and knows them with their sizes, times and inodes. What is
timed is `indexer.ingest.ingest` from beginning to end, lock, scan, look at the index and report
included, in turn with three naive ways to find out the same:

- `select`: walk with `Path.rglob`, stat each file and ask the catalogue for it, a statement a file;
- `hash`: the same, but with a digest of the file's bytes in place of size and time (timed for fifty
  of the files and multiplied);
- `walk`: `os.walk` and a stat for each file alone, without any catalogue: the floor.

Printed are CPU seconds, the system's among them: on an idle machine with a warm cache that is the
time it takes. A last run finds a tenth of the folders renamed. Exit status 1 if anything was to
be read.
"""

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from filtered_similar import NoEmbedder, fill
from sqlalchemy import bindparam, select, update

from indexer.ingest import IngestReport, ingest
from mir.catalogue import files, tables
from mir.catalogue.session import open_catalogue
from mir.engine import Engine
from mir.model.embedder import Embedder
from mir.settings import Settings

SIZE = 8_000_000  # bytes, as an mp3 of four minutes
IN_A_FOLDER = 40
HASHED = 50


def make_files(root: Path, count: int) -> list[Path]:
    """Make sparse files, and return their paths."""
    paths = []
    for number in range(count):
        folder = root / f"Artist {number // 400:03}" / f"Album {number // IN_A_FOLDER:04}"
        if number % IN_A_FOLDER == 0:
            folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{number % IN_A_FOLDER + 1:02} Title {number}.mp3"
        with path.open("wb") as file:
            file.truncate(SIZE + number)
        paths.append(path)
    return paths


def know(engine: Engine, root: Path, paths: list[Path]) -> None:
    """Fill the catalogue with tracks whose files these are."""
    draw = np.random.default_rng(1)
    vectors = draw.standard_normal((len(paths), NoEmbedder.info.dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = []
    for number, path in enumerate(paths, 1):
        facts = path.stat()
        rows.append(
            {
                "of": number,
                "to": os.fsencode(path),
                "bytes": facts.st_size,
                "at": facts.st_mtime_ns,
                "node": facts.st_ino,
            }
        )
    with engine.catalogue.session() as session:
        fill(session, vectors, draw.integers(0, 10, len(paths)))
        session.execute(
            update(tables.files)
            .where(tables.files.c.track_id == bindparam("of"))
            .values(
                path=bindparam("to"),
                size=bindparam("bytes"),
                modified_ns=bindparam("at"),
                inode=bindparam("node"),
            ),
            rows,
        )
        files.add_root(session, root)
    engine.refresh_index()


def by_select(engine: Engine, root: Path) -> int:
    """Count what differs, with one statement a file."""
    columns = (tables.files.c.size, tables.files.c.modified_ns)
    differing = 0
    with engine.catalogue.session() as session:
        for path in sorted(root.rglob("*.mp3")):
            facts = path.stat()
            known = session.execute(
                select(*columns).where(tables.files.c.path == os.fsencode(path))
            ).one_or_none()
            differing += known is None or tuple(known) != (facts.st_size, facts.st_mtime_ns)
    return differing


def by_hash(paths: list[Path]) -> None:
    """Digest the bytes of some files."""
    for path in paths:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=20))


def by_walk(root: Path) -> int:
    """Stat all files, and nothing else."""
    return sum(
        os.stat(os.path.join(folder, name)).st_size > 0  # noqa: PTH116, PTH118
        for folder, _, names in os.walk(root)
        for name in names
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds that the work takes, the system's among them, and what it returns."""
    started = time.process_time()
    value = work()
    return time.process_time() - started, value


def refuse(model_id: str) -> Embedder:
    """Stand where a network is loaded: no worker may start."""
    raise AssertionError(f"{model_id} should hear nothing")


def run(engine: Engine, root: Path) -> IngestReport:
    """Index once more."""
    return ingest(engine, [root], jobs=1, load=refuse)


def main() -> int:
    """Make the library, index it again, print; 0 if nothing was read."""
    parser = argparse.ArgumentParser(description="Speed of a run over an unchanged library.")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as made:
        root, home = Path(made) / "music", Path(made) / "home"
        home.mkdir()
        paths = make_files(root, arguments.files)
        settings = Settings(home=home, database_url=f"sqlite:///{home / 'catalogue.db'}")
        embedder: Any = NoEmbedder()
        with Engine(settings, open_catalogue(settings.database_url), embedder=embedder) as engine:
            know(engine, root, paths)
            took: dict[str, list[float]] = {}
            for _ in range(3):
                seconds, report = timed(lambda: run(engine, root))
                if report.unchanged != len(paths):
                    print(f"not as it was: {report}")
                    return 1
                took.setdefault("mir index", []).append(seconds)
                took.setdefault("select", []).append(timed(lambda: by_select(engine, root))[0])
                hashed = timed(lambda: by_hash(paths[:HASHED]))[0]
                took.setdefault("hash", []).append(hashed * len(paths) / HASHED)
                took.setdefault("walk", []).append(timed(lambda: by_walk(root))[0])
            best = np.median(took["mir index"])
            for name, all_seconds in took.items():
                middle = np.median(all_seconds)
                print(f"{name:10} {middle:8.2f} s CPU   {middle / best:7.2f} times mir index")
            albums = sorted(root.glob("*/*"))[::10]
            for album in albums:
                album.rename(album.with_name(f"{album.name} (moved)"))
            seconds, report = timed(lambda: run(engine, root))
            print(f"moved      {seconds:8.2f} s CPU for {report.moved} moved files")
            return int(report.moved != len(albums) * IN_A_FOLDER or report.failed > 0)


if __name__ == "__main__":
    sys.exit(main())
