"""From a file to what it is known by: all its sound, decoded once, in memory that hardly grows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mir.analysis import FloatArray
from mir.audio.decode import Source, Span, read_on
from mir.audio.source import name_of
from mir.errors import AudioError, ClipTooLong
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

    Damage is silence, and AudioError raised, as in `fingerprint`. A recording of which more than
    `longest` seconds can be decoded raises ClipTooLong.
    """
    harmony = ChromaStream(SAMPLE_RATE)

    def overheard() -> Iterator[FloatArray]:
        remedy = "check it with `mir rights check`, or raise MIR_MAX_CLIP_SECONDS"
        for samples in _bounded(source, longest, remedy):
            harmony.add(samples)
            yield samples

    return HeardWhole(clip_of_stretches(overheard()), harmony.finish())


def long_clip(
    source: Source,
    max_seconds: float | None = None,
    passed: Callable[[float], None] | None = None,
) -> Clip:
    """The landmarks of a recording of any length in which tracks are looked for.

    Damage is silence, and AudioError raised, as in `fingerprint`. A recording of which more than
    `max_seconds` can be decoded raises ClipTooLong. `passed` is told now and then up to which
    second it is decoded.
    """

    def told() -> Iterator[FloatArray]:
        seconds = 0.0
        remedy = "run `mir identify --timeline FILE`, which looks through files of any length"
        for stretch in _bounded(source, max_seconds, remedy):
            yield stretch
            seconds += len(stretch) / SAMPLE_RATE
            if passed is not None:
                passed(seconds)

    return clip_of_stretches(told())


def _bounded(source: Source, longest: float | None, remedy: str) -> Iterator[FloatArray]:
    """The stretches of a recording; ClipTooLong, with that remedy, where they last too long."""
    seconds = 0.0
    for stretch in _stretches(source, None):
        seconds += len(stretch) / SAMPLE_RATE
        if longest is not None and seconds > longest + _TOLERANCE:
            most = f"{longest:g} seconds" if longest < 120 else f"{longest / 60:g} minutes"
            raise ClipTooLong(f"{name_of(source)} is longer than {most}; cut it, or {remedy}")
        yield stretch


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
