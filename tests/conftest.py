"""Fixtures that tests of several rooms share: a clean catalogue on each database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from mir.catalogue.session import Catalogue, open_catalogue
from tests.postgres_cluster import (  # noqa: F401 (fixtures are found by name)
    PostgresCluster,
    postgres,
    postgres_template,
    sqlite_template,
)

# How long an example takes says how busy the machine is. Each run draws other examples: few in a
# run that is made often.
settings.register_profile("mir", deadline=None, max_examples=30)
settings.load_profile("mir")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:  # noqa: F811
    """The URL of an empty catalogue in SQLite."""
    shutil.copy(sqlite_template, tmp_path / "catalogue.db")
    return f"sqlite:///{tmp_path / 'catalogue.db'}"


@pytest.fixture
def postgres_url(postgres: PostgresCluster, postgres_template: str) -> Iterator[str]:  # noqa: F811
    """The URL of an empty catalogue in Postgres."""
    with postgres.database(postgres_template) as name:
        yield postgres.url(name)


@pytest.fixture(params=["sqlite", "postgres"])
def catalogue_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty catalogue, once on each database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def catalogue(catalogue_url: str) -> Iterator[Catalogue]:
    """An empty catalogue, once on each database."""
    opened = open_catalogue(catalogue_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_catalogue(sqlite_url: str) -> Iterator[Catalogue]:
    """An empty catalogue in SQLite, for tests to which the database does not matter."""
    opened = open_catalogue(sqlite_url)
    yield opened
    opened.close()
