"""What to play next, from one or several tracks that were liked."""

from collections.abc import Sequence

import numpy as np

from mir.catalogue import briefs
from mir.catalogue.filters import Filter
from mir.engine import Engine
from mir.recommend.rerank import listenable
from mir.search.allowed import allowed
from mir.search.hits import Hit
from mir.search.listing import Listing
from mir.search.pool import pools, reordered
from mir.search.seeds import Seeds, start
from mir.search.variety import main_artist

_POOL = 200  # tracks that compete for a place, at least
_POOL_PER_PLACE = 4


def next_tracks(
    engine: Engine,
    seeds: Seeds | Sequence[int],
    count: int = 10,
    filter: Filter | None = None,
    exclude: Sequence[int] = (),
    *,
    listing: Listing | None = None,
) -> tuple[Hit, ...]:
    """`count` tracks to play after the seeds (or just track ids), in the order to play them.

    Scores are those of `mir.search.seeds.start`; reasons speak of the nearest seed. `listing`
    says more than a count: its variety and limits are applied to the tracks that compete
    for a place, and its offset is not looked at.

    No seed, none of `exclude` and no further version of either is among them, none comes
    twice, and artists are limited and kept apart (see `listenable`), so that scores need not
    fall. Fewer than `count` come back only when fewer qualify.

    Raises as `mir.search.seeds.start` does, InvalidQuery for a count out of range and for a filter
    that names no genre.
    """
    listing = listing or Listing(count=count)
    count = listing.count
    seeds = seeds if isinstance(seeds, Seeds) else Seeds(tracks=tuple(dict.fromkeys(seeds)))
    view = engine.view()
    index = view.index
    permitted = allowed(engine, filter, view.model_id)
    begin = start(engine, seeds, view)
    with engine.catalogue.session() as session:
        left_out = briefs.get_many(session, exclude)
    ranking = index.rank(begin.query)
    positions = None if permitted is None else index.positions(permitted)
    without = np.unique(np.array([*begin.known, *exclude], dtype=np.int64))
    others = begin.others(index)

    size = max(_POOL, _POOL_PER_PLACE * count)
    played = (*begin.known.values(), *left_out.values())
    for pool in pools(engine, view, ranking, positions, index.positions(without), played, size):
        near = pool.near(ranking, others, listing.least)
        if len(near) >= count or pool.whole or len(near) < len(pool.tracks):
            break

    candidates = reordered(index, near, listing.variety)
    listed = listenable(
        candidates,
        count,
        main_artist(begin.known[begin.liked[-1]]),
        listing.per_artist,
        listing.per_album,
    )
    return begin.hits(engine, view, listed, ranking)
