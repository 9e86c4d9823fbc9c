"""What sounds like tracks, artists or albums, and unlike others: a ranking, cut as asked."""

import numpy as np

from mir.catalogue.filters import Filter
from mir.engine import Engine, View
from mir.search.allowed import allowed
from mir.search.cut import cut
from mir.search.hits import Hit
from mir.search.listing import Listing
from mir.search.seeds import Seeds, start


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
    played = tuple(begin.known.values())
    listed = cut(engine, view, ranking, positions, asked, played, others, listing)
    return begin.hits(engine, view, listed, ranking)
