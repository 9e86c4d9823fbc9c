"""`mir recommend`: what a listener may want to hear next, from what they played."""

from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from indexer.asking import SHARE, Meant, optional_seed_options
from indexer.commands.search import answer_with
from indexer.filter_options import Wanted, filter_options
from indexer.keeping import keep_option, keep_query
from indexer.opening import opened
from indexer.options import Length, count_option, home_option, json_option, why_option

PATIENT = 60.0  # seconds for learning from other listeners: nobody asks this process twice


@click.command()
@optional_seed_options
@click.option("--duration", type=Length(), help="Fill this time to within one track: 45m, 1h30m.")
@click.option(
    "--explore",
    type=SHARE,
    default=0.1,
    show_default=True,
    help="Share of tracks further away, never played.",
)
@count_option
@filter_options
@why_option
@keep_option
@json_option
@home_option
@click.pass_context
def recommend(
    ctx: click.Context,
    meant: Meant,
    duration: float | None,
    explore: float,
    count: int,
    wanted: Wanted,
    whole_why: bool,
    keep: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Say what to play next, from what the listener played and from the SEEDs.

    A SEED is an id, a file, or words of title and artist. Without any the plays alone say (see
    `mir plays`), and without plays it is a varied sample of the library. It stays the same for a
    day, while plays stay the same. --count limits a --duration only where it is given.
    """
    from mir.recommend.for_listener import Wish
    from mir.recommend.for_listener import recommend as recommend_for
    from mir.recommend.query_kinds import Recommended

    given = ctx.get_parameter_source("count") != ParameterSource.DEFAULT
    now = datetime.now(UTC)
    with opened(home) as engine:
        seeds = meant.resolved(engine)
        wish = Wish(
            listener=wanted.listener,
            seeds=seeds.tracks,
            artists=seeds.artists,
            albums=seeds.albums,
            filter=wanted.filter(),
            count=count if given or duration is None else None,
            seconds=duration,
            explore=explore,
        )
        if keep is not None:
            keep_query(engine, keep, Recommended.of(engine, wish), as_json)
            return
        hits = recommend_for(engine, wish, now, now.toordinal(), PATIENT)
    answer_with(hits, as_json, whole_why)
