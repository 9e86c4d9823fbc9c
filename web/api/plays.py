"""What listeners did: send it, look at it, take it back."""

from datetime import UTC, datetime
from typing import Annotated

from flask import Response, request
from pydantic import Field, TypeAdapter

from mir.catalogue import plays
from mir.errors import InvalidQuery
from web.acting import me, who
from web.api.describe import blueprint, problems, reply
from web.context import engine
from web.schemas import (
    MOST_PLAYS,
    ChangedOut,
    EraseQuery,
    PlayIn,
    PlayOut,
    PlayPath,
    PlaysOut,
    PlaysQuery,
    RecordedOut,
    play_body,
)

api = blueprint("plays", "What listeners did; recommendations come from it.")
_MANY = TypeAdapter(Annotated[list[PlayIn], Field(max_length=MOST_PLAYS)])


@api.post(
    "/plays",
    summary="Record plays",
    responses={200: RecordedOut, **problems(403, 404, 413)},
    openapi_extensions=play_body(),
)
def record_plays() -> Response:
    """One play, or a list of up to 1,000: all are kept, or none where one is refused.

    What was sent before, by its reference, counts once. An unknown track is a 404.
    """
    body = request.get_data()
    many = body.lstrip()[:1] == b"["
    sent = _MANY.validate_json(body) if many else [PlayIn.model_validate_json(body)]
    now = datetime.now(UTC)
    with engine().catalogue.session() as session:
        recorded = plays.record(session, [each.play(now) for each in sent], now)
    return reply(RecordedOut.of(recorded))


@api.get("/plays", summary="What a listener did", responses={200: PlaysOut})
def list_plays(query: PlaysQuery) -> Response:
    """The plays of one listener, the latest first."""
    return reply(page_of_plays(query))


@api.delete(
    "/plays/<int:play_id>",
    summary="Take a play back",
    responses={200: PlayOut, **problems(403, 404)},
)
def undo_play(path: PlayPath) -> Response:
    """It is gone, and answered once more."""
    return reply(undone(path.play_id))


@api.delete("/plays", summary="Forget a listener", responses={200: ChangedOut, **problems(403)})
def erase_plays(query: EraseQuery) -> Response:
    """All plays of one listener are gone for good."""
    if not query.confirm:
        raise InvalidQuery("Nothing was erased; send confirm=true to erase all plays for good.")
    with engine().catalogue.session() as session:
        return reply(ChangedOut(changed=plays.erase(session, query.listener)))


def undone(play_id: int) -> PlayOut:
    """A play of one's own or, for an admin, of anybody, that is gone now; NotFound."""
    asking = who()
    whose = None if asking is None or asking.may("admin") else me()
    with engine().catalogue.session() as session:
        return PlayOut.of(plays.undo(session, play_id, whose))


def page_of_plays(query: PlaysQuery) -> PlaysOut:
    """Part of what a listener did, the latest first."""
    with engine().catalogue.session() as session:
        page = plays.listing(
            session,
            query.listener,
            track=query.track,
            kind=query.kind,
            offset=query.offset,
            limit=query.limit,
        )
    listed = [PlayOut.of(play) for play in page.items]
    return PlaysOut(plays=listed, total=page.total, offset=query.offset)
