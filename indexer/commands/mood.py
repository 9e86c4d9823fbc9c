"""`mir mood`: from a point between calm and energetic, dark and bright to tracks."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.asking import listing_options, offset_option
from indexer.commands.search import answer_with
from indexer.filter_options import Wanted, filter_options
from indexer.keeping import keep_option, keep_query
from indexer.opening import opened
from indexer.options import home_option, json_option, why_option

if TYPE_CHECKING:
    from mir.search.listing import Listing

_AXIS = click.FloatRange(-1, 1)


@click.command(context_settings={"ignore_unknown_options": True})  # -0.5 is none
@click.argument("arousal", type=_AXIS)
@click.argument("valence", type=_AXIS)
@listing_options
@offset_option
@filter_options
@why_option
@keep_option
@json_option
@home_option
def mood(
    arousal: float,
    valence: float,
    listing: "Callable[[int], Listing]",
    offset: int,
    wanted: Wanted,
    whole_why: bool,
    keep: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Find the tracks that feel like a point, nearest first.

    AROUSAL goes from -1, calm, to 1, energetic, and VALENCE from -1, dark, to 1, bright; 0 is the
    average of the music that the model has learnt from. `mir mood -0.5 0.5` is calm and bright.
    """
    from mir.recommend.query_kinds import Mood
    from mir.search.mood import Point, near_mood

    with opened(home) as engine:
        asked = Point(arousal, valence), wanted.filter(), listing(offset)
        if keep is not None:
            keep_query(engine, keep, Mood.of(*asked), as_json)
            return
        hits = near_mood(engine, *asked)
    answer_with(hits, as_json, whole_why)
