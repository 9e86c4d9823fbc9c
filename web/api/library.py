"""The library as a whole: its genres and its state."""

from flask import Response

from mir.catalogue import genres
from web.api.describe import blueprint, reply
from web.context import context, engine
from web.schemas import GenreOut, GenresOut, HealthOut, StatusOut

api = blueprint("library", "The library as a whole.")


@api.get("/genres", summary="The genres of the library", responses={200: GenresOut})
def list_genres() -> Response:
    """Every genre with its number of tracks, the most frequent first."""
    return reply(genre_list())


@api.get("/status", summary="The state of the library", responses={200: StatusOut})
def status() -> Response:
    """Counts, whether the index is up to date, and how far a running index run is."""
    return reply(library_status())


@api.get("/health", summary="Whether the server answers", responses={200: HealthOut})
def health() -> Response:
    """Touches nothing but the server itself."""
    return reply(HealthOut(status="ok"))


def genre_list() -> GenresOut:
    """The genres of the library with their counts."""
    model_id = engine().view().model_id
    with engine().catalogue.session() as session:
        found = genres.genre_counts(session, model_id)
    return GenresOut(genres=[GenreOut.of(count) for count in found])


def library_status() -> StatusOut:
    """The state of the library now."""
    return StatusOut.of(engine().status(), context().running())
