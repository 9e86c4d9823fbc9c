"""What a recording looks like: its waveform and its mel spectrogram, as wide as a page.

All of a recording of up to `WHOLE_SECONDS` is looked at, in stretches of which one is held at a
time; of a longer one a piece of each column. So neither memory nor time grow without bound.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray, Span
from mir.audio.decode import Excerpt, read_on, read_one_by_one
from mir.audio.png import COLOURS, png
from mir.audio.source import Source, name_of
from mir.errors import AudioError
from mir.features.mel import FeatureSpec, mel_spectrogram

COLUMNS = 1000
WHOLE_SECONDS = 1200.0  # of a recording that is looked at from end to end

_SPEC = FeatureSpec()
_STRETCH = 18.0  # seconds
_PIECE = 1.0  # seconds of each column of a longer recording
_COLUMNS_PER_SECOND = 50  # at most: somewhat fewer than there are frames
_RANGE = 80.0  # dB below the loudest point that are shown
_STOPS = np.array(
    [(13, 11, 20), (59, 15, 84), (140, 35, 104), (217, 80, 47), (249, 162, 66), (253, 243, 207)]
)  # from quiet to loud; readable on light and dark pages, and without telling hues apart


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Columns of equal length, from the beginning of a recording to its end.

    `peaks` and `levels` (columns,) are the greatest magnitude and the root of the mean square in
    each, in [0, 1]; `mel` (bands, columns) is how loud each band is, the lowest first, from 0
    (80 dB below the loudest) to 255.
    """

    seconds: float
    peaks: FloatArray
    levels: FloatArray
    mel: NDArray[np.uint8]


def draw(source: Source, seconds: float, within: Span | None = None) -> Picture:
    """The picture of a file of `seconds`, or of the stretch `within` of it, which is as long.

    Where sound lacks, columns are empty. Raises AudioError where there is no sound at all.
    """
    columns = max(1, min(COLUMNS, int(seconds * _COLUMNS_PER_SECOND)))
    origin = within.start if within is not None else 0.0
    peaks, squares, counts = np.zeros((3, columns))
    power = np.zeros((columns, _SPEC.n_mels))
    frames = np.zeros(columns)
    for excerpt in _excerpts(source, seconds, columns, within):
        samples, start = excerpt.samples, excerpt.start - origin
        at = _columns(start, len(samples), _SPEC.sample_rate, seconds, columns)
        np.maximum.at(peaks, at, np.abs(samples))
        squares += np.bincount(at, np.square(samples, dtype=np.float64), columns)
        counts += np.bincount(at, minlength=columns)
        mel = mel_spectrogram(samples, _SPEC)
        of_frames = _columns(start, len(mel), _SPEC.frame_rate, seconds, columns)
        np.add.at(power, of_frames, mel)
        frames += np.bincount(of_frames, minlength=columns)
    if not counts.any():
        raise AudioError(f"{name_of(source)} gives no sound to draw; play it, or copy it again")
    levels = np.sqrt(squares / np.maximum(counts, 1))
    return Picture(
        seconds=seconds,
        peaks=np.clip(peaks, 0, 1).astype(np.float32),
        levels=np.clip(levels, 0, 1).astype(np.float32),
        mel=_shades(power / np.maximum(frames, 1)[:, None]).T,
    )


def mel_png(picture: Picture) -> bytes:
    """The mel spectrogram as a PNG: time from left to right, the highest band at the top."""
    place = np.linspace(0, len(_STOPS) - 1, COLOURS)
    channels = [np.interp(place, np.arange(len(_STOPS)), channel) for channel in _STOPS.T]
    return png(picture.mel[::-1], np.stack(channels, axis=1).round().astype(np.uint8))


def _excerpts(
    source: Source, seconds: float, columns: int, within: Span | None
) -> Iterator[Excerpt]:
    if seconds <= WHOLE_SECONDS:
        return read_on(source, _SPEC.sample_rate, _STRETCH, within)
    origin, width = within.start if within is not None else 0.0, seconds / columns
    pieces = [Span(origin + (n + 0.5) * width - _PIECE / 2, _PIECE) for n in range(columns)]
    return read_one_by_one(source, pieces, _SPEC.sample_rate)


def _columns(
    start: float, count: int, rate: float, seconds: float, columns: int
) -> NDArray[np.intp]:
    """In which column each of `count` values lies, `rate` of them a second from `start` on."""
    moments = start + np.arange(count) / rate
    return np.clip(moments / seconds * columns, 0, columns - 1).astype(np.intp)


def _shades(power: NDArray[np.float64]) -> NDArray[np.uint8]:
    decibels = 10 * np.log10(np.maximum(power, 1e-12))
    above = np.clip(1 + (decibels - decibels.max()) / _RANGE, 0, 1)
    return np.where(power > 1e-12, 255 * above, 0).astype(np.uint8)
