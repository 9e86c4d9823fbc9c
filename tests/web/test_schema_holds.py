"""Every operation of the API, asked with what its description allows and with what it does not.

Schemathesis makes the requests from the OpenAPI document. No answer may be an error of the server's
own, and each has a status, a type and a shape that is described.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from small_library import small_library

from mir.catalogue import users
from mir.engine import Engine
from tests.web.asking import fill, open_library
from tests.web.locked import CHEAP, Locked
from web.api.docs import document
from web.app import bare_app, create_app
from web.door import Door
from web.limits import Buckets
from web.streaming import Streams

EXAMPLES = 4
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
TOLD = document(bare_app())
OPERATIONS = [(path, method.upper()) for path, item in TOLD["paths"].items() for method in item]


@dataclass(frozen=True, slots=True)
class Described:
    """An application with its description, as Schemathesis reads it, and the library behind."""

    engine: Engine
    schema: Any

    @classmethod
    def of(cls, engine: Engine, app: Flask) -> Self:
        """That application as it describes itself."""
        schema = schemathesis.openapi.from_dict(TOLD)
        schema.app = app
        return cls(engine, schema)

    def asked(self, path: str, method: str, examples: int = EXAMPLES) -> list[int]:
        """Ask an operation what it may be asked and what not, and return the statuses."""
        statuses = []
        for mode in GenerationMode:
            cases = self.schema[path][method].as_strategy(generation_mode=mode)

            @settings(
                max_examples=examples,
                derandomize=True,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            )
            @given(case=cases)
            def ask(case: Any) -> None:
                statuses.append(case.call_and_validate(checks=CHECKS).status_code)

            with suppress(Unsatisfiable):  # where nothing is taken, nothing wrong can be sent
                ask()
        return statuses


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """A server over two tracks, whose streams end at once."""
    home = tmp_path_factory.mktemp("schema")
    with open_library(home / "home") as engine:
        fill(engine, small_library(home / "music", tracks=2, formats=("flac",), seconds=3.0))
        plenty = Buckets(10_000, 0.001)
        door = Door(CHEAP, by_address=plenty, by_name=plenty, uploads=plenty)
        yield Described.of(engine, create_app(engine, door=door, streams=Streams(seconds=0)))


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_an_operation_keeps_to_its_description(opened: Described, path: str, method: str) -> None:
    assert opened.asked(path, method)
    with opened.engine.catalogue.session() as session:
        for user in users.listing(session):  # the first account would lock all others out
            users.remove(session, user.id)


def test_behind_the_door_no_operation_answers_a_stranger(locked: Locked) -> None:
    door = Described.of(locked.engine, locked.app)
    for path, method in OPERATIONS:
        scope = TOLD["paths"][path][method.lower()]["security"]
        statuses = set(door.asked(path, method, examples=1))
        assert statuses == {401} if scope else max(statuses) < 500, (path, method)
