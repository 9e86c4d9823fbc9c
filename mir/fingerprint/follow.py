"""Follows one recording through another: where they go on together, and how well they agree.

From a place where both were found to sound alike, windows are held against the other recording
before and after, each where the one beside it says that it should lie. What they meet is then
looked at landmark by landmark, so that a stretch ends where the agreement does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.fingerprint.align import Alignment, Heard, align
from mir.fingerprint.identify import LIKELY, score
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.lookup import STEP
from mir.fingerprint.peaks import Peaks

_MISSED = 2  # windows in a row that a stretch passes over


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the recording that is followed: where it begins, in frames, and its map."""

    first: int
    heard: Heard


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
    index: FingerprintIndex, windows: Sequence[Window], other: Peaks, line: Line, first: int
) -> Followed:
    """What lies along a line that was found at frame `first`; no stretch where it leads to none."""
    nearest = int(np.argmin([abs(each.first - first) for each in windows]))
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


def _tempo(windows: Sequence[Window], met: Sequence[_Met], line: Line) -> float:
    """The slope from the middle of the first window that was met to that of the last.

    A window by itself says it to half a per cent; of its middle, it tells the place to a frame.
    """
    if len(met) < 2:
        return met[0].line.tempo if met else line.tempo
    (x0, y0), (x1, y1) = (_middle(windows[each.number], each.line) for each in (met[0], met[-1]))
    return (y1 - y0) / (x1 - x0)


def _middle(window: Window, line: Line) -> tuple[float, float]:
    middle = window.first + window.heard.length / 2
    return middle, line.at(middle)


def _walked(
    index: FingerprintIndex,
    windows: Sequence[Window],
    other: Peaks,
    line: Line,
    numbers: range,
) -> list[_Met]:
    met: list[_Met] = []
    for number in numbers:
        window = windows[number]
        found = align(window.heard, other, round(line.at(window.first)) - STEP, fine=True)
        value = score(index, found)
        if value >= LIKELY:
            # It may drift, if only by a frame a minute; what a window says of the tempo is rough.
            line = Line(found.frame - line.tempo * window.first, line.tempo)
            met.append(_Met(number, _line_of(window, found), value))
    return met


def _line_of(window: Window, found: Alignment) -> Line:
    return Line(found.frame - found.tempo * window.first, found.tempo)


def _together(windows: Sequence[Window], other: Peaks, group: Sequence[_Met]) -> Together:
    """From the first landmark of a group that agrees with what follows to the last."""
    frames: list[NDArray[np.float64]] = [np.empty(0)]
    flags: list[NDArray[np.bool_]] = [np.empty(0, np.bool_)]
    for i, each in enumerate(group):
        window = windows[each.number]
        end = float(window.first + window.heard.length)
        if i + 1 < len(group):
            end = min(end, windows[group[i + 1].number].first)
        ours, met = _landmarks(window, other, each.line, end)
        frames.append(ours)
        flags.append(met)
    ours, met = np.concatenate(frames), np.concatenate(flags)
    if not met.any():
        return Together(0, 0, 0, 0, 0, 0, 0)
    first, last = _best_run(met)
    start, end = float(ours[first]), float(ours[last])
    return Together(
        start,
        end,
        group[0].line.at(start),
        group[-1].line.at(end),
        max(each.score for each in group),
        int(met[first : last + 1].sum()),
        last + 1 - first,
    )


def _landmarks(
    window: Window, other: Peaks, line: Line, end: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The other's landmarks in a window up to frame `end`: as frames of the one, and if met."""
    length = window.heard.length
    first, last = np.searchsorted(
        other.frames, [np.floor(line.at(window.first)), np.ceil(line.at(end))]
    )
    ours = (other.frames[first:last] - line.begin) / line.tempo
    at = np.rint(ours).astype(np.int64) - window.first
    within = (at >= 0) & (at < length) & (ours < end)
    met = window.heard.near[at[within], other.bins[first:last][within]]
    return ours[within], met


def _best_run(met: NDArray[np.bool_]) -> tuple[int, int]:
    """First and last of the run that gains most, if each one met gains and each other loses.

    What is lost for one that is not met makes half of the usual agreement count as nothing.
    """
    share = met.mean() / 2
    totals = np.concatenate([[0.0], np.cumsum(met - share)])
    last = int(np.argmax(totals - np.minimum.accumulate(totals)))
    first = int(np.argmin(totals[: last + 1]))
    return first, max(first, last - 1)
