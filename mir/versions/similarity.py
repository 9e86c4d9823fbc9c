"""How alike the moments of two recordings are: the matrix that alignments run through.

Each frame is taken together with its neighbours (a delay embedding, as in Serrà, Serra and
Andrzejak 2009, "Cross recurrence quantification for cover song identification"): a single chord is
found everywhere, four seconds of harmony are not. What counts is not how alike two moments are but
how much more so than either is to the rest of the other recording. There it is the mutual nearest
neighbours that count; here it is standard deviations, which need no sorting.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray
from mir.versions.chroma import FRAMES_PER_SECOND, LEVELS, Chroma

LONGEST_FRAMES = 2_400  # 20 minutes: two of them take 180 MB and half a second to align

_NEIGHBOURS = (-4, -2, 0, 2, 4)  # frames that make up a moment
_OUTSTANDING = 1.5  # standard deviations above the mean that count as nothing
_MOST, _LEAST = 1.0, -1.0  # a moment's gain and loss
_SPREAD = 0.05  # least standard deviation: where all is alike, nothing stands out
GAP = 2  # columns that no path crosses, before each recording
_BARRED = np.float32(-1e6)


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """A recording ready to be compared.

    `vectors` is (frames, neighbours, 12), each frame with its neighbours of unit length or shorter;
    `mean` (12,) is what sounds on the whole.
    """

    vectors: FloatArray
    mean: FloatArray

    @property
    def seconds(self) -> float:
        """The length that the frames cover."""
        return len(self.vectors) / FRAMES_PER_SECOND

    def transposed(self, semitones: int) -> FloatArray:
        """Vectors (frames, neighbours * 12) as if it were played that much higher."""
        turned = np.roll(self.vectors, semitones, axis=2)
        return turned.reshape(len(turned), turned.shape[1] * 12)

    def backwards(self) -> "Moments":
        """The same music from its end to its beginning: as rich, and no version of anything."""
        return Moments(self.vectors[::-1, ::-1], self.mean)


def moments(chroma: Chroma) -> Moments:
    """Prepare a recording; what lies beyond `LONGEST_FRAMES` is left out.

    Of a longer one, compare its parts: a `Chroma` of some of its levels is one, too.
    """
    levels = chroma.levels[:LONGEST_FRAMES].astype(np.float32) / LEVELS
    mean = levels.mean(axis=0) if len(levels) else np.zeros(12, np.float32)
    levels = levels - levels.mean(axis=1, keepdims=True)
    length = np.linalg.norm(levels, axis=1, keepdims=True)
    levels /= np.where(length > 0, length, 1)
    reach = max(_NEIGHBOURS)
    padded = np.pad(levels, ((reach, reach), (0, 0)))
    parts = [padded[reach + step : reach + step + len(levels)] for step in _NEIGHBOURS]
    stacked = np.stack(parts, axis=1) / np.sqrt(len(_NEIGHBOURS))
    return Moments(stacked.astype(np.float32), mean.astype(np.float32))


def likely_transpositions(first: Moments, second: Moments, count: int) -> list[int]:
    """The semitones, 0 to 11, by which the second is raised to fit the first best on the whole.

    The optimal transposition index of Serrà, Gómez, Herrera and Serra (2008), "Chroma binary
    similarity and local alignment applied to cover song identification"; best first.
    """
    fits = [float(first.mean @ np.roll(second.mean, semitones)) for semitones in range(12)]
    return [int(each) for each in np.argsort(-np.array(fits), kind="stable")[:count]]


def gains(first: FloatArray, others: Sequence[FloatArray]) -> tuple[FloatArray, NDArray[np.int64]]:
    """What each pair of moments adds to a path, and where each of the others begins.

    first: (n, d), others: (m, d) each, none empty. Returns (n, sum of (m + GAP)), from -1 to 1,
    with `GAP` barred columns before each of the others, and the first column of each gap.
    """
    lengths = np.array([len(each) for each in others])
    starts = np.concatenate([[0], np.cumsum(lengths + GAP)[:-1]])
    barred = np.zeros((GAP, first.shape[1]), np.float32)
    alike = first @ np.concatenate([part for each in others for part in (barred, each)]).T

    which = np.repeat(np.arange(len(others)), lengths + GAP)
    mean = np.add.reduceat(alike, starts, axis=1) / lengths
    square = np.add.reduceat(alike * alike, starts, axis=1) / lengths
    spread = np.sqrt(np.maximum(square - mean * mean, _SPREAD**2))
    across = np.sqrt(np.maximum(alike.var(axis=0), _SPREAD**2))
    result = (alike - alike.mean(axis=0)) / across
    scale = (1 / spread).astype(np.float32)
    np.minimum(result, (alike - mean.astype(np.float32)[:, which]) * scale[:, which], out=result)
    result -= np.float32(_OUTSTANDING)
    np.clip(result, _LEAST, _MOST, out=result)
    for step in range(GAP):
        result[:, starts + step] = _BARRED
    return result, starts
