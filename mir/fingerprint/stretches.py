"""Landmarks of recordings of any length, of which only a minute or so is looked at at a time."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from mir.analysis import FloatArray
from mir.fingerprint.landmarks import Clip, Landmarks, clip_landmarks, landmarks
from mir.fingerprint.peaks import BLOCK, Peaks, joined
from mir.fingerprint.spectrum import HOP, SAMPLE_RATE

_STEP = 120 * BLOCK  # frames looked at at a time, a minute; peaks compete within blocks
_MARGIN = BLOCK  # frames before and after, which the peaks near the edges are set against


def landmarks_of_stretches(stretches: Iterable[FloatArray]) -> Landmarks:
    """The landmarks of what the stretches (n,), at SAMPLE_RATE, are joined: those of `landmarks`.

    Raises ValueError for stretches that are not mono.
    """

    def heard(samples: FloatArray) -> tuple[int, tuple[Peaks, ...]]:
        found = landmarks(samples, SAMPLE_RATE)
        return found.length, (found.peaks,)

    length, (grid,) = _joined(stretches, heard, grids=1)
    return Landmarks(length, grid)


def clip_of_stretches(stretches: Iterable[FloatArray]) -> Clip:
    """As `landmarks_of_stretches`, the landmarks of a clip: those of `clip_landmarks`."""

    def heard(samples: FloatArray) -> tuple[int, tuple[Peaks, ...]]:
        found = clip_landmarks(samples, SAMPLE_RATE)
        return found.length, found.grids

    return Clip(*_joined(stretches, heard, grids=2))


def _joined(
    stretches: Iterable[FloatArray],
    heard: Callable[[FloatArray], tuple[int, tuple[Peaks, ...]]],
    grids: int,
) -> tuple[int, tuple[Peaks, ...]]:
    """(frames of all, peaks of each grid), of which `heard` gives those of samples (n,)."""
    parts: list[list[Peaks]] = [[] for _ in range(grids)]
    whole = 0
    for first, samples, last in _windows(stretches):
        before = min(first, _MARGIN)  # frames of the margin in front
        length, found = heard(samples)
        end = length if last else before + _STEP
        for part, peaks in zip(parts, found, strict=True):
            mine = (peaks.frames >= before) & (peaks.frames < end)
            trust = None if peaks.trust is None else peaks.trust[mine]
            frames = peaks.frames[mine] + np.int32(first - before)
            part.append(Peaks(frames, peaks.bins[mine], trust))
        whole = first - before + length
    return whole or 1, tuple(joined(part) for part in parts)


def _windows(stretches: Iterable[FloatArray]) -> Iterator[tuple[int, FloatArray, bool]]:
    """(first frame, its samples with a margin on both sides, whether it is the last) in order."""
    held = np.empty(0, np.float32)
    first = 0
    for stretch in stretches:
        held = np.concatenate([held, np.asarray(stretch, np.float32)])
        while True:
            before = min(first, _MARGIN)
            wanted = (before + _STEP + _MARGIN) * HOP
            if len(held) < wanted + HOP:  # so that the last one is never empty
                break
            yield first, held[:wanted], False
            first += _STEP
            held = held[(before + _STEP - min(first, _MARGIN)) * HOP :]
    yield first, held, True
