"""What is kept of a recording so that it is known again, and what is heard of a clip.

Both are peaks of a spectrogram (A. Wang, An industrial-strength audio search algorithm, ISMIR
2003), not yet paired: pairs follow from them (`mir.fingerprint.pairs`), so that how they are
made can change without hearing the library again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray
from mir.errors import AudioError
from mir.fingerprint.peaks import CLIP_PEAKS, LIBRARY_PEAKS, Peaks, peaks
from mir.fingerprint.spectrum import FRAME_RATE, HOP, SAMPLE_RATE


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """The landmarks of one recording: few, to be stored (`mir.fingerprint.packing`)."""

    length: int  # frames of the spectrogram
    peaks: Peaks

    @property
    def seconds(self) -> float:
        """How long the recording is."""
        return self.length / FRAME_RATE


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """The landmarks of a sound that is looked for: many, heard on two grids of frames.

    The frames of a library lie anywhere between those of a clip. With a second grid, half a
    frame later, one of the two is never further off than a quarter.
    """

    length: int  # frames of the first grid
    grids: tuple[Peaks, ...]  # the second, if any, half a frame later

    @property
    def seconds(self) -> float:
        """How long the clip is."""
        return self.length / FRAME_RATE


def landmarks(samples: FloatArray, rate: int) -> Landmarks:
    """The landmarks of a whole recording; silence has none.

    samples: (n,) float32 mono in about [-1, 1]; what is not finite counts as silence. rate:
    SAMPLE_RATE, as mir.audio.decode gives it if asked. Raises AudioError for another rate and
    ValueError for samples that are not mono.
    """
    clean = _checked(samples, rate)
    return Landmarks(_frames(clean), peaks(clean, LIBRARY_PEAKS))


def clip_landmarks(samples: FloatArray, rate: int) -> Clip:
    """The landmarks of a clip that is looked for; arguments and errors as of `landmarks`."""
    clean = _checked(samples, rate)
    grids = tuple(peaks(clean[start:], CLIP_PEAKS, trusted=True) for start in (0, HOP // 2))
    return Clip(_frames(clean), grids)


def as_clip(heard: Landmarks) -> Clip:
    """A recording of the library as a clip, to look for its like among the others."""
    return Clip(heard.length, (heard.peaks,))


def window(clip: Clip, start: int, length: int) -> Clip:
    """The part of a clip from frame `start`, at most `length` frames long."""
    length = max(0, min(length, clip.length - start))
    return Clip(length, tuple(_cut(grid, start, start + length) for grid in clip.grids))


def _cut(grid: Peaks, start: int, end: int) -> Peaks:
    first, last = np.searchsorted(grid.frames, [start, end])
    trust = None if grid.trust is None else grid.trust[first:last]
    return Peaks(grid.frames[first:last] - np.int32(start), grid.bins[first:last], trust)


def _frames(samples: FloatArray) -> int:
    return 1 + len(samples) // HOP


def _checked(samples: FloatArray, rate: int) -> NDArray[np.float32]:
    if rate != SAMPLE_RATE:
        raise AudioError(
            f"Fingerprints are made from sound at {SAMPLE_RATE} Hz, not {rate}; decode it at that."
        )
    samples = np.asarray(samples, np.float32)
    if samples.ndim != 1:
        raise ValueError(f"samples must be mono, of shape (n,), not {samples.shape}")
    return np.nan_to_num(samples, copy=True, nan=0.0, posinf=0.0, neginf=0.0)
