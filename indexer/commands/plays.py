"""`mir plays`: what listeners did, one after the other, and how to take it back."""

from pathlib import Path

import click
from click.core import ParameterSource

from indexer.opening import opened
from indexer.options import home_option, json_option, listener_option, page_options
from indexer.printing import Column, print_json, print_page, say
from mir.durations import clock


@click.group(invoke_without_command=True, subcommand_metavar="[COMMAND]")
@listener_option
@page_options
@json_option
@home_option
@click.pass_context
def plays(
    ctx: click.Context, listener: str, limit: int, offset: int, as_json: bool, home: Path | None
) -> None:
    """List what a listener heard, liked, disliked and skipped; the latest first.

    Players send it to `POST /api/v1/plays`; `mir recommend` goes by it. It stays when a track
    leaves the library, and counts again when the track comes back.
    """
    if ctx.invoked_subcommand is not None:
        if any(ctx.get_parameter_source(name) != ParameterSource.DEFAULT for name in ctx.params):
            raise click.UsageError(f"Write the options behind {ctx.invoked_subcommand}.")
        return
    from indexer.shapes import plays_shape
    from mir.catalogue import plays as catalogue_plays
    from mir.catalogue import tracks

    with opened(home) as engine, engine.catalogue.session() as session:
        page = catalogue_plays.listing(session, listener, offset=offset, limit=limit)
        known = tracks.get_many(session, [play.track for play in page.items if play.track])
        others = catalogue_plays.listeners(session)
    if as_json:
        print_json(plays_shape(page, offset))
        return
    print_page(
        (
            Column("Id", right=True),
            Column("When (UTC)"),
            Column("What"),
            Column("Track", flexible=True),
            Column("Heard", right=True),
        ),
        (
            (
                str(play.id),
                f"{play.at:%Y-%m-%d %H:%M}",
                play.kind,
                f"{known[play.track].title}\n{', '.join(known[play.track].artists)}"
                if play.track in known
                else "not in the library",
                "" if play.seconds is None else clock(play.seconds),
            )
            for play in page.items
        ),
        page,
        offset,
        empty=_none(others, listener),
    )


@plays.command()
@click.argument("ids", nargs=-1, required=True, type=click.IntRange(1), metavar="ID…")
@json_option
@home_option
def undo(ids: tuple[int, ...], as_json: bool, home: Path | None) -> None:
    """Take plays back, by their ids; all of them, or none if one is not there."""
    from indexer.shapes import play_shape
    from mir.catalogue import plays as catalogue_plays

    with opened(home) as engine, engine.catalogue.session() as session:
        undone = [catalogue_plays.undo(session, each) for each in dict.fromkeys(ids)]
    if as_json:
        print_json({"plays": [play_shape(play) for play in undone]})
        return
    for play in undone:
        say(f"Taken back: {play.kind} of {play.title or 'a track that is not in the library'}.")


@plays.command()
@listener_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@home_option
def erase(listener: str, yes: bool, as_json: bool, home: Path | None) -> None:
    """Forget all that a listener did, for good."""
    from mir.catalogue import plays as catalogue_plays

    with opened(home) as engine:
        with engine.catalogue.session() as session:
            total = catalogue_plays.listing(session, listener, limit=1).total
        if total and not yes:
            whose = f"of {listener!r}" if listener else "of the listener without a name"
            click.confirm(
                f"Erase all {total} plays {whose}? They do not come back.", abort=True, err=True
            )
        with engine.catalogue.session() as session:
            erased = catalogue_plays.erase(session, listener)
    if as_json:
        print_json({"changed": erased})
    else:
        say(f"Erased {erased} plays.")


def _none(others: dict[str, int], listener: str) -> str:
    """Return what stands for an empty list."""
    named = [name for name in others if name and name != listener]
    if not named:
        return "No plays yet: players send them to POST /api/v1/plays."
    return f"No plays here; see --listener {' or '.join(repr(name) for name in named[:5])}."
