"""What all listeners think of all tracks, as one sparse matrix. Pure."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from mir.catalogue.listening import Listening
from mir.catalogue.plays import KINDS
from mir.recommend.taste import HALF_LIFE, WORTH

Ids = NDArray[np.int64]

_LISTEN, _LIKE, _DISLIKE = (KINDS.index(kind) for kind in ("listen", "like", "dislike"))
_WORTH = np.array([WORTH[kind] for kind in KINDS])


@dataclass(frozen=True, slots=True, eq=False)
class ListenerMatrix:
    """How much each listener is for each track; only what is above 0 is stored.

    `weights` (listener, track) are those of `mir.recommend.taste`: the logarithm of one plus the
    faded sum of what was done, 0 for what is disliked.
    """

    names: tuple[str, ...]
    tracks: Ids  # ids, ascending
    weights: csr_matrix  # float32


def matrix_of(listening: Listening, now: datetime) -> ListenerMatrix:
    """The matrix that plays make at that moment."""
    ids, column = np.unique(listening.track, return_inverse=True)
    pairs, pair = np.unique(listening.listener * len(ids) + column, return_inverse=True)
    age = np.maximum(0.0, now.timestamp() - listening.at)
    worth = _WORTH[listening.kind] * 0.5 ** (age / HALF_LIFE.total_seconds())
    heard = (listening.kind == _LISTEN) & ~np.isnan(listening.share)
    worth[heard] *= listening.share[heard]
    weight = np.log1p(np.maximum(0.0, np.bincount(pair, worth, minlength=len(pairs))))

    judged = np.flatnonzero((listening.kind == _LIKE) | (listening.kind == _DISLIKE))
    judged = judged[np.argsort(listening.at[judged], kind="stable")]
    disliked = np.zeros(len(pairs), dtype=bool)
    disliked[pair[judged]] = listening.kind[judged] == _DISLIKE  # of several the last one stays
    weight[disliked] = 0.0

    loved = weight > 0
    rows, columns = np.divmod(pairs[loved], max(1, len(ids)))
    shape = (len(listening.names), len(ids))
    weights = csr_matrix((weight[loved].astype(np.float32), (rows, columns)), shape=shape)
    return ListenerMatrix(listening.names, ids, weights)
