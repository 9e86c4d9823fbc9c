"""`mir user` and `mir key`: accounts made, changed and removed; no secret is an argument."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from indexer.cli import cli
from indexer.commands.user import user
from mir.accounts.passwords import Cost, Passwords
from mir.catalogue import users
from mir.catalogue.session import open_catalogue

Mir = Callable[..., Result]
CHEAP = Passwords(Cost(passes=1, memory=8, lanes=1))


@pytest.fixture
def mir(home: Path, monkeypatch: pytest.MonkeyPatch) -> Mir:
    """Run a command on an empty home, with cheap hashes."""
    for name in [name for name in os.environ if name.startswith("MIR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("mir.accounts.passwords.Passwords", lambda: CHEAP)

    def run(*arguments: object, status: int = 0, typed: str | None = None) -> Result:
        result = CliRunner().invoke(cli, [*map(str, arguments), "--home", str(home)], input=typed)
        assert result.exit_code == status, result.output
        return result

    return run


def test_the_first_account_is_an_admins(mir: Mir, home: Path) -> None:
    assert "asks for none" in mir("user", "list").stdout
    said = mir("user", "add", "Ann", typed="ten letters\nmore\n").stdout
    assert said == "Ann may sign in as admin.\n"
    assert json.loads(mir("user", "add", "bob", "--json", typed="ten letters").stdout)["role"] == (
        "listener"
    )
    mir("user", "add", "cy", "--role", "admin", typed="ten letters\r\n")
    listed = json.loads(mir("user", "list", "--json").stdout)["users"]
    assert [(each["name"], each["role"]) for each in listed] == [
        ("Ann", "admin"),
        ("bob", "listener"),
        ("cy", "admin"),
    ]
    catalogue = open_catalogue(f"sqlite:///{home / 'catalogue.db'}")
    with catalogue.session() as session:
        for name in ("ann", "bob", "cy"):
            assert CHEAP.matches(users.get(session, name).password_hash, "ten letters")
    catalogue.close()


def test_a_password_is_changed(mir: Mir, home: Path) -> None:
    mir("user", "add", "ann", typed="ten letters")
    assert "signed out everywhere" in mir("user", "password", "ANN", typed="other letters").stdout
    catalogue = open_catalogue(f"sqlite:///{home / 'catalogue.db'}")
    with catalogue.session() as session:
        assert CHEAP.matches(users.get(session, "ann").password_hash, "other letters")
    catalogue.close()


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("user", "add", "ann"), "short", "5 characters"),
        (("user", "add", "ann"), "", "0 characters"),
        (("user", "add", " "), "ten letters", "no name"),
        (("user", "remove", "eve"), "", "no user 'eve'"),
        (("user", "password", "eve"), "ten letters", "no user 'eve'"),
        (("key", "add", "x", "--user", "eve"), "", "no user 'eve'"),
        (("key", "revoke", 7), "", "no key 7"),
    ],
)
def test_what_cannot_be_done_is_said(
    mir: Mir, arguments: tuple[object, ...], typed: str, said: str
) -> None:
    assert said in mir(*arguments, typed=typed, status=1).stderr
    assert json.loads(mir("user", "list", "--json").stdout) == {"users": []}


def test_a_key_is_shown_once(mir: Mir) -> None:
    mir("user", "add", "ann", typed="ten letters")
    made = mir("key", "add", "a player", "--user", "ann")
    assert made.stdout.startswith("mir_")
    assert "not shown again" in made.stderr
    other = json.loads(mir("key", "add", "b", "--user", "ann", "--scope", "admin", "--json").stdout)
    assert other["secret"].startswith("mir_")
    listed = mir("key", "list").stdout
    assert made.stdout.strip() not in listed
    assert "never" in listed
    keys = json.loads(mir("key", "list", "--user", "ann", "--json").stdout)["keys"]
    assert [(key["name"], key["scope"]) for key in keys] == [("b", "admin"), ("a player", "read")]
    assert all("secret" not in key for key in keys)
    assert "Revoked: b of ann." in mir("key", "revoke", keys[0]["id"]).stdout
    assert "revoked" in mir("key", "list").stdout
    mir("user", "remove", "ann")
    assert json.loads(mir("key", "list", "--json").stdout) == {"keys": []}


def test_what_was_kept_before_goes_to_who_adopts_it(mir: Mir, home: Path) -> None:
    mir("user", "add", "Ann", typed="ten letters")
    mir("playlist", "make", "Evening")
    assert "1 playlists from before" in mir("user", "add", "bob", typed="ten letters").stdout
    assert mir("user", "adopt", "ann").stdout == "Ann got 0 plays and 1 playlists.\n"
    assert json.loads(mir("user", "adopt", "bob", "--json").stdout) == {"plays": 0, "playlists": 0}
    assert "eve" in mir("user", "adopt", "eve", status=1).stderr


def test_no_command_takes_a_password_as_an_argument() -> None:
    for command in user.commands.values():
        assert {each.name for each in command.params} <= {"name", "role", "as_json", "home"}
