"""`mir key`: the keys by which programs ask the API."""

from datetime import UTC, datetime
from pathlib import Path

import click

from indexer.opening import opened
from indexer.options import home_option, json_option
from indexer.printing import Column, print_json, print_table, say


@click.group()
def key() -> None:
    """Make, list and revoke keys for programs.

    A program sends its key with each request, as `Authorization: Bearer KEY`.
    """


@key.command()
@click.argument("name")
@click.option("--user", "of", required=True, metavar="USER", help="Whose it is to be.")
@click.option(
    "--scope",
    type=click.Choice(("read", "write", "admin")),
    default="read",
    show_default=True,
    help="read: ask; write: send plays and change playlists, too; admin: change the library, too.",
)
@json_option
@home_option
def add(name: str, of: str, scope: str, as_json: bool, home: Path | None) -> None:
    """Make a key, NAMEd for what it is for, and print it; it is shown this once."""
    from indexer.account_shapes import key_shape
    from mir.accounts import keys
    from mir.catalogue import users

    with opened(home) as engine, engine.catalogue.session() as session:
        owner = users.get(session, of)
        made = keys.make(session, owner, name, scope, datetime.now(UTC))  # type: ignore[arg-type]
    if as_json:
        print_json({**key_shape(made.key), "secret": made.secret})
    else:
        click.echo(made.secret)
        click.echo("Keep it now: it is not shown again.", err=True)


@key.command("list")
@click.option("--user", "of", metavar="USER", help="Only this user's.")
@json_option
@home_option
def list_keys(of: str | None, as_json: bool, home: Path | None) -> None:
    """List the keys, the newest first, without their secrets."""
    from indexer.account_shapes import key_shape
    from mir.catalogue import api_keys, users

    with opened(home) as engine, engine.catalogue.session() as session:
        owner = None if of is None else users.get(session, of).id
        known = api_keys.listing(session, owner)
    if as_json:
        print_json({"keys": [key_shape(each) for each in known]})
        return
    print_table(
        (
            Column("Id", right=True),
            Column("Name", flexible=True),
            Column("User"),
            Column("Scope"),
            Column("Made (UTC)"),
            Column("Last used"),
        ),
        (
            (
                str(each.id),
                each.name,
                each.user,
                each.scope if each.revoked_at is None else "revoked",
                f"{each.created_at:%Y-%m-%d}",
                "never" if each.used_at is None else f"{each.used_at:%Y-%m-%d %H:%M}",
            )
            for each in known
        ),
        empty="No keys; make one with mir key add NAME --user USER.",
    )


@key.command()
@click.argument("ids", nargs=-1, required=True, type=click.IntRange(1), metavar="ID…")
@json_option
@home_option
def revoke(ids: tuple[int, ...], as_json: bool, home: Path | None) -> None:
    """Make keys good for nothing, by their ids; all of them, or none if one is not there."""
    from indexer.account_shapes import key_shape
    from mir.catalogue import api_keys

    now = datetime.now(UTC)
    with opened(home) as engine, engine.catalogue.session() as session:
        gone = [api_keys.revoke(session, each, now) for each in dict.fromkeys(ids)]
    if as_json:
        print_json({"revoked": [key_shape(each) for each in gone]})
        return
    for each in gone:
        say(f"Revoked: {each.name} of {each.user}.")
