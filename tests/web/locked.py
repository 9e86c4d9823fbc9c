"""A library with accounts behind its door, and how the tests come to it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mir.accounts import keys, people
from mir.accounts.passwords import Cost, Passwords
from mir.catalogue import users
from mir.catalogue.api_keys import Scope
from mir.engine import Engine
from tests.web.asking import client_of
from web.app import create_app
from web.door import Door
from web.limits import Buckets

CHEAP = Passwords(Cost(passes=1, memory=8, lanes=1))
PASSWORD = "correct horse battery"
OURS = {"Origin": "http://localhost"}  # as a browser says of what a page of ours sends


@dataclass
class Locked:
    """An application with two accounts: Ann, an admin, and bob, a listener."""

    engine: Engine
    now: datetime = datetime(2026, 5, 4, 12, tzinfo=UTC)
    seconds: float = 0.0  # of the clock by which limits go
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        with self.engine.catalogue.session() as session:
            people.create(session, "Ann", PASSWORD, self.now, CHEAP)
            people.create(session, "bob", PASSWORD, self.now, CHEAP)
        self.app = create_app(self.engine, door=self.door())

    def door(self) -> Door:
        """A door by the clocks of this library, with cheap hashes, that does nothing behind."""
        return Door(
            CHEAP,
            lambda: self.now,
            by_address=Buckets(10, 6.0, lambda: self.seconds),
            by_name=Buckets(20, 15.0, lambda: self.seconds),
            uploads=Buckets(30, 2.0, lambda: self.seconds),
            notes=Buckets(1, 60.0, lambda: self.seconds),
            behind=lambda work: work(),
        )

    def stranger(self) -> FlaskClient:
        """A browser that has not signed in."""
        return client_of(self.app)

    def signed_in(self, name: str, password: str = PASSWORD) -> FlaskClient:
        """A browser in which somebody has signed in."""
        client = self.stranger()
        answer = sign_in(client, name, password)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return client

    def key(self, name: str, scope: Scope) -> dict[str, str]:
        """The header of a new key of somebody."""
        with self.engine.catalogue.session() as session:
            made = keys.make(session, users.get(session, name), "a test", scope, self.now)
        return {"Authorization": f"Bearer {made.secret}"}

    def elsewhere(self, **changes: Any) -> Flask:
        """The application with other settings."""
        engine: Any = With(self.engine, **changes)
        return create_app(engine, door=self.door())


class With:
    """An engine with other settings."""

    def __init__(self, engine: Engine, **changes: Any) -> None:
        self._engine = engine
        self.settings = replace(engine.settings, **changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


def sign_in(client: FlaskClient, name: str, password: str = PASSWORD, **more: str) -> TestResponse:
    """What the server answers to the form of the page to sign in."""
    answer: TestResponse = client.post("/login", data={"name": name, "password": password, **more})
    return answer
