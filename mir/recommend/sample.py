"""Where nothing is known of a listener: tracks of the library that are as different as can be."""

import numpy as np
from numpy.typing import NDArray

from mir.catalogue import briefs, tracks
from mir.catalogue.filters import Filter
from mir.duplicates.recordings import recordings
from mir.engine import Engine, View
from mir.recommend.rerank import listenable
from mir.recommend.taste import Standing, Taste
from mir.search.allowed import allowed
from mir.search.hits import Hit
from mir.search.variety import Candidate, main_artist, without_versions
from mir.search.why import Why

_DRAWN_PER_PLACE, _KEPT_PER_PLACE = 5, 2
_WHY = Why(notes=("little is known of you yet: a varied sample of the library",))


def varied_sample(
    engine: Engine,
    view: View,
    filter: Filter | None,
    taste: Taste,
    without: NDArray[np.int64],
    count: int,
    draw: int,
) -> tuple[Hit, ...]:
    """At most `count` tracks that pass and are not among `without` (ids), the same for one `draw`.

    None is another file of what was disliked or heard lately, which `without` names.
    Of some that are drawn, the next is always the one that is least like those before it.
    """
    permitted = allowed(engine, filter, view.model_id)
    ids = view.index.ids
    if permitted is not None:
        ids = ids[view.index.positions(permitted)]
    ids = np.setdiff1d(ids, without, assume_unique=True)
    drawn = np.random.default_rng(draw).permutation(ids)[: _DRAWN_PER_PLACE * count]
    apart = _apart(view.index.vectors_of(drawn), _KEPT_PER_PLACE * count)
    with engine.catalogue.session() as session:
        known = briefs.get_many(session, drawn[apart].tolist())
        same = recordings(session, list(known))
    welcome = [each for each in known.values() if not _unwelcome(taste.of(each))]
    distinct = without_versions(welcome, (), same)
    candidates = [Candidate(track.id, main_artist(track), 0.0) for track in distinct]
    listed = [each.track for each in listenable(candidates, count)]
    with engine.catalogue.session() as session:
        shown = tracks.get_many(session, listed, view.model_id)
    return tuple(Hit(track, 0.0, 0.0, _WHY) for track in shown.values())


def _unwelcome(standing: Standing | None) -> bool:
    return standing is not None and (standing.disliked or standing.resting)


def _apart(vectors: NDArray[np.float32], most: int) -> list[int]:
    """Positions of at most so many of the vectors (n, dimension), each far from those before it."""
    order: list[int] = []
    nearest = np.full(len(vectors), -2.0)
    for _ in range(min(most, len(vectors))):
        chosen = int(nearest.argmin())  # the first one drawn, to begin with
        order.append(chosen)
        nearest = np.maximum(nearest, vectors @ vectors[chosen])
        nearest[chosen] = np.inf
    return order
