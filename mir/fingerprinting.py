"""From a file to its fingerprint: all of its sound, decoded once, in memory that does not grow."""

from collections.abc import Iterator

import numpy as np

from mir.analysis import FloatArray
from mir.audio.decode import Source, Span, read_on
from mir.audio.source import name_of
from mir.errors import AudioError
from mir.fingerprint.packing import VERSION, pack
from mir.fingerprint.spectrum import SAMPLE_RATE
from mir.fingerprint.stretches import landmarks_of_stretches

METHOD = f"landmarks-{VERSION}"  # as the catalogue calls them

_STRETCH = 600.0  # seconds decoded at once: 19 MB, and most music in one go


def fingerprint(source: Source, within: Span | None = None) -> bytes:
    """The packed landmarks (`mir.fingerprint.packing`) of a whole file, or of a span of it.

    Where the file is damaged there is silence. Raises AudioError if no sound comes out of it.
    """
    sound = False

    def stretches() -> Iterator[FloatArray]:
        nonlocal sound
        origin = 0.0 if within is None else within.start
        at = 0
        for excerpt in read_on(source, SAMPLE_RATE, _STRETCH, within):
            lacking = round((excerpt.start - origin) * SAMPLE_RATE) - at
            if lacking > 0:
                yield np.zeros(lacking, np.float32)
            sound = True
            yield excerpt.samples
            at += max(0, lacking) + len(excerpt.samples)

    heard = landmarks_of_stretches(stretches())
    if not sound:
        raise AudioError(f"{name_of(source)} gives no sound that could be known again; play it")
    return pack(heard)
