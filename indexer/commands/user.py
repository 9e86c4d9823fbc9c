"""`mir user`: who may sign in where the server asks for it."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from indexer.opening import opened
from indexer.options import home_option, json_option
from indexer.printing import Column, print_json, print_table, say


@click.group()
def user() -> None:
    """Add, list and remove those who may sign in.

    As soon as there is one account, all pages and the API ask for a name and password, or for a
    key (`mir key`); without any the server answers on this machine only, and asks for none. A
    user has the plays and playlists of the listener of the same name.
    """


@user.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(("admin", "listener")),
    help="A listener searches, plays and keeps playlists; an admin changes the library, too "
    "(default: admin for the first account, listener for others).",
)
@json_option
@home_option
def add(name: str, role: str | None, as_json: bool, home: Path | None) -> None:
    """Make an account for NAME; asks for the password, or reads it as a line of the input."""
    from indexer.account_shapes import user_shape
    from mir.accounts import people
    from mir.accounts.passwords import Passwords
    from mir.catalogue import adopting

    password = _new_password()
    with opened(home) as engine, engine.catalogue.session() as session:
        made = people.create(session, name, password, datetime.now(UTC), Passwords(), role)  # type: ignore[arg-type]
        left = adopting.unowned(session)
    if as_json:
        print_json(user_shape(made))
    else:
        say(f"{made.name} may sign in as {made.role}.")
        if left.plays or left.playlists:
            say(
                f"{left.plays} plays and {left.playlists} playlists from before there were "
                f"accounts are nobody's; 'mir user adopt {made.name}' makes them theirs."
            )


@user.command("list")
@json_option
@home_option
def list_users(as_json: bool, home: Path | None) -> None:
    """List the accounts."""
    from indexer.account_shapes import user_shape
    from mir.catalogue import users

    with opened(home) as engine, engine.catalogue.session() as session:
        known = users.listing(session)
    if as_json:
        print_json({"users": [user_shape(each) for each in known]})
        return
    print_table(
        (Column("Name", flexible=True), Column("Role"), Column("Since (UTC)")),
        ((each.name, each.role, f"{each.created_at:%Y-%m-%d %H:%M}") for each in known),
        empty="No accounts: the server answers on this machine only, and asks for none.",
    )


@user.command()
@click.argument("name")
@json_option
@home_option
def remove(name: str, as_json: bool, home: Path | None) -> None:
    """Remove the account of NAME, with its sessions and keys; plays and playlists stay."""
    from indexer.account_shapes import user_shape
    from mir.accounts import people

    with opened(home) as engine, engine.catalogue.session() as session:
        gone = people.remove(session, name)
    if as_json:
        print_json({"removed": user_shape(gone)})
    else:
        say(f"{gone.name} may not sign in any more.")


@user.command()
@click.argument("name")
@json_option
@home_option
def password(name: str, as_json: bool, home: Path | None) -> None:
    """Give NAME another password, asked for as `add` does; ends all their sessions."""
    from indexer.account_shapes import user_shape
    from mir.accounts import people
    from mir.accounts.passwords import Passwords
    from mir.catalogue import users

    with opened(home) as engine:
        with engine.catalogue.session() as session:
            known = users.get(session, name)
        new = _new_password()
        with engine.catalogue.session() as session:
            people.set_password(session, known, new, Passwords())
    if as_json:
        print_json({"changed": user_shape(known)})
    else:
        say(f"{known.name} has a new password, and is signed out everywhere.")


@user.command()
@click.argument("name")
@json_option
@home_option
def adopt(name: str, as_json: bool, home: Path | None) -> None:
    """Give NAME the plays and playlists of the listener without a name.

    Those are what was played and kept before there were accounts; signed in, nobody sees them.
    """
    from mir.catalogue import adopting, users

    with opened(home) as engine, engine.catalogue.session() as session:
        known = users.get(session, name)
        got = adopting.adopt(session, known.name)
    if as_json:
        print_json(got)
    else:
        say(f"{known.name} got {got.plays} plays and {got.playlists} playlists.")


def _new_password() -> str:
    """Ask twice on a terminal; else take the first line, so that scripts name it nowhere."""
    if sys.stdin.isatty():
        asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")
