"""What a track shares with the others of its library: sound by landmarks, music by chroma.

Both need only what the catalogue holds, and decode nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mir.catalogue.matches import Match, Shared
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.overlap import Overlap, overlaps
from mir.fingerprint.packing import METHOD as LANDMARKS
from mir.versions.alignment import Alignment, align, strengths
from mir.versions.chroma import Chroma
from mir.versions.packing import METHOD as CHROMA
from mir.versions.packing import unpack
from mir.versions.shortlist import Shortlist
from mir.versions.significance import LIKELY, strength_of
from mir.versions.similarity import moments
from mir.versions.summary import summary

METHOD = f"overlap-1 {LANDMARKS} {CHROMA}"  # how tracks are compared; another one compares anew

_CANDIDATES = 20  # whose chroma is aligned

Chromas = Callable[[Sequence[int]], Mapping[int, bytes]]  # ids -> packed, of those that have any


def compared(
    index: FingerprintIndex, shortlist: Shortlist, chromas: Chromas, track: int
) -> list[Match]:
    """What a track of the library shares with others; each pair at most once of each kind.

    `shortlist` and `chromas` hold the tracks of the library, this one among them.
    """
    sound = [sound_match(track, each) for each in overlaps(index, track)]
    return sound + _of_music(shortlist, chromas, track)


def sound_match(track: int, found: Overlap) -> Match:
    """What a track shares of sound with another, as the catalogue keeps it."""
    return Match(
        track,
        found.track,
        "sound",
        max(each.score for each in found.stretches),
        found.covered,
        found.other_covered,
        found.agreement,
        1 / found.tempo,
        0,
        tuple(
            Shared(each.start, each.end, each.other_start, each.other_end)
            for each in found.stretches
        ),
    )


def _of_music(shortlist: Shortlist, chromas: Chromas, track: int) -> list[Match]:
    packed = chromas([track]).get(track)
    if packed is None:
        return []
    return [
        _match(track, each.track, each.alignment, each.own_seconds, each.seconds)
        for each in same_music(shortlist, chromas, unpack(packed), track)
    ]


@dataclass(frozen=True, slots=True)
class SameMusic:
    """A track of the library with much of the music of a recording, whose alignment is likely."""

    track: int
    alignment: Alignment  # of the recording, the first, with the track
    own_seconds: float  # of the recording, as far as it was compared
    seconds: float  # of the track, likewise


def same_music(
    shortlist: Shortlist, chromas: Chromas, own: Chroma, but: int | None = None
) -> list[SameMusic]:
    """The tracks that a recording is likely a version of, by id; `but` is not among them."""
    summed = summary(own)
    if summed is None:
        return []
    near = [int(each) for each in shortlist.nearest(summed, _CANDIDATES + 1) if each != but]
    others = {each: moments(unpack(content)) for each, content in chromas(near).items()}
    ours, ids = moments(own), sorted(others)
    strong = strengths(ours, [others[each] for each in ids], strength_of(LIKELY))
    found = []
    for place in np.flatnonzero(strong):
        other = ids[place]
        aligned = align(ours, others[other])
        if aligned is not None:
            found.append(SameMusic(other, aligned, ours.seconds, others[other].seconds))
    return found


def _match(track: int, other: int, found: Alignment, ours: float, theirs: float) -> Match:
    first, second = found.first, found.second
    return Match(
        track,
        other,
        "music",
        found.strength,
        min(1.0, (first.end - first.start) / ours),
        min(1.0, (second.end - second.start) / theirs),
        None,
        found.tempo,
        found.semitones,
        (Shared(first.start, first.end, second.start, second.end),),
    )
