"""Holds a clip against a recording at a place: how many landmarks agree, and could that be chance?

The recording's landmarks in the stretch that the clip would cover are looked for among the
clip's, within a frame and a bin, at several tempos. By chance a landmark is met as often as the
clip has one in that bin of frequency at all, and as often as in that frame and band: neither a
steady tone nor strokes of drums at the same pace prove anything. The evidence is
Chernoff's bound on the chance of as many meetings: n D(k/n || p) for k of n met, where p is the
mean over the n (W. Hoeffding, 1956, shows that unequal chances only make it rarer).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray
from mir.fingerprint.landmarks import Clip
from mir.fingerprint.lookup import STEP
from mir.fingerprint.peaks import Peaks
from mir.fingerprint.spectrum import BINS

BAND = 64  # bins in which a stroke of a drum makes landmarks at once
_TEMPOS = np.linspace(0.975, 1.025, 11)
_COARSE_TEMPOS = np.linspace(0.98, 1.02, 5)
_SHIFTS = np.arange(-3, 2 * STEP + 4)  # frames after a place that the clip may begin at
_COARSE_SHIFTS = _SHIFTS[::2]


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A clip as a map of what was heard when: made once, held against many recordings."""

    length: int  # frames
    near: NDArray[np.bool_]  # (length, BINS) whether a peak is within a frame and a bin
    chance: FloatArray  # (BINS,) share of frames in which one is
    density: FloatArray  # (length, BINS // BAND) of a frame in a band, as a multiple of its mean


@dataclass(frozen=True, slots=True)
class Alignment:
    """How well a clip fits a recording at the best place and tempo."""

    frame: float  # of the recording, at which the clip begins
    tempo: float  # of the clip as a multiple of the recording's
    met: int  # landmarks of the recording that the clip has, too
    of: int  # landmarks of the recording in that stretch
    evidence: float  # powers of ten, >= 0: how unlikely so many meetings are by chance


def heard(clip: Clip) -> Heard:
    """The map of a clip of at least one frame."""
    near = np.zeros((clip.length + 2, BINS + 2), np.bool_)  # a margin of one all around
    for number, grid in enumerate(clip.grids):
        # The second grid lies half a frame later: its peaks are near two frames of the first.
        for later in (0, 1, 2) if number == 0 else (1, 2):
            for higher in (0, 1, 2):
                near[grid.frames + later, grid.bins + higher] = True
    inner = np.ascontiguousarray(near[1:-1, 1:-1])
    bands = inner.reshape(clip.length, BINS // BAND, BAND).mean(axis=2, dtype=np.float32)
    density = bands / np.maximum(bands.mean(axis=0), 1e-6)
    return Heard(clip.length, inner, inner.mean(axis=0, dtype=np.float32), density)


def align(clip: Heard, recording: Peaks, frame: int, fine: bool) -> Alignment:
    """Hold a clip against a recording's landmarks near the place `frame`, coarsely or finely."""
    tempos, shifts = (_TEMPOS, _SHIFTS) if fine else (_COARSE_TEMPOS, _COARSE_SHIFTS)
    reach = int(clip.length * 0.025) + int(_SHIFTS[-1]) + 1
    first, last = np.searchsorted(
        recording.frames, [frame - reach, frame + clip.length + 2 * reach]
    )
    times, bins = recording.frames[first:last], recording.bins[first:last]
    # Votes for a faster clip agree on the place of its middle, not of its beginning.
    drift = (tempos - 1) * clip.length / 2
    begins = frame + shifts[None, :] - drift[:, None]  # (tempos, shifts)
    at = np.rint((times - begins[..., None]) / tempos[:, None, None]).astype(np.int64)
    within = (at >= 0) & (at < clip.length)
    safe = np.where(within, at, 0)
    met = (clip.near[safe, bins] & within).sum(axis=-1)
    of = within.sum(axis=-1)
    chance = np.minimum(clip.chance[bins] * clip.density[safe, bins // BAND], 1) * within
    evidence = _evidence(met, of, chance.sum(axis=-1, dtype=np.float64))
    # Of equally good ones, that whose tempo is nearest to the recording's own.
    order = np.lexsort((np.abs(tempos - 1).repeat(len(shifts)), -evidence.ravel()))
    i, j = np.unravel_index(order[0], evidence.shape)
    ties = np.flatnonzero(evidence[i] == evidence[i, j])
    j = ties[len(ties) // 2]  # within a frame and a bin, several shifts may be as good
    return Alignment(
        float(begins[i, j]), float(tempos[i]), int(met[i, j]), int(of[i, j]), float(evidence[i, j])
    )


def _evidence(
    met: NDArray[np.int64], of: NDArray[np.int64], expected: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Powers of ten of Chernoff's bound; 0 where no more is met than is expected."""
    n = np.maximum(of, 1)
    share = met / n
    chance = np.clip(expected / n, 1e-6, 1 - 1e-6)
    missed = 1 - share
    with np.errstate(divide="ignore", invalid="ignore"):
        divergence = np.where(share > 0, share * np.log(share / chance), 0.0)
        divergence += np.where(missed > 0, missed * np.log(missed / (1 - chance)), 0.0)
    return np.where(share > chance, n * divergence, 0.0) / np.log(10)
