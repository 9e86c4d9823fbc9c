"""`--keep`: the answer of a command as a playlist, which keeps the question where it is one."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import click

from indexer.printing import print_json, say

if TYPE_CHECKING:
    from mir.catalogue.playlists import Playlist
    from mir.engine import Engine
    from mir.recommend.query_kinds import Query

R = TypeVar("R")


def keep_option(command: Callable[..., R]) -> Callable[..., R]:
    """Add `--keep`; the command gets it as `keep`."""
    return click.option(
        "--keep", metavar="NAME", help="Make a playlist of the answer, and print that instead."
    )(command)


def keep_query(engine: "Engine", name: str, query: "Query", as_json: bool) -> None:
    """Make a playlist of what the query finds, which keeps the query, and print it; MirError."""
    from mir.recommend import standing_query

    print_changed(standing_query.make(engine, name, query, datetime.now(UTC)), as_json, "made")


def print_changed(changed: "Playlist", as_json: bool, what: str) -> None:
    """Print what was done to a playlist: "made", "changed", "renamed", …"""
    from indexer.shapes import playlist_facts

    if as_json:
        print_json({what: playlist_facts(changed)})
    else:
        say(
            f"{what.capitalize()}: {changed.name} (id {changed.id}), {count_tracks(changed.count)}."
        )


def count_tracks(count: int) -> str:
    """As in "1 track" or "2 tracks"."""
    return f"{count} track" + ("" if count == 1 else "s")
