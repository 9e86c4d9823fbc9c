"""The map of an open library: made once, kept, and made anew when it has outgrown its anchors."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mir.catalogue import genres
from mir.catalogue.revision import writes_but_plays
from mir.engine import Engine, View
from mir.errors import Busy
from mir.map.layout import ANCHORS, between, chosen, laid_out
from mir.map.store import Anchors, load, save, stamp
from mir.vectors.index import VectorIndex

Need = Literal["missing", "another model", "outgrown"]

_OUTGROWN = 2.0  # times the tracks that it was made of, as long as not all anchors are taken
_FAR_OUTGROWN = 8.0  # the same, when they are: the sample is good for a while
_AT_ONCE = 10_000  # tracks that are placed in a fraction of a second
_PATIENCE = 30.0  # seconds
_LEFT = 0.5  # of the anchors that must still be in the library


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """Every heard track of the library and where it lies; all arrays are aligned."""

    ids: NDArray[np.int64]  # (n,) ascending
    points: NDArray[np.float32]  # (n, 2) in [-1, 1]
    genres: NDArray[np.int64]  # (n,) place of the first predicted genre in `names`; -1: none
    names: tuple[str, ...]  # of the genres, the commonest on the map first


def need(engine: Engine) -> Need | None:
    """Why the map should be made anew; None where it is good as it is."""
    view = engine.view()
    return _need(load(engine.settings.map_dir), view)


def make(engine: Engine) -> int:
    """Lay the library out anew, keep that, and return how many tracks were laid out.

    Takes some twenty seconds of a core from a few thousand tracks on. OSError if it cannot be kept.
    """
    view = engine.view()
    index = view.index
    ids = index.ids[chosen(len(index))]
    points = laid_out(index.vectors_of(ids))
    save(engine.settings.map_dir, Anchors(view.model_id, len(index), ids, points))
    return len(ids)


def library_map(engine: Engine) -> Map | None:
    """The map with every track that has been heard by now; None where none was made yet.

    Tracks that came later lie between the anchors; those of a library that changed its model have
    no map until one is made. What it takes is kept until something is written; in a large library
    what was there a moment ago answers while new tracks are being placed. Raises Busy where
    that takes longer than half a minute the first time.
    """
    view = engine.view()
    with engine.catalogue.session() as session:
        key = (writes_but_plays(session), view.model_id, stamp(engine.settings.map_dir))

    def worked_out() -> Map | None:
        anchors = load(engine.settings.map_dir)
        if anchors is None or anchors.model_id != view.model_id:
            return None
        points = _placed(anchors, view.index)
        return None if points is None else _with_genres(engine, view, points)

    large = len(view.index) > _AT_ONCE
    found = engine.maps.get(
        key, lambda: (worked_out(),), _PATIENCE, lambda old: large and old[1:] == key[1:]
    )
    if found is None:
        raise Busy("The tracks are still being placed on the map; ask again in a moment.")
    result: Map | None = found[0]
    return result


def _need(anchors: Anchors | None, view: View) -> Need | None:
    if anchors is None:
        return "missing"
    if anchors.model_id != view.model_id:
        return "another model"
    left = len(view.index.positions(anchors.ids)) / max(1, len(anchors.ids))
    growth = _OUTGROWN if len(anchors.ids) < ANCHORS else _FAR_OUTGROWN
    if left < _LEFT or len(view.index) >= growth * max(1, anchors.made_of):
        return "outgrown"
    return None


def _placed(anchors: Anchors, index: VectorIndex) -> NDArray[np.float32] | None:
    """Where every track of the index lies (n, 2); None where no anchor is left."""
    here = np.isin(anchors.ids, index.ids, assume_unique=True)
    ids, known = anchors.ids[here], anchors.points[here]
    if not len(ids):
        return None
    points = np.empty((len(index), 2), dtype=np.float32)
    places = index.positions(ids)
    points[places] = known
    others = np.setdiff1d(np.arange(len(index)), places, assume_unique=True)
    if len(others):
        vectors = index.vectors_of(index.ids[others])
        points[others] = between(vectors, index.vectors_of(ids), known)
    return points


def _with_genres(engine: Engine, view: View, points: NDArray[np.float32]) -> Map:
    with engine.catalogue.session() as session:
        first = genres.first_genres(session, view.model_id)
    ids = view.index.ids
    here = np.isin(first.tracks, ids, assume_unique=True)
    tracks, numbers = first.tracks[here], first.genres[here]
    counts = np.bincount(numbers, minlength=len(first.names))
    order = np.argsort(-counts, kind="stable")[: int((counts > 0).sum())]
    rank = np.full(len(first.names) + 1, -1)
    rank[order] = np.arange(len(order))
    of = np.full(len(ids), -1)
    of[np.searchsorted(ids, tracks)] = rank[numbers]
    return Map(ids, points, of, tuple(first.names[place] for place in order))
