"""`mir search`, `similar`, `next` and `path`: from a clip or from tracks to tracks."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.asking import Meant, listing_options, offset_option, seed_options
from indexer.filter_options import Wanted, filter_options
from indexer.opening import opened
from indexer.options import count_option, home_option, json_option
from indexer.printing import Column, clock, print_json, print_table, say

if TYPE_CHECKING:
    from mir.analysis import Label
    from mir.engine import Engine
    from mir.listen import Heard
    from mir.search.hits import Hit
    from mir.search.listing import Listing

HIT_COLUMNS = (
    Column("Id", right=True),
    Column("Match", right=True),
    Column("Track", flexible=True),
    Column("Length", right=True),
    Column("Why", flexible=True),
)


@click.command()
@click.argument("clip", type=click.Path(path_type=Path))
@count_option
@filter_options
@json_option
@home_option
def search(clip: Path, count: int, wanted: Wanted, as_json: bool, home: Path | None) -> None:
    """Find the tracks that sound like CLIP, an audio file of any length and format."""
    from indexer.shapes import answer_shape
    from mir.search.query import search_clip

    with opened(home) as engine:
        answer = search_clip(engine, clip, wanted.filter(), count)
    if as_json:
        print_json(answer_shape(answer.heard, answer.hits))
        return
    say(f"Heard {describe(answer.heard)}.")
    print_hits(answer.hits)


@click.command()
@seed_options
@listing_options
@offset_option
@filter_options
@json_option
@home_option
def similar(
    meant: Meant,
    listing: "Callable[[int], Listing]",
    offset: int,
    wanted: Wanted,
    as_json: bool,
    home: Path | None,
) -> None:
    """Find the tracks that sound like the SEEDs, nearest first.

    A SEED is an id, a file, or words of title and artist. Versions of one recording come once,
    and none of a SEED itself.
    """
    from mir.search.like import like

    with opened(home) as engine:
        hits = like(engine, meant.resolved(engine), wanted.filter(), listing(offset))
    answer_with(hits, as_json)


@click.command("next")
@seed_options
@listing_options
@filter_options
@json_option
@home_option
def next_(
    meant: Meant,
    listing: "Callable[[], Listing]",
    wanted: Wanted,
    as_json: bool,
    home: Path | None,
) -> None:
    """Say what to play after the SEEDs: ids, files, or words of title and artist."""
    from mir.recommend.next_tracks import next_tracks

    with opened(home) as engine:
        seeds = meant.resolved(engine)
        hits = next_tracks(engine, seeds, filter=wanted.filter(), listing=listing())
    answer_with(hits, as_json)


@click.command()
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="TO")
@click.option(
    "--steps",
    type=click.IntRange(1, 50),
    default=10,
    show_default=True,
    help="How many steps: ten lead over nine tracks between the two.",
)
@filter_options
@json_option
@home_option
def path(
    start: str, end: str, steps: int, wanted: Wanted, as_json: bool, home: Path | None
) -> None:
    """Go from one track to another in small steps, each to a track that sounds like the last.

    FROM and TO are ids, files, or words of title and artist. Filters hold for the tracks between.
    """
    from mir.recommend.path import path as path_between

    with opened(home) as engine:
        first, last = resolved(engine, [start, end])
        hits = path_between(engine, first, last, steps, wanted.filter())
    answer_with(hits, as_json)


def describe(heard: "Heard") -> str:
    """Say in one sentence what was heard."""
    hearing = heard.hearing
    parts = [clock(heard.seconds)]
    if hearing.genres:
        sure = "perhaps " if hearing.uncertain else ""
        parts.append(sure + ", ".join(_percent(label) for label in hearing.genres))
    if heard.descriptors.tempo:
        parts.append(f"{heard.descriptors.tempo:.0f} BPM")
    if heard.descriptors.key:
        parts.append(f"{heard.descriptors.key} {heard.descriptors.mode or ''}".strip())
    return "; ".join(parts)


def print_hits(hits: "Sequence[Hit]") -> None:
    """Print hits as a table; `Match` is the share of the library that is less similar."""
    from mir.search.hits import percentage

    rows = (
        (
            str(hit.track.id),
            percentage(hit.similarity),
            f"{hit.track.title}\n{', '.join(hit.track.artists) or 'unknown artist'}",
            clock(hit.track.seconds),
            "; ".join(hit.reasons),
        )
        for hit in hits
    )
    print_table(HIT_COLUMNS, rows, empty="No track matches; loosen the filter or index more music.")


def answer_with(hits: "Sequence[Hit]", as_json: bool) -> None:
    """Print hits as JSON or as a table."""
    from indexer.shapes import hits_shape

    if as_json:
        print_json(hits_shape(hits))
    else:
        print_hits(hits)


def resolved(engine: "Engine", names: Sequence[str]) -> list[int]:
    """Return the ids of the tracks that are named; MirError for one that cannot be told."""
    from mir.catalogue import tracks

    with engine.catalogue.session() as session:
        return [tracks.resolve(session, name) for name in names]


def _percent(label: "Label") -> str:
    return f"{label.name} {label.probability:.0%}"
