"""How liking, skipping and a mood move the scores of a library while a radio plays. Pure.

What moves a track is how near it is to the liked or skipped one, from 0 (as near as the middle of
the library, or further) to 1 (as near as the nearest track there is). Each is measured in the
distance between the library's best and middle score: so it means the same in any library,
whatever its cosines.
"""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

LIKE = 1.0  # what is next to something liked gains, of the distance from the middle to the best
SKIP = 1.0  # and what is next to something skipped loses
FEEL = 1.0  # and what lies at the mood asked for gains over what lies half the field away


def nearness(cosines: Scores) -> Scores:
    """How near each track is to each of some others: (k, n) in [0, 1], from cosines (k, n).

    Of each row the highest cosine is that of the track to itself, and the next is "nearest".
    """
    if not cosines.size:
        return cosines
    middle = np.median(cosines, axis=1, keepdims=True)
    top = np.partition(cosines, -2, axis=1)[:, -2:-1] if cosines.shape[1] > 1 else cosines
    span = np.maximum(top - middle, 1e-6)
    near: Scores = np.clip((cosines - middle) / span, 0, 1)
    return near


def steered(base: Scores, liked: Scores, skipped: Scores, feel: Scores | None = None) -> Scores:
    """The scores `base` (n,), moved by what was liked, skipped and how it should feel.

    liked, skipped: `nearness` (k, n) to each track that was; feel: (n,) in [-1, 1], 1 at the mood
    asked for. The nearest of what was liked and the nearest of what was skipped count.
    """
    spread = float(base.max() - np.median(base)) if len(base) else 0.0
    unit = spread if spread > 1e-6 else 1.0
    moved = base.astype(np.float32, copy=True)
    if len(liked):
        moved += LIKE * unit * liked.max(axis=0)
    if len(skipped):
        moved -= SKIP * unit * skipped.max(axis=0)
    if feel is not None:
        moved += FEEL * unit * feel
    return moved
