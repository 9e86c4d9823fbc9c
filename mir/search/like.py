"""What sounds like tracks, artists or albums, and unlike others: a ranking, cut as asked."""

from collections.abc import Sequence

import numpy as np

from mir.catalogue.filters import Filter
from mir.engine import Engine, View
from mir.search.allowed import allowed
from mir.search.hits import Hit
from mir.search.listing import Listing
from mir.search.pool import VARIED, pools, reordered
from mir.search.seeds import Seeds, start
from mir.search.variety import Candidate, capped

_SPARE = 5  # of the nearest, beside a quarter of those wanted, for versions and tracks gone
_RUNG = 125  # for limits and variety: pools of this and four times as many, whatever the page
_ENOUGH = 2_000  # of the nearest, to look for other artists in


def like(
    engine: Engine,
    seeds: Seeds,
    filter: Filter | None = None,
    listing: Listing | None = None,
    view: View | None = None,
) -> tuple[Hit, ...]:
    """The tracks that sound most like the seeds, as the listing cuts them.

    The filter is applied inside the search: fewer come back only when fewer qualify. A recording
    comes once, and never one that a seed is of. Scores are those of `mir.search.seeds.start`,
    falling unless `variety` or a limit reorders them; equal ones are in order of track id.
    Reasons speak of the nearest seed. The limits hold as long as others are to be found among the
    2,000 nearest; then the best of those left over fill the list.

    `view` is for those who show more of the same model beside the hits. Raises as
    `mir.search.seeds.start`, and InvalidQuery for a filter that names no genre.
    """
    listing = listing or Listing()
    view = view or engine.view()
    index = view.index
    permitted = allowed(engine, filter, view.model_id)
    begin = start(engine, seeds, view)
    ranking = index.rank(begin.query)
    positions = None if permitted is None else index.positions(permitted)
    asked = index.positions(np.array(sorted(begin.known), dtype=np.int64))
    others = begin.others(index)

    size = listing.end + listing.end // 4 + _SPARE
    if _reorders(listing):
        rungs = (_RUNG, 4 * _RUNG, _ENOUGH)
        size = next((rung for rung in rungs if rung >= size), _ENOUGH)
    listed: Sequence[Candidate] = ()
    played = tuple(begin.known.values())
    for pool in pools(engine, view, ranking, positions, asked, played, size):
        near = pool.near(ranking, others, listing.least)
        whole = pool.whole or len(near) < len(pool.tracks)
        within, over = capped(
            reordered(index, near, listing.variety), listing.per_artist, listing.per_album
        )
        listed = [*within, *over][listing.offset : listing.end]
        wanted = max(listing.end, VARIED if listing.variety else 0)
        if whole or (len(near) >= wanted and (len(within) >= listing.end or pool.size >= _ENOUGH)):
            break

    return begin.hits(engine, view, listed, ranking)


def _reorders(listing: Listing) -> bool:
    return bool(listing.variety or listing.per_artist or listing.per_album)
