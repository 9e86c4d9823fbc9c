"""From a file to what it is known by: all its sound, decoded once, in memory that hardly grows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mir.analysis import FloatArray
from mir.audio.decode import Source, Span, read_on
from mir.audio.source import name_of
from mir.errors import AudioError
from mir.fingerprint import packing as landmark_packing
from mir.fingerprint.landmarks import Clip
from mir.fingerprint.spectrum import SAMPLE_RATE
from mir.fingerprint.stretches import clip_of_stretches, landmarks_of_stretches
from mir.versions import packing as chroma_packing
from mir.versions.chroma import Chroma, ChromaStream
from mir.versions.summary import summary

_TOLERANCE = 0.5  # seconds that a recording may be too long
_STRETCH = 600.0  # seconds decoded at once: 19 MB, and most music in one go


@dataclass(frozen=True, slots=True)
class Prints:
    """What a recording is known by, packed; all empty for one without sound."""

    landmarks: bytes  # this recording: mir.fingerprint.packing
    chroma: bytes  # its music, whoever plays it: mir.versions.packing
    summary: bytes  # of the chroma; empty where nothing has a pitch


NO_PRINTS = Prints(b"", b"", b"")


def fingerprint(source: Source, within: Span | None = None) -> Prints:
    """What a whole file, or a span of it, is known by.

    Where the file is damaged there is silence. Raises AudioError if no sound comes out of it.
    """
    harmony = ChromaStream(SAMPLE_RATE)

    def overheard() -> Iterator[FloatArray]:
        for samples in _stretches(source, within):
            harmony.add(samples)
            yield samples

    landmarks = landmark_packing.pack(landmarks_of_stretches(overheard()))
    chroma = harmony.finish()
    summed = chroma_packing.pack_summary(summary(chroma))
    return Prints(landmarks, chroma_packing.pack(chroma), summed)


@dataclass(frozen=True, slots=True, eq=False)
class HeardWhole:
    """A recording of any length as it is compared with a library: by its sound, by its music."""

    clip: Clip
    chroma: Chroma


def hear_whole(source: Source, longest: float | None = None) -> HeardWhole:
    """Landmarks and chroma of a recording that is looked into, from one decoding.

    Damage is silence, and AudioError raised, as in `fingerprint`; and where it has more than
    `longest` seconds (None: any number).
    """
    harmony = ChromaStream(SAMPLE_RATE)

    def overheard() -> Iterator[FloatArray]:
        left = None if longest is None else round((longest + _TOLERANCE) * SAMPLE_RATE)
        for samples in _stretches(source, None):
            if left is not None:
                left -= len(samples)
                if left < 0:
                    raise AudioError(
                        f"{name_of(source)} is longer than {longest:g} seconds; check it with "
                        "`mir rights check`, cut a shorter piece out of it, or raise "
                        "MIR_MAX_CLIP_SECONDS"
                    )
            harmony.add(samples)
            yield samples

    return HeardWhole(clip_of_stretches(overheard()), harmony.finish())


def long_clip(source: Source) -> Clip:
    """The landmarks of a recording of any length in which tracks are looked for.

    Damage is silence, and AudioError raised, as in `fingerprint`.
    """
    return clip_of_stretches(_stretches(source, None))


def _stretches(source: Source, within: Span | None) -> Iterator[FloatArray]:
    """The sound in stretches that join, with silence for what is damaged."""
    origin = 0.0 if within is None else within.start
    sound = False
    at = 0
    for excerpt in read_on(source, SAMPLE_RATE, _STRETCH, within):
        lacking = round((excerpt.start - origin) * SAMPLE_RATE) - at
        if lacking > 0:
            yield np.zeros(lacking, np.float32)
        sound = True
        yield excerpt.samples
        at += max(0, lacking) + len(excerpt.samples)
    if not sound:
        raise AudioError(f"{name_of(source)} gives no sound that could be known again; play it")
