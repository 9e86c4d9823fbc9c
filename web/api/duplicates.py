"""What the library holds more than once, in whole or in part; a view that changes nothing."""

from flask import Response

from mir.catalogue.revision import writes_but_plays
from mir.duplicates.part import part
from mir.duplicates.report import Duplicates, duplicates, of_track
from mir.fingerprint.packing import METHOD
from web.api.describe import blueprint, problems, reply
from web.context import context, engine
from web.schemas import DuplicatesOut, DuplicatesQuery, RelatedTracksOut, TrackPath

api = blueprint("duplicates", "What the library holds more than once, in whole or in part.")


@api.get(
    "/duplicates",
    summary="Copies, excerpts, versions and shared sound",
    responses={200: DuplicatesOut},
)
def list_duplicates(query: DuplicatesQuery) -> Response:
    """Groups of copies of one recording with the one to keep, then pairs, each with its evidence.

    Nothing is ever changed, merged or deleted.
    """
    return reply(page_of_duplicates(query))


@api.get(
    "/tracks/<int:track_id>/related",
    summary="What shares sound or music with a track",
    responses={200: RelatedTracksOut, **problems(404)},
)
def related_tracks(path: TrackPath) -> Response:
    """The same recording, excerpts, likely versions and shared sound, in this order."""
    return reply(related_to(path.track_id))


def page_of_duplicates(query: DuplicatesQuery) -> DuplicatesOut:
    """The page of duplicates that the query asks for."""
    found = every_duplicate()
    shown = part(found, query.relation(), offset=query.offset, limit=query.limit)
    return DuplicatesOut.of(found, shown, query.offset)


def every_duplicate() -> Duplicates:
    """All duplicates of the library, remembered until something but plays is written."""
    with engine().catalogue.session() as session:
        written = writes_but_plays(session)
        return context().duplicates.get(written, lambda: duplicates(session, METHOD))


def related_to(track_id: int) -> RelatedTracksOut:
    """What shares sound or music with that track; NotFound."""
    with engine().catalogue.session() as session:
        return RelatedTracksOut.of(of_track(session, track_id))
