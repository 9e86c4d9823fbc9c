"""A server that starts processes at once, and homes on each database."""

import multiprocessing
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from small_library import small_library

from mir.catalogue.migrate import upgrade
from tests.crash.small_disk import ENVIRONMENT, MIR, TRACKS
from tests.postgres_cluster import PostgresCluster

Start = Callable[..., ForkServerProcess]


@pytest.fixture(scope="session")
def start() -> Start:
    """Start a function of `tests.crash.doomed` in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.doomed", "alembic.command"])

    def begin(work: Callable[..., None], *arguments: object) -> ForkServerProcess:
        house = Path(__file__).parents[2]
        before = os.environ.get("PYTHONPATH")
        os.environ["PYTHONPATH"] = f"{house}:{house / 'tests'}"  # for what is preloaded
        try:
            process = context.Process(target=work, args=arguments, daemon=True)
            process.start()
        finally:
            if before is None:
                del os.environ["PYTHONPATH"]
            else:
                os.environ["PYTHONPATH"] = before
        return process

    return begin


@pytest.fixture(params=["sqlite", "postgres"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Make a further database without any table, once on each kind."""
    made = iter(range(1000))
    if request.param == "sqlite":
        yield lambda: f"sqlite:///{tmp_path / f'{next(made)}.db'}"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    with ExitStack() as stack:
        yield lambda: cluster.url(stack.enter_context(cluster.database()))


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    """The URL of an empty catalogue, once on each kind of database."""
    made = new_url()
    upgrade(made)
    return made


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few little songs; to be read only."""
    folder = tmp_path_factory.mktemp("music")
    small_library(folder, tracks=TRACKS, formats=("wav",), seconds=1.2)
    return folder


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory, music: Path) -> Path:
    """A home in which `music` was indexed; to be copied."""
    home = tmp_path_factory.mktemp("indexed")
    subprocess.run([*MIR, "index", str(music), "--home", str(home)], env=ENVIRONMENT, check=True)
    return home
