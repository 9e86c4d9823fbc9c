"""What was played when in a long recording: a radio hour, a DJ's mix, a concert.

The recording is asked about in windows that overlap. A track once found is followed: the next
window is held against the place in it that would come next, so that music that repeats itself
is not taken for its own repeat, and a passage that noise covers for a moment does not break.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from mir.fingerprint.align import Heard, align, heard
from mir.fingerprint.identify import CERTAIN, LIKELY, identify, score
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip, window
from mir.fingerprint.lookup import STEP
from mir.fingerprint.spectrum import FRAME_RATE

_WINDOW = 10.0  # seconds
_STEP = 5.0  # seconds from one window to the next
_MISSED = 2  # windows in a row in which a track may not be met


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a recording in which a track was played."""

    track: int
    start: float  # seconds into the recording, to within a window's step
    end: float
    offset: float  # seconds into the track at `start`
    tempo: float  # as a multiple of the track's, at the window that fits best
    score: float  # of that window, see mir.fingerprint.identify
    windows: int  # in which it was met


def timeline(
    index: FingerprintIndex, recording: Clip, passed: Callable[[float], None] | None = None
) -> tuple[Passage, ...]:
    """The passages of a recording, by their starts; where two tracks sound at once, both.

    A passage met in one window only counts if that alone is certain. `passed` is told after each
    window up to which second the recording was looked at.
    """
    done: list[Passage] = []
    open_: list[Passage] = []
    start = 0.0
    while start == 0.0 or start + _WINDOW - _STEP < recording.seconds:
        clip = window(recording, round(start * FRAME_RATE), round(_WINDOW * FRAME_RATE))
        map_of_clip = heard(clip) if clip.length else None
        end = min(start + _WINDOW, recording.seconds)
        followed = [
            _followed(index, each, map_of_clip, start, end) if map_of_clip else None
            for each in open_
        ]
        now = [new or old for old, new in zip(open_, followed, strict=True)]
        met = {each.track for each in followed if each}
        for found in identify(index, clip):
            if found.score >= LIKELY and found.track not in met:
                now.append(
                    Passage(found.track, start, end, found.offset, found.tempo, found.score, 1)
                )
        lost = start - _MISSED * _STEP
        done += [each for each in now if each.end <= lost]
        open_ = [each for each in now if each.end > lost]
        start += _STEP
        if passed is not None:
            passed(end)
    every = sorted([*done, *open_], key=lambda each: (each.start, each.track))
    return tuple(each for each in every if each.windows > 1 or each.score >= CERTAIN)


def _followed(
    index: FingerprintIndex, passage: Passage, clip: Heard, start: float, end: float
) -> Passage | None:
    """The passage with a window more, if its track goes on in it; else None."""
    track = index.landmarks(passage.track)
    if track is None:
        return None
    expected = passage.offset + (start - passage.start) * passage.tempo
    place = round(expected * FRAME_RATE) - STEP
    found = align(clip, track.peaks, place, fine=True)
    value = score(index, found)
    if value < LIKELY:
        return None
    better = replace(passage, end=end, windows=passage.windows + 1)
    if value <= passage.score:
        return better
    # Of the better fit come score and tempo, and with them the place where the passage began.
    offset = found.frame / FRAME_RATE - (start - passage.start) * found.tempo
    return replace(better, score=value, tempo=found.tempo, offset=offset)
