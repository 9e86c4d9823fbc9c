"""Tracks as a list: those that pass a filter, in one of the orders of browsing.

A list's ids in their order are remembered until the catalogue changes (eight bytes a track), so
that a page costs the same wherever in the list it lies: a database that is asked to skip 90,000
rows reads them.
"""

import numpy as np

from mir.catalogue import tracks
from mir.catalogue.browsing import Order, ordered
from mir.catalogue.filters import Filter
from mir.catalogue.ids import Ids
from mir.catalogue.paging import Page, check_page
from mir.catalogue.revision import writes_but_plays
from mir.catalogue.tracks import Track
from mir.engine import Engine
from mir.search.allowed import allowed


def browse(
    engine: Engine,
    filter: Filter | None = None,
    text: str | None = None,
    order: Order = "artist",
    *,
    offset: int = 0,
    limit: int = 50,
) -> Page[Track]:
    """Part of the tracks that pass and hold the text, as `mir.catalogue.tracks.page` reads it.

    Raises InvalidQuery where offset or limit is out of range, and as `mir.search.allowed.allowed`.
    """
    check_page(offset, limit)
    model_id = engine.model_id if filter and not filter.is_empty else None
    among = None if model_id is None else allowed(engine, filter, model_id)
    with engine.catalogue.session() as session:

        def ask() -> Ids:
            ids = ordered(session, order, text or "")
            ids.flags.writeable = False  # shared between requests
            return ids

        ids = engine.orders.get((writes_but_plays(session), order, text or ""), ask)
        if among is not None:
            ids = ids[np.isin(ids, among, assume_unique=True)]
        shown = tracks.get_many(session, ids[offset : offset + limit].tolist(), model_id)
        return Page(items=tuple(shown.values()), total=len(ids))
