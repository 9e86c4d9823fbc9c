"""`mir failures`: the files that could not be analysed, and what is to be done with them."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from indexer.opening import opened
from indexer.options import home_option, json_option, page_options
from indexer.printing import Column, print_json, print_page, say

if TYPE_CHECKING:
    from mir.catalogue.failures import StoredFailure
    from mir.catalogue.session import Session

_IDS = click.argument("ids", nargs=-1, required=True, type=click.IntRange(1), metavar="ID…")


@click.group(invoke_without_command=True, subcommand_metavar="[COMMAND]")
@click.option("--ignored", is_flag=True, help="List those that are ignored instead.")
@page_options
@json_option
@home_option
@click.pass_context
def failures(
    ctx: click.Context, ignored: bool, limit: int, offset: int, as_json: bool, home: Path | None
) -> None:
    """List the files that could not be analysed, and why; the latest first.

    "again" stands at those that the next run tries whatever they look like. A file is tried again
    when it changes; one that could not be read, or that ended its worker, is tried again in every
    run. The commands below say otherwise for single files.
    """
    if ctx.invoked_subcommand is not None:
        if any(ctx.get_parameter_source(name) != ParameterSource.DEFAULT for name in ctx.params):
            raise click.UsageError(f"Write the options behind {ctx.invoked_subcommand}.")
        return
    from indexer.shapes import failures_shape
    from mir.catalogue.failures import COUNTED, count, listing

    with opened(home) as engine, engine.catalogue.session() as session:
        page = listing(
            session, states=("ignored",) if ignored else COUNTED, offset=offset, limit=limit
        )
        left_out = count(session, ("ignored",))
    if as_json:
        print_json(failures_shape(page, offset))
        return
    print_page(
        (
            Column("Id", right=True),
            Column("When"),
            Column("Stage"),
            Column("File", flexible=True),
            Column("Reason", flexible=True),
        ),
        (
            (
                str(each.id),
                f"{each.failed_at:%Y-%m-%d}",
                f"{each.stage}\nagain" if each.state == "again" else each.stage,
                str(each.path),
                each.reason,
            )
            for each in page.items
        ),
        page,
        offset,
        empty=_none(ignored, left_out),
    )


@failures.command()
@click.argument("ids", nargs=-1, type=click.IntRange(1), metavar="[ID]…")
@click.option("--all", "every", is_flag=True, help="All that are listed, but none that is ignored.")
@json_option
@home_option
def retry(ids: tuple[int, ...], every: bool, as_json: bool, home: Path | None) -> None:
    """Have the next index run try files again, whatever they look like."""
    from mir.catalogue import failures as catalogue_failures

    if every == bool(ids):
        raise click.UsageError("Name the failures by their ids, or all of them with --all.")
    if not every:
        _change(ids, catalogue_failures.retry, as_json, home, "The next `mir index` tries")
        return
    with opened(home) as engine, engine.catalogue.session() as session:
        changed = catalogue_failures.retry_all(session)
    if as_json:
        print_json({"changed": changed})
    else:
        say(f"The next `mir index` tries all {changed} again.")


@failures.command()
@_IDS
@json_option
@home_option
def ignore(ids: tuple[int, ...], as_json: bool, home: Path | None) -> None:
    """Count and try files no more, until they change."""
    from mir.catalogue.failures import ignore as ignore_one

    _change(ids, ignore_one, as_json, home, "Ignored until it changes:")


@failures.command()
@_IDS
@json_option
@home_option
def restore(ids: tuple[int, ...], as_json: bool, home: Path | None) -> None:
    """Take back `retry` or `ignore`: ordinary failures again."""
    from mir.catalogue.failures import restore as restore_one

    _change(ids, restore_one, as_json, home, "An ordinary failure again:")


def _none(ignored: bool, left_out: int) -> str:
    """Return what stands for an empty list."""
    if ignored:
        return "No failures are ignored."
    if left_out:
        return f"No failures but {left_out} ignored (`mir failures --ignored`)."
    return "No failures: every file was analysed."


def _change(
    ids: tuple[int, ...],
    change: "Callable[[Session, int], StoredFailure]",
    as_json: bool,
    home: Path | None,
    said: str,
) -> None:
    """Change all of these failures, or none if one of them is not there."""
    from indexer.shapes import failure_shape

    with opened(home) as engine, engine.catalogue.session() as session:
        changed = [change(session, each) for each in dict.fromkeys(ids)]
    if as_json:
        print_json({"failures": [failure_shape(each) for each in changed]})
    else:
        for each in changed:
            say(f"{said} {each.path}")
