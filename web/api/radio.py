"""What a radio plays next, and what was learnt from a listener."""

from datetime import UTC, datetime

from flask import Response

from mir.recommend.portrait import portrait_of
from mir.recommend.radio import go_on
from web.api.describe import blueprint, problems, reply
from web.context import engine
from web.schemas import HitsOut, RadioQuery, TasteOut, TasteQuery

api = blueprint("radio", "A radio that heeds likes and skips, and what is learnt from a listener.")


@api.get(
    "/radio", summary="What a radio plays next", responses={200: HitsOut, **problems(403, 404)}
)
def radio(query: RadioQuery) -> Response:
    """Asked again as it goes on: with what was played, and liked and skipped, since it began.

    Nothing that was played comes again. What sounds like something liked comes nearer, and what
    sounds like something skipped moves away. Without seeds, taste and mood it draws from the whole
    library. Of each list name the latest 500.
    """
    return reply(next_on_air(query))


@api.get(
    "/taste",
    summary="What was learnt from a listener",
    responses={200: TasteOut, **problems(403)},
)
def taste(query: TasteQuery) -> Response:
    """The interests from which recommendations are made, and how many plays they come from."""
    return reply(taste_of_listener(query))


def next_on_air(query: RadioQuery) -> HitsOut:
    """What a radio plays next."""
    now = datetime.now(UTC)
    draw = now.toordinal() if query.draw is None else query.draw
    return HitsOut.of(go_on(engine(), query.station(), now, draw))


def taste_of_listener(query: TasteQuery) -> TasteOut:
    """What was learnt from the listener whom the query names."""
    return TasteOut.of(portrait_of(engine(), query.listener, datetime.now(UTC)))
