"""What listeners who play the same think of further tracks: learnt from everybody's plays.

Alternating least squares for implicit feedback (Y. Hu, Y. Koren and C. Volinsky, "Collaborative
filtering for implicit feedback datasets", ICDM 2008), by the library `implicit`: each listener
and each track gets a vector whose product says how likely it is that the one plays the other. Who
asks is folded in: their vector follows from what they played up to now, without learning anew.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from mir.recommend.listener_matrix import ListenerMatrix
from mir.recommend.taste import Taste

if TYPE_CHECKING:
    from implicit.cpu.als import AlternatingLeastSquares

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]

LEAST_FACTORS, MOST_FACTORS, LISTENERS_PER_FACTOR = 4, 32, 10
ROUNDS, REGULARISATION, CONFIDENCE = 10, 5.0, 8.0
_SEED = 1
_MOST = 2_000  # tracks of an opinion
_KIN = 10.0  # tracks in common with which another listener counts half


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What others who share tracks with a listener play.

    `evidence` in [0, 1) is how much of what the listener plays those others play, too: the mean of
    s / (s + 1) over the listener's tracks, s being the support of each.

    `scores` are predictions, about 1 for what the listener surely plays; `support` grows with
    how many others play a track and with how much they share, from 0 without a bound: one
    listener who shares ten tracks counts a half, one who shares all of many nearly one.
    """

    evidence: float
    tracks: Ids  # (k,) ids, ascending
    scores: Floats  # (k,) in [0, 1]
    support: Floats  # (k,) above 0
    listeners: Ids  # (k,) how many others that share something play it
    shared: Ids  # (k,) how many tracks the one of them who shares most shares

    @property
    def worth(self) -> Floats:
        """How much speaks for each track, (k,): prediction by support."""
        return self.scores * self.support


class Collaborative:
    """What was learnt from the plays of at least two listeners."""

    def __init__(self, matrix: ListenerMatrix, model: "AlternatingLeastSquares") -> None:
        """Hold the matrix and what was learnt from it; see `learn`."""
        self.matrix, self._model = matrix, model
        self._row_of = np.repeat(np.arange(len(matrix.names)), np.diff(matrix.weights.indptr))

    def opinion(self, listener: str, taste: Taste) -> Opinion | None:
        """What the others say to this taste; None where nobody shares anything with it.

        Tracks that nobody else plays are not in it; those that the listener plays may be.
        """
        matrix = self.matrix
        loved = taste.loved(len(taste.standings))
        ids = np.array([each.track for each in loved], dtype=np.int64)
        weight = np.array([each.weight for each in loved], dtype=np.float32)
        columns = np.minimum(np.searchsorted(matrix.tracks, ids), len(matrix.tracks) - 1)
        here = matrix.tracks[columns] == ids
        columns = columns[here]
        asked = np.zeros(len(matrix.tracks), dtype=bool)
        asked[columns] = True
        row_of = self._row_of
        other = np.array([name != listener for name in matrix.names])
        shared = np.bincount(
            row_of, asked[matrix.weights.indices] & other[row_of], minlength=len(matrix.names)
        )
        if not shared.any():
            return None

        kin = shared / (shared + _KIN)
        theirs = shared[row_of] > 0
        entries, column_of = row_of[theirs], matrix.weights.indices[theirs]
        size = len(matrix.tracks)
        support = np.bincount(column_of, kin[entries], minlength=size)
        listeners = np.bincount(column_of, minlength=size)
        most = np.zeros(size)
        np.maximum.at(most, column_of, shared[entries])

        row = csr_matrix((weight[here], (np.zeros(len(columns), int), columns)), shape=(1, size))
        predicted = self._model.item_factors @ self._model.recalculate_user(0, row)
        predicted = np.clip(predicted, 0.0, 1.0).astype(np.float64)
        worth = predicted * support
        last = max(0, size - _MOST)
        found = np.sort(np.argpartition(worth, last)[last:]) if last else np.arange(size)
        found = found[worth[found] > 0]
        held = support[columns]
        return Opinion(
            float((held / (held + 1)).sum() / len(loved)),
            matrix.tracks[found],
            predicted[found],
            support[found],
            listeners[found].astype(np.int64),
            most[found].astype(np.int64),
        )


def learn(matrix: ListenerMatrix) -> Collaborative | None:
    """Learn from what all listeners think; None unless at least two think anything.

    One thread; the same matrix gives the same answer.
    """
    if np.count_nonzero(np.diff(matrix.weights.indptr)) < 2:
        return None
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    factors = len(matrix.names) // LISTENERS_PER_FACTOR
    with threadpool_limits(1, "blas"):  # several would wait for one another; implicit warns of it
        model = AlternatingLeastSquares(
            factors=min(MOST_FACTORS, max(LEAST_FACTORS, factors)),
            regularization=REGULARISATION,
            alpha=CONFIDENCE,
            iterations=ROUNDS,
            num_threads=1,
            random_state=_SEED,
        )
        model.fit(matrix.weights, show_progress=False)
        model.YtY  # noqa: B018  (worked out once, and not by two questions at once)
    return Collaborative(matrix, model)
