"""Tracks as a list: those that pass a filter, in the order of browsing."""

from mir.catalogue import tracks
from mir.catalogue.filters import Filter
from mir.catalogue.paging import Page
from mir.catalogue.tracks import Track
from mir.engine import Engine
from mir.search.allowed import allowed


def browse(
    engine: Engine,
    filter: Filter | None = None,
    text: str | None = None,
    *,
    offset: int = 0,
    limit: int = 50,
) -> Page[Track]:
    """Part of the tracks that pass and hold the text, as `mir.catalogue.tracks.page` orders them.

    Raises InvalidQuery where offset or limit is out of range, and as `mir.search.allowed.allowed`.
    """
    model_id = engine.model_id if filter and not filter.is_empty else None
    among = None if model_id is None else allowed(engine, filter, model_id)
    with engine.catalogue.session() as session:
        return tracks.page(
            session, text=text, among=among, offset=offset, limit=limit, model_id=model_id
        )
