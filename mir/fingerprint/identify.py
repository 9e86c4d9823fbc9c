"""Which recording is this clip, and where in it."""

from dataclasses import dataclass

from mir.fingerprint.align import align, heard
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip, window
from mir.fingerprint.lookup import places
from mir.fingerprint.segment import GAP
from mir.fingerprint.spectrum import FRAME_RATE

LONGEST = GAP - 64  # frames of a clip that are looked at: 63 s

_HELD = 64  # places that the clip is held against, coarsely
_FINELY = 8  # of those, the best, finely


@dataclass(frozen=True, slots=True)
class Candidate:
    """A track that a clip may be of."""

    track: int
    offset: float  # seconds into the track at which the clip begins; negative: before it does
    tempo: float  # of the clip as a multiple of the track's
    score: float  # see `identify`
    met: int  # landmarks of the track that the clip has, too
    of: int  # landmarks of the track in that stretch


def identify(index: FingerprintIndex, clip: Clip, limit: int = 5) -> tuple[Candidate, ...]:
    """The at most `limit` tracks that a clip is most likely of, best first, each once."""
    clip = window(clip, 0, LONGEST)
    if not clip.length or not any(len(grid) for grid in clip.grids):
        return ()
    map_of_clip = heard(clip)
    tried = []
    for place in places(index, clip, _HELD):
        segment = index.segments[place.segment]
        recording = segment.landmarks(place.row).peaks
        found = align(map_of_clip, recording, place.frame, fine=False)
        tried.append((found.evidence, int(segment.tracks[place.row]), place.frame, recording))
    tried.sort(key=lambda each: (-each[0], each[1], each[2]))
    best: dict[int, Candidate] = {}
    for _, track, frame, recording in tried[:_FINELY]:
        found = align(map_of_clip, recording, frame, fine=True)
        candidate = Candidate(
            track, found.frame / FRAME_RATE, found.tempo, found.evidence, found.met, found.of
        )
        if track not in best or best[track].score < candidate.score:
            best[track] = candidate
    ranked = sorted(best.values(), key=lambda each: (-each.score, each.track))
    return tuple(ranked[:limit])
