"""Which artists of the library go together: by their sound, and by who listens to both.

An artist is as near as their tracks are on the mean to the nearest centre of the asked artist's
tracks (`mir.recommend.centres`), with one more track thrown in that is as near as the library
is on the mean: an artist with one track proves little by it. Where several listeners play both,
the artist comes further forward, by how alike their listeners are and how many play both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from mir.catalogue import makers, tracks
from mir.catalogue.makers import Credits
from mir.catalogue.revision import writes_but_plays
from mir.engine import Engine, View
from mir.errors import NotFound
from mir.recommend.centres import centres
from mir.recommend.collaborative import Collaborative
from mir.recommend.for_listener import PATIENCE
from mir.recommend.others import learnt
from mir.search.allowed import check_count
from mir.search.explain import between
from mir.search.sentences import sentences
from mir.search.why import Why

_LEAST_BOTH = 2  # listeners of both artists: one alone would be told apart
_HALF = 2.0  # listeners of both with which what they play counts half

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RelatedArtist:
    """An artist of the library who goes with another.

    `score` is a mean of cosines in [-1, 1], see this module; `similarity` the share of the
    library's other artists whose score is lower. Listeners change the order and not the score.
    `why` compares the nearest two tracks, and notes how many listeners play both.
    """

    name: str
    tracks: int  # of theirs, in the library
    score: float
    similarity: float  # in [0, 1]
    why: Why

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why they go together, in words."""
        return sentences(self.why)


@dataclass(frozen=True, slots=True, eq=False)
class _Artists:
    """All artists of the library beside the one asked for, in the order of `ids`."""

    ids: Numbers  # (k,)
    number: Numbers  # (k,) of their tracks
    scores: Floats  # (k,)
    asked: NDArray[np.bool_]  # (k,) the asked one, and who plays along on a track of theirs
    track_ids: Numbers  # (n,) one for each track and artist of it
    artist_of: Numbers  # (n,) places in `ids`
    near: Floats  # (n,) the score of that track

    def nearest_track(self, artist: int) -> int:
        """The track of an artist that is nearest to the asked one's."""
        theirs = np.flatnonzero(self.artist_of == artist)
        return int(self.track_ids[theirs[self.near[theirs].argmax()]])


def related_artists(
    engine: Engine, artist: str, now: datetime, count: int = 10, patience: float = PATIENCE
) -> tuple[RelatedArtist, ...]:
    """At most `count` artists, best first; for `patience` see `mir.recommend.others`.

    Raises NotFound for an artist without a track in the library, or without one that has been
    heard; InvalidQuery for a count out of range.
    """
    check_count(count)
    view = engine.view()
    with engine.catalogue.session() as session:
        own = makers.tracks_by(session, artist)
        pairs = engine.credits.get(writes_but_plays(session), lambda: makers.credits(session))
    heard = view.index.ids[view.index.positions(own)]
    if not len(heard):
        raise NotFound(f"No track of {artist!r} has been heard yet; run `mir index`.")
    found = _compared(view, pairs, own, heard)
    with engine.catalogue.session() as session:
        named = makers.artist_names(session, found.ids[found.asked].tolist())
    asked = np.flatnonzero(found.asked)
    is_same = [makers.same_name(named.get(int(found.ids[k]), ""), artist) for k in asked]
    same = asked[np.array(is_same, dtype=bool)]

    both, alike = np.zeros(len(found.ids), dtype=np.int64), np.zeros(len(found.ids))
    together = learnt(engine, now, patience)
    if together is not None and len(same):
        both, alike = _listeners(together, pairs, found.ids, same)
    spread = float(found.scores.max() - np.median(found.scores))
    rank = found.scores + alike * both / (both + _HALF) * spread
    rank[same] = -np.inf
    order = [int(k) for k in np.argsort(-rank, kind="stable")[:count] if np.isfinite(rank[k])]
    return _described(engine, view, found, heard, same, order, both)


def _compared(view: View, pairs: Credits, own: Numbers, heard: Numbers) -> _Artists:
    """Every artist, compared with the tracks `heard` of the asked one, who has `own`."""
    index = view.index
    middle = centres(index.vectors_of(heard), np.ones(len(heard))).vectors
    best = index.scores_of_many(middle).max(axis=0)  # (track,)
    place = np.minimum(np.searchsorted(index.ids, pairs.tracks), len(index) - 1)
    known = index.ids[place] == pairs.tracks
    ids, artist_of = np.unique(pairs.artists[known], return_inverse=True)
    near = best[place[known]].astype(np.float64)
    number = np.bincount(artist_of, minlength=len(ids))
    scores = (np.bincount(artist_of, near, minlength=len(ids)) + best.mean()) / (number + 1)
    asked = np.zeros(len(ids), dtype=bool)
    asked[artist_of[np.isin(pairs.tracks[known], own)]] = True
    return _Artists(ids, number, scores, asked, pairs.tracks[known], artist_of, near)


def _described(
    engine: Engine,
    view: View,
    found: _Artists,
    heard: Numbers,
    same: Numbers,
    order: Sequence[int],
    both: Numbers,
) -> tuple[RelatedArtist, ...]:
    """The artists at the places `order`, each compared by the nearest pair of tracks."""
    index = view.index
    nearest = [found.nearest_track(k) for k in order]
    theirs = index.vectors_of(np.array(nearest, dtype=np.int64))
    ours = heard[(theirs @ index.vectors_of(heard).T).argmax(axis=1)].tolist() if order else []
    with engine.catalogue.session() as session:
        names = makers.artist_names(session, found.ids[list(order)].tolist())
        known = tracks.get_many(session, [*nearest, *ours], view.model_id)
        pairs = {
            k: (known[our], known[their])
            for k, our, their in zip(order, ours, nearest, strict=True)
            if {our, their} <= known.keys()
        }
        told = dict(zip(pairs, between(session, view.model_id, list(pairs.values())), strict=True))
    others = len(found.ids) - len(same) - 1
    rest = np.sort(np.delete(found.scores, same))
    described = []
    for k in order:
        notes = [f"{both[k]} listeners play both"] if both[k] else []
        if k in pairs:
            here, there = pairs[k]
            notes.append(f"nearest tracks: {here.title} and {there.title}")
        score = found.scores[k]
        share = min(1.0, float(np.searchsorted(rest, score)) / others) if others > 0 else 1.0
        described.append(
            RelatedArtist(
                names.get(int(found.ids[k]), ""),
                int(found.number[k]),
                float(np.clip(score, -1, 1)),
                share,
                replace(told.get(k, Why()), notes=tuple(notes), percentile=share),
            )
        )
    return tuple(described)


def _listeners(
    together: Collaborative, pairs: Credits, ids: Numbers, same: Numbers
) -> tuple[Numbers, Floats]:
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
