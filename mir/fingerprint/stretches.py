"""Landmarks of recordings of any length, of which only a minute or so is looked at at a time."""

from collections.abc import Iterable, Iterator

import numpy as np

from mir.analysis import FloatArray
from mir.fingerprint.landmarks import Landmarks, landmarks
from mir.fingerprint.peaks import BLOCK, Peaks
from mir.fingerprint.spectrum import HOP, SAMPLE_RATE

_STEP = 120 * BLOCK  # frames looked at at a time, a minute; peaks compete within blocks
_MARGIN = BLOCK  # frames before and after, which the peaks near the edges are set against


def landmarks_of_stretches(stretches: Iterable[FloatArray]) -> Landmarks:
    """The landmarks of what the stretches (n,), at SAMPLE_RATE, are joined: those of `landmarks`.

    Raises ValueError for stretches that are not mono.
    """
    frames = [np.empty(0, np.int32)]
    bins = [np.empty(0, np.int32)]
    length = 0
    for first, samples, last in _windows(stretches):
        before = min(first, _MARGIN)  # frames of the margin in front
        heard = landmarks(samples, SAMPLE_RATE)
        end = heard.length if last else before + _STEP
        mine = (heard.peaks.frames >= before) & (heard.peaks.frames < end)
        frames.append(heard.peaks.frames[mine] + np.int32(first - before))
        bins.append(heard.peaks.bins[mine])
        length = first - before + heard.length
    return Landmarks(length or 1, Peaks(np.concatenate(frames), np.concatenate(bins)))


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
