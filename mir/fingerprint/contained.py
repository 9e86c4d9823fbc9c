"""Which tracks of a library a recording contains, and from where to where in both.

The recording is asked about in windows of two lengths that overlap: ten seconds for what lies faint
under other music, five for what is short. What a window leads to is followed through all of it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mir.fingerprint.align import align, heard
from mir.fingerprint.follow import Line, Windows, follow
from mir.fingerprint.identify import LIKELY, LONGEST, identify, score
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip, window
from mir.fingerprint.lookup import STEP
from mir.fingerprint.overlap import Overlap, Stretch, along_line
from mir.fingerprint.peaks import Peaks
from mir.fingerprint.spectrum import FRAME_RATE

_LENGTHS = ((10.0, 5.0), (5.0, 2.5))  # seconds of a window, and from one to the next
_SAME_LINE = 16  # frames by which lines differ that are followed only once


def contained(index: FingerprintIndex, recording: Clip) -> tuple[Overlap, ...]:
    """What a recording shares with tracks of an index, the longest first.

    Each is what lies along one line, `covered` being a share of the recording; a track that is
    played twice has two, of which none tells of a second that the other tells of. The score of a
    stretch is that of `mir.fingerprint.identify` for the whole recording: the more windows were
    asked about, the more a stretch has to prove.
    """
    if not recording.length or not len(recording.grids[0]):
        return ()
    found: list[Overlap] = []
    cut = [Windows(recording, seconds, hop) for seconds, hop in _LENGTHS]
    trials = math.log10(sum(map(len, cut)))
    for windows in cut:
        seen: set[tuple[int, int]] = set()
        for track, line, first in _lines(index, windows):
            begin = round(line.begin / _SAME_LINE)
            if (track, begin) in seen:
                continue
            seen |= {(track, begin + near) for near in (-1, 0, 1)}
            theirs = index.landmarks(track)
            assert theirs is not None
            followed = follow(index, windows, theirs.peaks, line, first)
            if not followed.stretches:
                continue
            overlap = along_line(track, recording.grids[0], theirs.peaks, followed)
            sure = [
                _judged(index, recording, theirs.peaks, each, trials) for each in overlap.stretches
            ]
            stretches = tuple(each for each in sure if each.score >= LIKELY)
            if stretches:
                found.append(replace(overlap, stretches=stretches))
    return _apart(found)


def _lines(index: FingerprintIndex, windows: Windows) -> Iterator[tuple[int, Line, int]]:
    """(track, line, frame at which it was found) for what the windows lead to."""
    for number in range(len(windows)):
        first = windows.first(number)
        for each in identify(index, windows.piece(number)):
            if each.score >= LIKELY:
                begin = each.offset * FRAME_RATE - each.tempo * first
                yield each.track, Line(begin, each.tempo), first


def _judged(
    index: FingerprintIndex, recording: Clip, other: Peaks, found: Stretch, trials: float
) -> Stretch:
    """With the score of the stretch as a whole, if that is better than its best window's."""
    first = round(found.start * FRAME_RATE)
    length = min(LONGEST, round((found.end - found.start) * FRAME_RATE) + 1)
    piece = window(recording, first, length)
    place = round(found.other_start * FRAME_RATE) - STEP
    whole = score(index, align(heard(piece), other, place, fine=True))
    return replace(found, score=max(0.0, max(found.score, whole) - trials))


def _apart(found: Sequence[Overlap]) -> tuple[Overlap, ...]:
    """Without the stretches that a longer line of the same track tells of already."""
    kept: list[Overlap] = []
    for each in sorted(found, key=_longest_first):
        told = [
            stretch for other in kept if other.track == each.track for stretch in other.stretches
        ]
        new = tuple(one for one in each.stretches if not any(_overlapping(one, t) for t in told))
        if new:
            kept.append(replace(each, stretches=new))
    return tuple(sorted(kept, key=_longest_first))


def _longest_first(found: Overlap) -> tuple[float, int, float]:
    return -found.seconds, found.track, found.stretches[0].start


def _overlapping(one: Stretch, other: Stretch) -> bool:
    return one.start < other.end and other.start < one.end
