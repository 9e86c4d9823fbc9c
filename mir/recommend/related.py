"""Which artists of the library go together: by their sound, and by who listens to both.

An artist is as near as their tracks are on the mean to the nearest centre of the asked artist's
tracks (`mir.recommend.centres`), with one more track thrown in that is as near as the library
is on the mean: an artist with one track proves little by it. Where several listeners play both,
the artist comes further forward, by how alike their listeners are and how many play both.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from mir.catalogue import makers, tracks
from mir.catalogue.makers import Credits
from mir.catalogue.revision import writes
from mir.engine import Engine
from mir.errors import NotFound
from mir.recommend.centres import centres
from mir.recommend.collaborative import Collaborative
from mir.recommend.for_listener import PATIENCE
from mir.recommend.others import learnt
from mir.search.allowed import check_count
from mir.search.explain import MOST_REASONS, portrait_of_track, reasons

_LEAST_BOTH = 2  # listeners of both artists: one alone would be told apart
_HALF = 2.0  # listeners of both with which what they play counts half

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RelatedArtist:
    """An artist of the library who goes with another.

    `score` is a mean of cosines in [-1, 1], see this module; `similarity` the share of the
    library's other artists whose score is lower. Listeners change the order and not the score.
    """

    name: str
    tracks: int  # of theirs, in the library
    score: float
    similarity: float  # in [0, 1]
    reasons: tuple[str, ...]


def related_artists(
    engine: Engine, artist: str, now: datetime, count: int = 10, patience: float = PATIENCE
) -> tuple[RelatedArtist, ...]:
    """At most `count` artists, best first; for `patience` see `mir.recommend.others`.

    Raises NotFound for an artist without a track in the library, or without one that has been
    heard; InvalidQuery for a count out of range.
    """
    check_count(count)
    view = engine.view()
    index = view.index
    with engine.catalogue.session() as session:
        own = makers.tracks_by(session, artist)
        pairs = engine.credits.get(writes(session), lambda: makers.credits(session))
    heard = index.ids[index.positions(own)]
    if not len(heard):
        raise NotFound(f"No track of {artist!r} has been heard yet; run `mir index`.")
    middle = centres(index.vectors_of(heard), np.ones(len(heard))).vectors
    best = index.scores_of_many(middle).max(axis=0)  # (track,)

    place = np.minimum(np.searchsorted(index.ids, pairs.tracks), len(index) - 1)
    known = index.ids[place] == pairs.tracks
    ids, artist_of = np.unique(pairs.artists[known], return_inverse=True)
    near = best[place[known]]
    number = np.bincount(artist_of, minlength=len(ids))
    scores = (np.bincount(artist_of, near, minlength=len(ids)) + best.mean()) / (number + 1)
    asked = np.zeros(len(ids), dtype=bool)
    asked[artist_of[np.isin(pairs.tracks[known], own)]] = True  # and who plays along with them
    with engine.catalogue.session() as session:
        named = makers.artist_names(session, ids[asked].tolist())
    asked_at = np.flatnonzero(asked)
    is_same = [makers.same_name(named.get(int(ids[k]), ""), artist) for k in asked_at]
    same = asked_at[np.array(is_same, dtype=bool)]

    both, alike = np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids))
    together = learnt(engine, now, patience)
    if together is not None and len(same):
        both, alike = _listeners(together, pairs, ids, same)
    raised = alike * both / (both + _HALF) * float(scores.max() - np.median(scores))
    rank = np.where(np.isin(np.arange(len(ids)), same), -np.inf, scores + raised)
    order = [int(k) for k in np.argsort(-rank, kind="stable")[:count] if np.isfinite(rank[k])]

    nearest = {}
    for k in order:
        mine = np.flatnonzero(artist_of == k)
        nearest[k] = int(pairs.tracks[known][mine[near[mine].argmax()]])
    theirs = index.vectors_of(np.array([nearest[k] for k in order], dtype=np.int64))
    ours = heard[(theirs @ index.vectors_of(heard).T).argmax(axis=1)] if order else heard
    with engine.catalogue.session() as session:
        names = makers.artist_names(session, ids[order].tolist())
        known_tracks = tracks.get_many(session, [*nearest.values(), *ours.tolist()], view.model_id)
    found = []
    others = max(1, len(ids) - len(same) - 1)
    rest = np.sort(np.delete(scores, same))
    for k, our in zip(order, ours.tolist(), strict=False):
        here, there = known_tracks.get(our), known_tracks.get(nearest[k])
        why = [f"{both[k]} listeners play both"] if both[k] else []
        if here is not None and there is not None:
            why.append(f"nearest tracks: {here.title} and {there.title}")
            why += reasons(portrait_of_track(here), portrait_of_track(there))
        share = float(np.searchsorted(rest, scores[k])) / others if others else 1.0
        found.append(
            RelatedArtist(
                names.get(int(ids[k]), ""),
                int(number[k]),
                float(np.clip(scores[k], -1, 1)),
                min(1.0, share),
                tuple(why[:MOST_REASONS]),
            )
        )
    return tuple(found)


def _listeners(
    together: Collaborative, pairs: Credits, ids: NDArray[np.int64], same: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Floats]:
    """For each artist (k,): how many listen to both, and the cosine of the two circles.

    Where fewer than `_LEAST_BOTH` do, both are 0.
    """
    matrix = together.matrix
    column = np.minimum(np.searchsorted(matrix.tracks, pairs.tracks), len(matrix.tracks) - 1)
    played = (matrix.tracks[column] == pairs.tracks) & np.isin(pairs.artists, ids)
    made_by = np.searchsorted(ids, pairs.artists[played])
    shape = (len(matrix.tracks), len(ids))
    by = csr_matrix((np.ones(len(made_by)), (column[played], made_by)), shape=shape)
    plays = matrix.weights.copy()
    plays.data = np.ones_like(plays.data)
    listens = (plays @ by).tocsc() > 0  # (listener, artist)
    us = np.asarray(listens[:, same].sum(axis=1)).ravel() > 0
    both = np.asarray(listens.T @ us.astype(np.int64)).ravel()
    fans = np.asarray(listens.sum(axis=0)).ravel()
    both = np.where(both >= _LEAST_BOTH, both, 0)
    return both, both / np.sqrt(np.maximum(1, fans) * max(1, int(us.sum())))
