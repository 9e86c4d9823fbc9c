"""Of many places where a clip may lie, the few at which it fits: before each is looked at closely.

A clip in loud noise has few pairs left, so that hundreds of places of other music have as many
votes as the true one. But single landmarks outlive pairs: at the true place as many more of the
recording's are met. Counted for all places at once, at the recording's own tempo, less those
that would be met by chance as `mir.fingerprint.align` reckons it.
"""

from collections.abc import Sequence

import numpy as np

from mir.analysis import FloatArray
from mir.fingerprint.align import BAND, Heard
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.lookup import STEP, Place
from mir.fingerprint.peaks import Peaks

_MARGIN = 2 * STEP  # frames after a place that the clip may begin at


def sifted(index: FingerprintIndex, clip: Heard, found: Sequence[Place], limit: int) -> list[Place]:
    """The at most `limit` of the places `found` with most landmarks beyond chance, best first."""
    if len(found) <= limit:
        return list(found)
    gain = _gain(clip)
    tracks: dict[tuple[int, int], Peaks] = {}
    times, bins = [], []
    for place in found:
        key = (place.segment, place.row)
        if key not in tracks:
            tracks[key] = index.segments[place.segment].landmarks(place.row).peaks
        own = tracks[key]
        ends = (place.frame, place.frame + clip.length + _MARGIN)
        first, last = own.frames.searchsorted(ends).tolist()
        times.append(own.frames[first:last] - np.int32(place.frame))
        bins.append(own.bins[first:last])
    cells = (np.concatenate(times).astype(np.intp) + _MARGIN) * gain.shape[1]
    cells += np.concatenate(bins)
    edges = np.cumsum([0, *map(len, times)])
    sums = np.zeros(len(cells) + 1)
    gains = np.zeros(len(found))
    for shift in range(0, _MARGIN + 1, 2):  # a landmark is met within one frame
        np.cumsum(gain.ravel().take(cells - shift * gain.shape[1]), out=sums[1:])
        gains = np.maximum(gains, sums[edges[1:]] - sums[edges[:-1]])
    return [found[i] for i in np.argsort(-gains, kind="stable")[:limit]]


def _gain(clip: Heard) -> FloatArray:
    """(length + 2 * _MARGIN, BINS) what a landmark there counts; nothing beside the clip."""
    chance = clip.chance * np.repeat(clip.density, BAND, axis=1)
    gain = np.zeros((clip.length + 2 * _MARGIN, clip.near.shape[1]), np.float32)
    gain[_MARGIN:-_MARGIN] = clip.near - np.minimum(chance, 1)
    return gain
