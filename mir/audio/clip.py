"""A clip that somebody asks with: decoded once, for all that listen to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mir.analysis import FloatArray
from mir.audio.decode import probe, read_start_at
from mir.audio.info import AudioInfo
from mir.audio.source import Source, name_of
from mir.errors import ClipTooLong

_TOLERANCE = 0.5  # seconds that a clip may be too long


@dataclass(frozen=True, slots=True, eq=False)
class ClipSound:
    """All of a clip, in memory."""

    name: str  # for messages, see `mir.audio.source.name_of`
    info: AudioInfo  # the header's claims
    seconds: float  # of sound that is there
    samples: Mapping[int, FloatArray]  # by sample rate: mono float32 (frames,)


def read_clip(source: Source, sample_rates: Sequence[int], max_seconds: float) -> ClipSound:
    """The sound of a clip at each of `sample_rates`, which differ.

    A clip longer than `max_seconds` raises ClipTooLong rather than being heard in part: whoever
    asks with an hour of radio should learn that only a piece of it can be looked for. What counts
    is the sound that is there, not what the header claims. Raises AudioError where there is none.
    """
    info = probe(source)
    signals = read_start_at(source, sample_rates, max_seconds + _TOLERANCE)
    seconds = len(signals[0]) / sample_rates[0]
    if seconds >= max_seconds + _TOLERANCE - 0.01:
        raise ClipTooLong(
            f"{name_of(source)} is longer than {max_seconds:g} seconds; cut a shorter piece out of "
            "it, raise MIR_MAX_CLIP_SECONDS, or ask what was played when in it with "
            "`mir identify --timeline`"
        )
    samples = dict(zip(sample_rates, signals, strict=True))
    return ClipSound(name_of(source), info, seconds, samples)
