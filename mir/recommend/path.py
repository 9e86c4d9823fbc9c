"""From one track to another in small steps.

A straight line between two vectors leads over places where there is no music, and the track nearest
to each of its points may be far from the one before. So the line only says which tracks come
into question: those near to it. They are put in order of how far along they are, and through
them the smoothest way is taken (`mir.recommend.smooth`): that whose longest step is shortest.
"""

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

import numpy as np

from mir.catalogue import briefs, tracks
from mir.catalogue.filters import Filter
from mir.catalogue.tracks import Track
from mir.duplicates.recordings import recordings
from mir.engine import Engine, View
from mir.errors import InvalidQuery, NotFound
from mir.recommend.smooth import smoothest
from mir.search.allowed import allowed
from mir.search.explain import between
from mir.search.hits import Hit, similarity
from mir.search.variety import without_versions
from mir.vectors.best import best
from mir.vectors.index import VectorIndex
from mir.vectors.ranking import Ids
from mir.vectors.rows import Positions, Vectors

MOST_STEPS = 50
_POINTS = 11  # of the line, ends included, whose nearest tracks come into question
_NEAREST = 50  # of each, at least


def path(
    engine: Engine, start: int, end: int, steps: int = 10, filter: Filter | None = None
) -> tuple[Hit, ...]:
    """The tracks of a path with so many steps, `start` first and `end` last: steps + 1 hits.

    The filter holds for the tracks between. Each of them is further along than the one before;
    none comes twice, nor a further version of another. Score, similarity and reasons compare a
    hit with the one before it; those of the first are 1 and none. The path is shorter only where
    fewer tracks qualify.

    Raises NotFound for a track that is not in the library or has no vector, InvalidQuery for steps
    out of range, for the same track twice and for a filter that names no genre.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise InvalidQuery(f"A path of {steps} steps is out of range; ask for 1 to {MOST_STEPS}.")
    if start == end:
        raise InvalidQuery(f"A path from track {start} to itself has no steps; name two tracks.")
    view = engine.view()
    index = view.index
    permitted = allowed(engine, filter, view.model_id)
    with engine.catalogue.session() as session:
        ends_known = briefs.get_many(session, [start, end])
    for track in (start, end):
        if track not in ends_known:
            raise NotFound(f"There is no track {track}; list the tracks with `mir tracks`.")
    ends = index.vectors_of(np.array([start, end], dtype=np.int64))
    positions = None if permitted is None else index.positions(permitted)

    left_out = {start, end}
    spare = 0
    while True:
        between = _between(index, ends, positions, left_out, steps + spare)
        points = np.concatenate([ends[:1], index.vectors_of(between), ends[1:]])
        way = smoothest(points, min(steps, len(points) - 1))
        ids = [start, *between[np.array(way[1:-1], dtype=np.int64) - 1].tolist(), end]
        with engine.catalogue.session() as session:
            known = tracks.get_many(session, ids, view.model_id)
            same = recordings(session, ids)
        # Tracks that left since the index was saved, and versions, are found only on the way.
        played = [known[track] for track in (start, end) if track in known]
        inner = [known[track] for track in ids[1:-1] if track in known]
        kept = {track.id for track in without_versions(inner, played, same)}
        if len(kept) == len(ids) - 2 and len(played) == 2:
            break
        if len(played) < 2:
            raise NotFound("A track at the end of the path has just been removed; choose another.")
        left_out.update(set(ids[1:-1]) - kept)
        spare = len(left_out)
    return _hits(engine, view, [known[track] for track in ids], points[way])


def _between(
    index: VectorIndex,
    ends: Vectors,
    positions: Positions | None,
    left_out: Collection[int],
    least: int,
) -> Ids:
    """Ids of the tracks near the line between two vectors (2, dimension), in order along it."""
    along = np.linspace(0, 1, _POINTS, dtype=np.float32)[:, None]
    line = (1 - along) * ends[0] + along * ends[1]
    line /= np.maximum(np.linalg.norm(line, axis=1, keepdims=True), 1e-6)  # opposites meet in 0
    here = np.arange(len(index)) if positions is None else positions
    here = here[~np.isin(index.ids[here], list(left_out))]
    near = [here[best(scores[here], max(_NEAREST, least))] for scores in index.scores_of_many(line)]
    ids = index.ids[np.unique(np.concatenate(near))]
    progress = index.vectors_of(ids) @ (ends[1] - ends[0])
    ordered: Ids = ids[np.argsort(progress, kind="stable")]
    return ordered


def _hits(engine: Engine, view: View, way: list[Track], vectors: Vectors) -> tuple[Hit, ...]:
    """The hits for a way, each compared with the one before; vectors: (way, dimension)."""
    scores = np.einsum("ij,ij->i", vectors[:-1], vectors[1:])
    less = view.index.less(vectors[:-1], scores)
    hits = [Hit(way[0], 1.0, 1.0)]
    with engine.catalogue.session() as session:
        told = between(session, view.model_id, list(pairwise(way)))
    for track, score, below, why in zip(way[1:], scores, less, told, strict=True):
        share = similarity(float(below), len(view.index) - 2)
        hit = Hit(track, max(-1.0, min(1.0, float(score))), share, replace(why, percentile=share))
        hits.append(hit)
    return tuple(hits)
