"""`mir related`: the artists of the library who go with one."""

from datetime import UTC, datetime
from pathlib import Path

import click

from indexer.commands.recommend import PATIENT
from indexer.opening import opened
from indexer.options import MAX_COUNT, home_option, json_option
from indexer.printing import Column, print_json, print_table


@click.command()
@click.argument("artist")
@click.option(
    "--count",
    type=click.IntRange(1, MAX_COUNT),
    default=10,
    show_default=True,
    help="How many artists to answer with.",
)
@json_option
@home_option
def related(artist: str, count: int, as_json: bool, home: Path | None) -> None:
    """Name the artists who go with ARTIST, best first.

    By the sound of their tracks and, where several listeners play both, by that. Match is the share
    of the library's artists whose sound is less near.
    """
    from indexer.shapes import related_shape
    from mir.recommend.related import related_artists
    from mir.search.hits import percentage
    from mir.search.sentences import in_short

    with opened(home) as engine:
        found = related_artists(engine, artist, datetime.now(UTC), count, PATIENT)
    if as_json:
        print_json(related_shape(found))
        return
    print_table(
        (
            Column("Match", right=True),
            Column("Artist", flexible=True),
            Column("Tracks", right=True),
            Column("Why", flexible=True),
        ),
        (
            (
                percentage(each.similarity),
                each.name,
                str(each.tracks),
                "; ".join(in_short(each.why)),
            )
            for each in found
        ),
        empty="There is no other artist; index more music.",
    )
