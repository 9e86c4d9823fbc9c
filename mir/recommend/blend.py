"""How much what others play counts beside the sound: by how much evidence there is. Pure.

What speaks for a track is its prediction by its support, w; what speaks for listening to the others
at all is e, how much of what the listener plays they play, too (`worth` and `evidence` of
`mir.recommend.collaborative.Opinion`). A track's score is raised by `SAY` e² w / (w + 1) times the
distance between the library's best and middle score: in any library, whatever its cosines, what
many kindred listeners play comes before what only sounds right, and where nobody shares
anything nothing is raised.
"""

import numpy as np
from numpy.typing import NDArray

from mir.recommend.collaborative import Opinion
from mir.vectors.index import VectorIndex

SAY = 300.0

Scores = NDArray[np.float32]


def blended(
    index: VectorIndex, rows: Scores, best: Scores, opinion: Opinion, share: float
) -> tuple[Scores, Scores]:
    """The scores (centre, track) and the highest of each track (track,), raised by the opinion.

    `share` in [0, 1] is how much of the scores is the listener's taste.
    """
    positions = np.minimum(np.searchsorted(index.ids, opinion.tracks), len(index) - 1)
    there = index.ids[positions] == opinion.tracks
    worth = opinion.worth[there]
    bonus = np.zeros(len(index), dtype=np.float32)
    bonus[positions[there]] = worth / (worth + 1)
    bonus *= SAY * opinion.evidence**2 * share * float(best.max() - np.median(best))
    return rows + bonus, best + bonus


def said_of(opinion: Opinion | None, track: int) -> tuple[str, ...]:
    """What the opinion says of a track, as a reason: none where nobody else plays it.

    It says how many play it and how much they share, and never who they are.
    """
    if opinion is None:
        return ()
    place = int(np.searchsorted(opinion.tracks, track))
    if place == len(opinion.tracks) or opinion.tracks[place] != track:
        return ()
    count, most = int(opinion.listeners[place]), int(opinion.shared[place])
    shared = "1 track" if most == 1 else f"{most} tracks"
    if count == 1:
        return (f"a listener who shares {shared} with you plays it",)
    return (f"{count} listeners who share up to {shared} with you play it",)
