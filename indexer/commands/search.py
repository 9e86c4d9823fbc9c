"""`mir search`, `similar`, `next` and `path`: from a clip or from tracks to tracks."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.asking import Meant, listing_options, offset_option, seed_options
from indexer.commands.identify import say_recordings
from indexer.filter_options import Wanted, filter_options
from indexer.keeping import keep_option, keep_query, print_changed
from indexer.opening import opened
from indexer.options import count_option, home_option, json_option, why_option
from indexer.printing import Column, print_json, print_table, say
from mir.durations import clock

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
@why_option
@keep_option
@json_option
@home_option
def search(
    clip: Path,
    count: int,
    wanted: Wanted,
    whole_why: bool,
    keep: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Find the tracks that sound like CLIP, an audio file of any format.

    If CLIP is a piece of one of them, that is said first, as `mir identify` says it.
    A playlist that is kept of them cannot be refreshed, since the clip is forgotten.
    """
    from indexer.shapes import answer_shape
    from mir.catalogue import playlist_entries, playlists
    from mir.search.query import search_clip

    with opened(home) as engine:
        if keep is not None:
            playlists.checked_name(keep)
        answer = search_clip(engine, clip, wanted.filter(), count)
        if keep is not None:
            found = [hit.track.id for hit in answer.hits]
            with engine.catalogue.session() as session:
                made = playlist_entries.make(session, keep, found, datetime.now(UTC))
            print_changed(made, as_json, "made")
            return
    if as_json:
        print_json(answer_shape(answer.heard, answer.recognition, answer.hits))
        return
    if answer.recognition.among:
        say_recordings(answer.recognition.recordings)
    say(f"Heard {describe(answer.heard)}.")
    print_hits(answer.hits, whole_why)


@click.command()
@seed_options
@listing_options
@offset_option
@filter_options
@why_option
@keep_option
@json_option
@home_option
def similar(
    meant: Meant,
    listing: "Callable[[int], Listing]",
    offset: int,
    wanted: Wanted,
    whole_why: bool,
    keep: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Find the tracks that sound like the SEEDs, nearest first.

    A SEED is an id, a file, or words of title and artist. Versions of one recording come once,
    and none of a SEED itself.
    """
    from mir.recommend.query_kinds import Similar
    from mir.search.like import like

    with opened(home) as engine:
        asked = meant.resolved(engine), wanted.filter(), listing(offset)
        if keep is not None:
            keep_query(engine, keep, Similar.of(engine, *asked), as_json)
            return
        hits = like(engine, *asked)
    answer_with(hits, as_json, whole_why)


@click.command("next")
@seed_options
@listing_options
@filter_options
@why_option
@keep_option
@json_option
@home_option
def next_(
    meant: Meant,
    listing: "Callable[[], Listing]",
    wanted: Wanted,
    whole_why: bool,
    keep: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Say what to play after the SEEDs: ids, files, or words of title and artist."""
    from mir.recommend.next_tracks import next_tracks
    from mir.recommend.query_kinds import Next

    with opened(home) as engine:
        seeds = meant.resolved(engine)
        if keep is not None:
            query = Next.of(engine, seeds, wanted.filter(), listing())
            keep_query(engine, keep, query, as_json)
            return
        hits = next_tracks(engine, seeds, filter=wanted.filter(), listing=listing())
    answer_with(hits, as_json, whole_why)


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
@why_option
@keep_option
@json_option
@home_option
def path(
    start: str,
    end: str,
    steps: int,
    wanted: Wanted,
    whole_why: bool,
    keep: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Go from one track to another in small steps, each to a track that sounds like the last.

    FROM and TO are ids, files, or words of title and artist. Filters hold for the tracks between.
    """
    from mir.recommend.path import path as path_between
    from mir.recommend.query_kinds import Path as PathQuery

    with opened(home) as engine:
        first, last = resolved(engine, [start, end])
        asked = first, last, steps, wanted.filter()
        if keep is not None:
            keep_query(engine, keep, PathQuery.of(engine, *asked), as_json)
            return
        hits = path_between(engine, *asked)
    answer_with(hits, as_json, whole_why)


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


def print_hits(hits: "Sequence[Hit]", whole_why: bool = False) -> None:
    """Print hits as a table; `Match` is the share of the library that is less similar.

    It is empty where nothing was compared. Reasons are told in short, or all of them, each on a
    line of its own.
    """
    from mir.search.hits import percentage
    from mir.search.sentences import in_short

    rows = (
        (
            str(hit.track.id),
            "" if hit.why.percentile is None else percentage(hit.why.percentile),
            f"{hit.track.title}\n{', '.join(hit.track.artists) or 'unknown artist'}",
            clock(hit.track.seconds),
            "\n".join(hit.reasons) if whole_why else "; ".join(in_short(hit.why)),
        )
        for hit in hits
    )
    print_table(HIT_COLUMNS, rows, empty="No track matches; loosen the filter or index more music.")


def answer_with(hits: "Sequence[Hit]", as_json: bool, whole_why: bool) -> None:
    """Print hits as JSON or as a table, see `print_hits`."""
    from indexer.shapes import hits_shape

    if as_json:
        print_json(hits_shape(hits))
    else:
        print_hits(hits, whole_why)


def resolved(engine: "Engine", names: Sequence[str]) -> list[int]:
    """Return the ids of the tracks that are named; MirError for one that cannot be told."""
    from mir.catalogue import tracks

    with engine.catalogue.session() as session:
        return [tracks.resolve(session, name) for name in names]


def _percent(label: "Label") -> str:
    return f"{label.name} {label.probability:.0%}"
