"""The library as a whole: its genres, its failures, its state."""

from flask import Response

from mir.catalogue import failures, genres
from web.api.describe import blueprint, reply
from web.context import context, engine
from web.schemas import (
    FailureOut,
    FailuresOut,
    GenreOut,
    GenresOut,
    HealthOut,
    PageQuery,
    StatusOut,
)

api = blueprint("library", "The library as a whole.")


@api.get("/genres", summary="The genres of the library", responses={200: GenresOut})
def list_genres() -> Response:
    """Every genre with its number of tracks, the most frequent first."""
    return reply(genre_list())


@api.get("/failures", summary="Files that could not be analysed", responses={200: FailuresOut})
def list_failures(query: PageQuery) -> Response:
    """Each file with the reason."""
    return reply(page_of_failures(query))


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


def page_of_failures(query: PageQuery) -> FailuresOut:
    """The page of failures that the query asks for."""
    with engine().catalogue.session() as session:
        found = failures.listing(session, offset=query.offset, limit=query.limit)
    return FailuresOut(
        failures=[FailureOut.of(failure) for failure in found.items],
        total=found.total,
        offset=query.offset,
    )


def library_status() -> StatusOut:
    """The state of the library now."""
    return StatusOut.of(engine().status(), context().running())
