"""`mir recommend`: what a listener may want to hear next, from what they played."""

from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from indexer.asking import SHARE, Meant, optional_seed_options
from indexer.commands.search import answer_with
from indexer.filter_options import Wanted, filter_options
from indexer.opening import opened
from indexer.options import Length, count_option, home_option, json_option, listener_option

PATIENT = 60.0  # seconds for learning from other listeners: nobody asks this process twice


@click.command()
@optional_seed_options
@listener_option
@click.option("--explore", type=SHARE, help="Share of tracks further away, never played (0 to 1).")
@click.option("--duration", type=Length(), help="Fill this time to within one track: 45m, 1h30m.")
@count_option
@filter_options
@json_option
@home_option
@click.pass_context
def recommend(
    ctx: click.Context,
    meant: Meant,
    listener: str,
    explore: float | None,
    duration: float | None,
    count: int,
    wanted: Wanted,
    as_json: bool,
    home: Path | None,
) -> None:
    """Say what to play next, from what the listener played and from the SEEDs.

    A SEED is an id, a file, or words of title and artist. Without any the plays alone say (see
    `mir plays`), and without plays it is a varied sample of the library. It stays the same for a
    day, while plays stay the same. --count limits a --duration only where it is given.
    """
    from mir.recommend.for_listener import EXPLORE, Wish
    from mir.recommend.for_listener import recommend as recommend_for

    given = ctx.get_parameter_source("count") != ParameterSource.DEFAULT
    now = datetime.now(UTC)
    with opened(home) as engine:
        seeds = meant.resolved(engine)
        wish = Wish(
            listener=listener,
            seeds=seeds.tracks,
            artists=seeds.artists,
            albums=seeds.albums,
            filter=wanted.filter(),
            count=count if given or duration is None else None,
            seconds=duration,
            explore=EXPLORE if explore is None else explore,
        )
        hits = recommend_for(engine, wish, now, now.toordinal(), PATIENT)
    answer_with(hits, as_json)
