"""Which recordings of a library share sound with one of them, and from where to where in both.

The stored landmarks of the one are asked about like a clip, in pieces. What they lead to is
followed through all of it in short windows, so that a pause, a fade or another ending is seen,
and not averaged away.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mir.fingerprint.align import align, heard
from mir.fingerprint.follow import Followed, Line, Together, Windows, follow
from mir.fingerprint.identify import LIKELY, score
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip, as_clip, window
from mir.fingerprint.lookup import Place, places
from mir.fingerprint.peaks import Peaks
from mir.fingerprint.spectrum import FRAME_RATE

_PIECE = 30.0  # seconds that are looked up at once: half of a shared quarter minute lies in one
_PLACES = 256  # looked at in each piece: music that repeats itself takes many
_PER_TRACK = 2  # of those, the best of one track
_HELD = 24  # that a piece is held against
_VOTES = 6  # fewer are met by chance
_SAME_LINE = 16  # frames by which lines differ that are followed only once


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch that both play, in seconds; `start` and `end` are of the one asked about."""

    start: float
    end: float
    other_start: float
    other_end: float
    score: float  # of its best window, as `mir.fingerprint.identify` tells


@dataclass(frozen=True, slots=True)
class Overlap:
    """What another recording shares with the one that was asked about.

    `stretches` are those along one line, in order, of which none is played twice. `covered` and
    `other_covered` say which share of each one's landmarks lies in them, and `agreement` which
    share of the other's landmarks there were met: a recording coded otherwise has most of them,
    another piece over the same loop of drums has not. All three lie in [0, 1].
    """

    track: int
    stretches: tuple[Stretch, ...]
    covered: float
    other_covered: float
    agreement: float
    tempo: float  # of the one asked about as a multiple of the other's

    @property
    def seconds(self) -> float:
        """How much of the one asked about is shared."""
        return sum(each.end - each.start for each in self.stretches)


def overlaps(index: FingerprintIndex, track: int) -> tuple[Overlap, ...]:
    """The tracks of an index that share sound with `track`, the longest first.

    Stretches shorter than about ten seconds may be missed. A track that the index does not hold
    shares nothing.
    """
    own = index.landmarks(track)
    if own is None or not len(own.peaks):
        return ()
    clip = as_clip(own)
    windows = Windows(clip)
    found: dict[int, Overlap] = {}
    seen: set[tuple[int, int]] = set()
    for other, line, first in _lines(index.without(track), clip):
        begin = round(line.begin / _SAME_LINE)
        if (other, begin) in seen:
            continue
        seen |= {(other, begin + near) for near in (-1, 0, 1)}
        theirs = index.landmarks(other)
        assert theirs is not None  # it was found in the index
        followed = follow(index, windows, theirs.peaks, line, first)
        if not followed.stretches:
            continue
        overlap = along_line(other, own.peaks, theirs.peaks, followed)
        if other not in found or found[other].seconds < overlap.seconds:
            found[other] = overlap
    return tuple(sorted(found.values(), key=lambda each: (-each.seconds, each.track)))


def _lines(index: FingerprintIndex, clip: Clip) -> Iterator[tuple[int, Line, int]]:
    """(track, line, frame at which it was found) for what the pieces of the clip lead to."""
    length = round(_PIECE * FRAME_RATE)
    for first in range(0, clip.length, length):
        piece = window(clip, first, length)
        if not len(piece.grids[0]):
            continue
        map_of_piece = heard(piece)
        for place in _held(index, piece):
            segment = index.segments[place.segment]
            recording = segment.landmarks(place.row).peaks
            if score(index, align(map_of_piece, recording, place.frame, fine=False)) < LIKELY:
                continue
            found = align(map_of_piece, recording, place.frame, fine=True)
            begin = found.frame - found.tempo * first
            yield int(segment.tracks[place.row]), Line(begin, found.tempo), first


def _held(index: FingerprintIndex, piece: Clip) -> list[Place]:
    """The places that a piece is held against: the best, few of one track."""
    taken: Counter[tuple[int, int]] = Counter()
    held: list[Place] = []
    for place in places(index, piece, _PLACES):
        taken[place.segment, place.row] += 1
        if place.votes >= _VOTES and taken[place.segment, place.row] <= _PER_TRACK:
            held.append(place)
    return held[:_HELD]


def along_line(track: int, own: Peaks, other: Peaks, followed: Followed) -> Overlap:
    """What was followed along one line, told in seconds; there must be a stretch in it."""
    stretches = followed.stretches
    ours = [(each.start, each.end) for each in stretches]
    theirs = [(each.other_start, each.other_end) for each in stretches]
    return Overlap(
        track,
        tuple(_in_seconds(each) for each in stretches),
        _covered(own, ours),
        _covered(other, theirs),
        sum(each.met for each in stretches) / sum(each.of for each in stretches),
        followed.tempo,
    )


def _in_seconds(found: Together) -> Stretch:
    return Stretch(
        found.start / FRAME_RATE,
        found.end / FRAME_RATE,
        found.other_start / FRAME_RATE,
        found.other_end / FRAME_RATE,
        found.score,
    )


def _covered(peaks: Peaks, parts: Sequence[tuple[float, float]]) -> float:
    """The share of landmarks that lie in the parts, which do not overlap."""
    starts, ends = np.array(parts).T
    first = np.searchsorted(peaks.frames, starts - 0.5)
    last = np.searchsorted(peaks.frames, ends + 0.5)
    return float((last - first).sum() / max(1, len(peaks)))
