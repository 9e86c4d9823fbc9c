"""Follows one recording through another: where they go on together, and how well they agree.

From a place where both were found to sound alike, windows are held against the other recording
before and after, each where the one beside it says that it should lie. What they meet is then
looked at landmark by landmark, so that a stretch ends where the agreement does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mir.fingerprint.align import Heard, align, heard
from mir.fingerprint.identify import LIKELY, score
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip, window
from mir.fingerprint.lookup import STEP
from mir.fingerprint.peaks import Peaks
from mir.fingerprint.spectrum import FRAME_RATE

_MAPS_KEPT = 512  # of windows: 82 MB, and all of three quarters of an hour
_MISSED = 2  # windows in a row that a stretch passes over


class Windows:
    """A recording in short windows that overlap, of which the maps are made when needed."""

    def __init__(self, clip: Clip, seconds: float = 10.0, hop: float = 5.0) -> None:
        """Cut a clip of any length; what is left at its end makes a shorter window.

        seconds: of a window; hop: from the beginning of one to that of the next.
        """
        self._clip = clip
        self._length, self._step = round(seconds * FRAME_RATE), round(hop * FRAME_RATE)
        self._count = -(-max(1, clip.length - (self._length - self._step)) // self._step)
        self.heard = lru_cache(_MAPS_KEPT)(self._heard)

    def __len__(self) -> int:
        """Return how many there are."""
        return self._count

    def first(self, number: int) -> int:
        """The frame at which a window begins."""
        return number * self._step

    def last(self, number: int) -> int:
        """The frame at which it ends."""
        return min(self.first(number) + self._length, self._clip.length)

    def nearest(self, frame: int) -> int:
        """The window that begins nearest to a frame."""
        return min(max(0, round(frame / self._step)), self._count - 1)

    def piece(self, number: int) -> Clip:
        """The landmarks in a window."""
        return window(self._clip, self.first(number), self._length)

    def _heard(self, number: int) -> Heard:
        return heard(self.piece(number))


@dataclass(frozen=True, slots=True)
class Line:
    """Where in the other recording the frames of the one lie: at `begin + tempo * frame`."""

    begin: float
    tempo: float

    def at(self, frame: float) -> float:
        """The other's frame for a frame of the one."""
        return self.begin + self.tempo * frame


@dataclass(frozen=True, slots=True)
class Together:
    """A stretch that both play, in frames, and what was met in it."""

    start: float
    end: float
    other_start: float
    other_end: float
    score: float  # of its best window
    met: int  # landmarks of the other
    of: int


@dataclass(frozen=True, slots=True)
class Followed:
    """What two recordings play together along one line, in order, and at which tempo."""

    stretches: tuple[Together, ...]
    tempo: float  # of the one as a multiple of the other's


@dataclass(frozen=True, slots=True)
class _Met:
    number: int  # of the window
    line: Line
    score: float


def follow(
    index: FingerprintIndex, windows: Windows, other: Peaks, line: Line, first: int
) -> Followed:
    """What lies along a line that was found at frame `first`; no stretch where it leads to none."""
    nearest = windows.nearest(first)
    met = [
        *_walked(index, windows, other, line, range(nearest - 1, -1, -1))[::-1],
        *_walked(index, windows, other, line, range(nearest, len(windows))),
    ]
    groups: list[list[_Met]] = []
    for each in met:
        if groups and each.number - groups[-1][-1].number <= _MISSED + 1:
            groups[-1].append(each)
        else:
            groups.append([each])
    found = [_together(windows, other, group) for group in groups]
    return Followed(
        tuple(each for each in found if each.end > each.start), _tempo(windows, met, line)
    )


def _tempo(windows: Windows, met: Sequence[_Met], line: Line) -> float:
    """The slope from the middle of the first window that was met to that of the last.

    A window by itself says it to half a per cent; of its middle, it tells the place to a frame.
    """
    if len(met) < 2:
        return met[0].line.tempo if met else line.tempo
    (x0, y0), (x1, y1) = (_middle(windows, each) for each in (met[0], met[-1]))
    return (y1 - y0) / (x1 - x0)


def _middle(windows: Windows, met: _Met) -> tuple[float, float]:
    middle = (windows.first(met.number) + windows.last(met.number)) / 2
    return middle, met.line.at(middle)


def _walked(
    index: FingerprintIndex, windows: Windows, other: Peaks, line: Line, numbers: range
) -> list[_Met]:
    met: list[_Met] = []
    for number in numbers:
        first = windows.first(number)
        if line.at(windows.last(number)) < other.frames[0] or line.at(first) > other.frames[-1]:
            continue  # the other has not begun, or has ended
        found = align(windows.heard(number), other, round(line.at(first)) - STEP, fine=True)
        value = score(index, found)
        if value >= LIKELY:
            # It may drift, if only by a frame a minute; what a window says of the tempo is rough.
            line = Line(found.frame - line.tempo * first, line.tempo)
            met.append(_Met(number, Line(found.frame - found.tempo * first, found.tempo), value))
    return met


def _together(windows: Windows, other: Peaks, group: Sequence[_Met]) -> Together:
    """From the first landmark of a group that agrees with what follows to the last."""
    frames: list[NDArray[np.float64]] = [np.empty(0)]
    flags: list[NDArray[np.bool_]] = [np.empty(0, np.bool_)]
    for i, each in enumerate(group):
        end = windows.last(each.number)
        if i + 1 < len(group):
            end = min(end, windows.first(group[i + 1].number))
        ours, met = _landmarks(windows, other, each, end)
        frames.append(ours)
        flags.append(met)
    ours, met = np.concatenate(frames), np.concatenate(flags)
    if not met.any():
        return Together(0, 0, 0, 0, 0, 0, 0)
    first, last = _best_run(met)
    begin, stop = float(ours[first]), float(ours[last])
    return Together(
        begin,
        stop,
        group[0].line.at(begin),
        group[-1].line.at(stop),
        max(each.score for each in group),
        int(met[first : last + 1].sum()),
        last + 1 - first,
    )


def _landmarks(
    windows: Windows, other: Peaks, met: _Met, end: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The other's landmarks in a window up to frame `end`: as frames of the one, and if met."""
    start, line, near = windows.first(met.number), met.line, windows.heard(met.number).near
    first, last = np.searchsorted(other.frames, [np.floor(line.at(start)), np.ceil(line.at(end))])
    ours = (other.frames[first:last] - line.begin) / line.tempo
    at = np.rint(ours).astype(np.int64) - start
    within = (at >= 0) & (at < len(near)) & (ours < end)
    return ours[within], near[at[within], other.bins[first:last][within]]


def _best_run(met: NDArray[np.bool_]) -> tuple[int, int]:
    """First and last of the run that gains most, if each one met gains and each other loses.

    What is lost for one that is not met makes half of the usual agreement count as nothing.
    """
    share = met.mean() / 2
    totals = np.concatenate([[0.0], np.cumsum(met - share)])
    last = int(np.argmax(totals - np.minimum.accumulate(totals)))
    first = int(np.argmin(totals[: last + 1]))
    return first, max(first, last - 1)
