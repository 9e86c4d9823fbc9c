"""Chromaprint as a peer: its own library's fingerprints, looked up and aligned as AcoustID does.

libchromaprint (Debian's libchromaprint1) makes a number of 32 bits eight times a second. A clip's
numbers, and those that differ from one of them by a bit, vote for a track and an offset; the best
places are then judged by the share of bits that differ.
"""

import ctypes
import time
from collections.abc import Sequence

import numpy as np
from fingerprint_library import Track
from numpy.typing import NDArray

from mir.fingerprint.spectrum import SAMPLE_RATE

STEP = 1365 / 11_025  # seconds between two numbers

_LIBRARY = "libchromaprint.so.1"
_ALGORITHM = 1  # CHROMAPRINT_ALGORITHM_TEST2, the default
_PLACES = 50

Numbers = NDArray[np.uint32]


def library() -> ctypes.CDLL | None:
    """The shared library, or None if it is not installed."""
    try:
        found = ctypes.CDLL(_LIBRARY)
    except OSError:
        return None
    found.chromaprint_new.restype = ctypes.c_void_p
    return found


def numbers(chromaprint: ctypes.CDLL, sound: NDArray[np.float32]) -> Numbers:
    """The fingerprint of sound (n,) at SAMPLE_RATE: (m,) numbers, none for less than 2.6 s."""
    samples = np.round(np.clip(sound, -1, 1) * 32_767).astype("<i2")
    context = ctypes.c_void_p(chromaprint.chromaprint_new(_ALGORITHM))
    found, size = ctypes.POINTER(ctypes.c_uint32)(), ctypes.c_int(0)
    chromaprint.chromaprint_start(context, SAMPLE_RATE, 1)
    chromaprint.chromaprint_feed(context, samples.tobytes(), len(samples))
    chromaprint.chromaprint_finish(context)
    chromaprint.chromaprint_get_raw_fingerprint(context, ctypes.byref(found), ctypes.byref(size))
    result = np.array(found[: size.value], np.uint32)
    chromaprint.chromaprint_dealloc(found)
    chromaprint.chromaprint_free(context)
    return result


class Index:
    """Fingerprints of tracks on one line of time, and where each number stands."""

    def __init__(self, tracks: Sequence[int], prints: Sequence[Numbers]) -> None:
        """Index each track's numbers."""
        self._tracks = tracks
        self._prints = prints
        self._starts = np.cumsum([0] + [len(each) + 1_000 for each in prints])
        line = np.concatenate(prints)
        places = np.concatenate(
            [np.arange(len(p)) + s for p, s in zip(prints, self._starts, strict=False)]
        )
        order = np.argsort(line, kind="stable")
        self._numbers, self._places = line[order], places[order]

    def best(self, clip: Numbers) -> tuple[int, float, float] | None:
        """The likeliest track, its offset in seconds, and the share of bits that differ."""
        if not len(clip):
            return None
        flips = np.concatenate([[0], 1 << np.arange(32)]).astype(np.uint32)
        asked = (clip[:, None] ^ flips).ravel()
        at = np.repeat(np.arange(len(clip)), len(flips))
        first = np.searchsorted(self._numbers, asked)
        counts = np.searchsorted(self._numbers, asked, "right") - first
        known = np.repeat(first - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
        begins, votes = np.unique(self._places[known] - np.repeat(at, counts), return_counts=True)
        judged = []
        for place in begins[np.argsort(-votes, kind="stable")[:_PLACES]]:
            row = int(np.searchsorted(self._starts, place + 500, "right")) - 1
            offset = int(place - self._starts[row])
            here = self._prints[row][max(0, offset) : offset + len(clip)]
            part = clip[max(0, -offset) :][: len(here)]
            if len(part) < len(clip) / 2:
                continue
            wrong = np.bitwise_count(here[: len(part)] ^ part).sum() / (32 * len(part))
            judged.append((float(wrong), row, offset))
        if not judged:
            return None
        wrong, row, offset = min(judged)
        return self._tracks[row], offset * STEP, wrong


class Peer:
    """Chromaprint over the real tracks; answers nothing where it is not installed."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        """Make the fingerprints of all tracks."""
        self._chromaprint = library()
        self.facts: dict[str, str | int] = {}
        if self._chromaprint is None:
            return
        begin = time.process_time()
        for track in tracks[:50]:
            numbers(self._chromaprint, track.sound())
        took = time.process_time() - begin
        prints = [self._kept(track) for track in tracks]
        some = sum(map(len, prints[:50])) * STEP
        seconds = sum(map(len, prints)) * STEP
        self._index = Index([track.id for track in tracks], prints)
        self.facts = {
            "Chromaprint bytes a minute": round(4 * sum(map(len, prints)) / seconds * 60),
            "Chromaprint x real time": round(some / took),
        }

    def _kept(self, track: Track) -> Numbers:
        """A track's fingerprint, kept beside its sound."""
        kept = track.kept.with_suffix(".chromaprint.npy")
        if not kept.exists():
            assert self._chromaprint is not None
            aside = kept.with_suffix(".new.npy")
            np.save(aside, numbers(self._chromaprint, track.sound()))
            aside.rename(kept)
        return np.load(kept)

    def first(self, clip: NDArray[np.float32]) -> int | None:
        """The track that a clip is likeliest of."""
        if self._chromaprint is None:
            return None
        best = self._index.best(numbers(self._chromaprint, clip))
        return best[0] if best else 0
