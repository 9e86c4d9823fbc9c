"""`mir search`, `mir similar` and `mir next`: from a clip or from tracks to tracks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from indexer.opening import opened
from indexer.options import (
    Length,
    Wanted,
    count_option,
    filter_options,
    home_option,
    json_option,
    listener_option,
)
from indexer.printing import Column, clock, print_json, print_table, say

if TYPE_CHECKING:
    from mir.analysis import Label
    from mir.engine import Engine
    from mir.listen import Heard
    from mir.search.hits import Hit

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
@click.argument("track")
@count_option
@filter_options
@json_option
@home_option
def similar(track: str, count: int, wanted: Wanted, as_json: bool, home: Path | None) -> None:
    """Find the tracks that sound like TRACK: an id, a file, or words of its title and artist."""
    from mir.search.query import similar as similar_tracks

    with opened(home) as engine:
        (seed,) = _resolved(engine, [track])
        hits = similar_tracks(engine, seed, wanted.filter(), count)
    _print(hits, as_json)


@click.command("next")
@click.argument("seeds", nargs=-1, metavar="[SEED]…")
@listener_option
@click.option("--duration", type=Length(), help="Fill this time to within one track: 45m, 1h30m.")
@count_option
@filter_options
@json_option
@home_option
@click.pass_context
def next_(
    ctx: click.Context,
    seeds: tuple[str, ...],
    listener: str,
    duration: float | None,
    count: int,
    wanted: Wanted,
    as_json: bool,
    home: Path | None,
) -> None:
    """Say what to play next, from the SEEDs and from what the listener played.

    A SEED is an id, a file, or words of title and artist. Without any the plays alone say (see
    `mir plays`), and without plays it is a varied sample of the library. It stays the same for a
    day, while plays stay the same. --count limits a --duration only where it is given.
    """
    from mir.recommend.for_listener import Wish, recommend

    given = ctx.get_parameter_source("count") != ParameterSource.DEFAULT
    now = datetime.now(UTC)
    with opened(home) as engine:
        wish = Wish(
            listener=listener,
            seeds=tuple(_resolved(engine, seeds)),
            filter=wanted.filter(),
            count=count if given or duration is None else None,
            seconds=duration,
        )
        hits = recommend(engine, wish, now, now.toordinal())
    _print(hits, as_json)


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
    """Print hits as a table."""
    rows = (
        (
            str(hit.track.id),
            f"{max(0.0, hit.score):.0%}",
            f"{hit.track.title}\n{', '.join(hit.track.artists) or 'unknown artist'}",
            clock(hit.track.seconds),
            "; ".join(hit.reasons),
        )
        for hit in hits
    )
    print_table(HIT_COLUMNS, rows, empty="No track matches; loosen the filter or index more music.")


def _print(hits: "Sequence[Hit]", as_json: bool) -> None:
    from indexer.shapes import hits_shape

    if as_json:
        print_json(hits_shape(hits))
    else:
        print_hits(hits)


def _resolved(engine: "Engine", names: Sequence[str]) -> list[int]:
    from mir.catalogue import tracks

    with engine.catalogue.session() as session:
        return [tracks.resolve(session, name) for name in names]


def _percent(label: "Label") -> str:
    return f"{label.name} {label.probability:.0%}"
