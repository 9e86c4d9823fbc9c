"""The part of a ranking that a listing asks for: versions once, varied, limited, filled up."""

from collections.abc import Sequence

from mir.catalogue.briefs import Brief
from mir.engine import Engine, View
from mir.search.listing import Listing
from mir.search.pool import VARIED, pools, reordered
from mir.search.variety import Candidate, capped
from mir.vectors.ranking import Ranking
from mir.vectors.rows import Positions

_SPARE = 5  # of the nearest, beside a quarter of those wanted, for versions and tracks gone
_RUNG = 125  # for limits and variety: pools of this and four times as many, whatever the page
_ENOUGH = 2_000  # of the nearest, to look for other artists in


def cut(
    engine: Engine,
    view: View,
    ranking: Ranking,
    permitted: Positions | None,
    without: Positions,
    played: Sequence[Brief],
    others: int,
    listing: Listing,
) -> Sequence[Candidate]:
    """What is listed, in its order.

    `permitted`, `without` and `played` say which tracks may come, as for `mir.search.pool.pools`;
    `others` is that of `mir.search.hits.similarities`. The limits hold as long as others are to be
    found among the 2,000 nearest; then the best of those left over fill the list.
    """
    size = listing.end + listing.end // 4 + _SPARE
    if listing.variety or listing.per_artist or listing.per_album:
        rungs = (_RUNG, 4 * _RUNG, _ENOUGH)
        size = next((rung for rung in rungs if rung >= size), _ENOUGH)
    listed: Sequence[Candidate] = ()
    for pool in pools(engine, view, ranking, permitted, without, played, size):
        near = pool.near(ranking, others, listing.least)
        whole = pool.whole or len(near) < len(pool.tracks)
        within, over = capped(
            reordered(view.index, near, listing.variety), listing.per_artist, listing.per_album
        )
        listed = [*within, *over][listing.offset : listing.end]
        wanted = max(listing.end, VARIED if listing.variety else 0)
        if whole or (len(near) >= wanted and (len(within) >= listing.end or pool.size >= _ENOUGH)):
            break
    return listed
