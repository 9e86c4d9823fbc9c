"""Which recording is this clip, and where in it."""

import math
from dataclasses import dataclass

from mir.fingerprint.align import Alignment, align, heard
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip, window
from mir.fingerprint.lookup import places
from mir.fingerprint.segment import GAP
from mir.fingerprint.sift import sifted
from mir.fingerprint.spectrum import FRAME_RATE

CERTAIN = 8.0  # score from which a clip is said to be certainly of a track
LIKELY = 3.0  # and from which it is said to be likely; below, it is not in the library

LONGEST = GAP - 64  # frames of a clip that are looked at: 63 s

_PLACES = 1_000  # that are sifted
_HELD = 24  # of those, the best, which the clip is held against coarsely
_FINELY = 8  # of those, the best, finely
_SLOPE = 0.45  # of the score against the evidence; measured, see `score`
_CONSTANT = 1.6
_MEASURED_WITH = 72_000_000  # postings in the index that both were measured with


@dataclass(frozen=True, slots=True)
class Candidate:
    """A track that a clip may be of."""

    track: int
    offset: float  # seconds into the track at which the clip begins; negative: before it does
    tempo: float  # of the clip as a multiple of the track's
    score: float  # see `score`
    met: int  # landmarks of the track that the clip has, too
    of: int  # landmarks of the track in that stretch


def identify(index: FingerprintIndex, clip: Clip, limit: int = 5) -> tuple[Candidate, ...]:
    """The at most `limit` tracks that a clip is most likely of, best first, each once.

    Only the first minute of a clip is looked at; `mir.fingerprint.timeline` is for longer ones.
    """
    clip = window(clip, 0, LONGEST)
    if not clip.length or not any(len(grid) for grid in clip.grids):
        return ()
    map_of_clip = heard(clip)
    tried = []
    for place in sifted(index, map_of_clip, places(index, clip, _PLACES), _HELD):
        segment = index.segments[place.segment]
        recording = segment.landmarks(place.row).peaks
        found = align(map_of_clip, recording, place.frame, fine=False)
        tried.append((found.evidence, int(segment.tracks[place.row]), place.frame, recording))
    tried.sort(key=lambda each: (-each[0], each[1], each[2]))
    best: dict[int, Candidate] = {}
    for _, track, frame, recording in tried[:_FINELY]:
        found = align(map_of_clip, recording, frame, fine=True)
        candidate = Candidate(
            track,
            found.frame / FRAME_RATE,
            found.tempo,
            score(index, found),
            found.met,
            found.of,
        )
        if track not in best or best[track].score < candidate.score:
            best[track] = candidate
    ranked = sorted(best.values(), key=lambda each: (-each.score, each.track))
    return tuple(ranked[:limit])


def score(index: FingerprintIndex, found: Alignment) -> float:
    """How surely a clip is of the track that it was aligned with, >= 0.

    A score of s says: of clips that are of no track in this library, at most one in 10 ** s finds
    a track with as much evidence. So a threshold bounds false answers. Measured up to 3 and drawn
    on in a straight line beyond; docs/fingerprints.md tells how, and what the line leaves out. A
    larger library than the one measured has as many more chances to be wrong.
    """
    postings = sum(len(segment.postings) for segment in index.segments)
    larger = math.log10(max(1.0, postings / _MEASURED_WITH))
    return max(0.0, _SLOPE * found.evidence - _CONSTANT - larger)
