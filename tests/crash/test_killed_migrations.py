"""A migration that is killed at any moment has happened wholly or not at all."""

import random
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, text

from mir.catalogue.migrate import schema_revision
from mir.catalogue.session import database_url
from mir.catalogue.tables import SCHEMA
from tests.catalogue.test_catalogue_migrations import first_library
from tests.crash.checks import assert_sound_database
from tests.crash.doomed import upgrade

Start = Callable[..., ForkServerProcess]
Rows = dict[str, list[tuple[Any, ...]]]

SEED = 20_260_301
KILLS = 4  # on each kind of database, from each schema


@pytest.mark.parametrize("first", ["0001", "0002"])
def test_a_killed_migration_leaves_the_old_schema_or_the_new_one(
    start: Start, new_url: Callable[[], str], first: str
) -> None:
    draw = random.Random(SEED)
    whole = filled(new_url(), first)
    before = rows(whole)
    usual = 0.0
    for _ in range(2):  # the first one also waits for what is preloaded
        whole = filled(new_url(), first)
        begun = time.monotonic()
        process = start(upgrade, whole)
        process.join()
        usual = time.monotonic() - begun
        assert process.exitcode == 0
    after = rows(whole)
    kills = 0
    url = filled(new_url(), first)
    while kills < KILLS:
        process = start(upgrade, url)
        time.sleep(draw.uniform(0.0, usual))
        process.kill()
        process.join()
        kills += process.exitcode == -9
        assert_sound_database(url)
        revision = schema_revision(url)
        told = f"seed {SEED}, kill {kills}, schema {revision}"
        assert revision in (first, SCHEMA), told
        assert rows(url) == (before if revision == first else after), told
        if revision == SCHEMA:
            usual *= 0.9
            url = filled(new_url(), first)
    upgrade(url)
    assert rows(url) == after


def filled(url: str, revision: str) -> str:
    """Give the database that schema, and a library that came with the first one."""
    upgrade(url, "0001")
    engine = create_engine(database_url(url))
    with engine.begin() as connection:
        for statement, values in first_library():
            connection.execute(text(statement), values)
    engine.dispose()
    upgrade(url, revision)
    return url


def rows(url: str) -> Rows:
    """All rows of all tables, in an order that does not depend on the database."""
    engine = create_engine(database_url(url))
    with engine.connect() as connection:
        found = {
            table: sorted(
                (tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))), key=repr
            )
            for table in sorted(inspect(connection).get_table_names())
        }
    engine.dispose()
    return found
