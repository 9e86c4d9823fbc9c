"""A few seconds of a recording as a small mp3 that every browser plays."""

import io
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np

from mir.analysis import Span
from mir.audio.decode import read_spans
from mir.audio.source import Source, name_of
from mir.errors import AudioError

LONGEST = 15.0  # seconds
_RATE, _BIT_RATE = 32_000, 64_000  # Hz, bits per second
_FRAME = 1_152  # samples of a frame of the codec


def snippets(source: Source, spans: Sequence[Span]) -> list[bytes | None]:
    """The `snippet` of each span; None where it has no sound."""
    found: list[bytes | None] = []
    for span in spans:
        try:
            found.append(snippet(source, span))
        except AudioError:
            found.append(None)
    return found


def snippet(source: Source, span: Span) -> bytes:
    """The sound of `span`, of which `LONGEST` seconds at most, as an mp3 in mono: 8 kB a second.

    Shorter where the sound ends. Raises AudioError if there is none, and ValueError for a span of
    no length.
    """
    if span.seconds <= 0:
        raise ValueError(f"a snippet of {span.seconds} seconds has no sound; choose a longer span")
    wanted = Span(max(0.0, span.start), min(span.seconds, LONGEST))
    excerpts = read_spans(source, [wanted], _RATE)
    if not excerpts:
        raise AudioError(
            f"{name_of(source)} gives no sound from second {wanted.start:.0f} on; play it"
        )
    samples = np.clip(np.nan_to_num(excerpts[0].samples), -1, 1)
    written = io.BytesIO()
    with av.open(written, "w", format="mp3") as output:
        stream = output.add_stream("libmp3lame", rate=_RATE, layout="mono", format="fltp")
        stream.bit_rate = _BIT_RATE
        for start in range(0, len(samples), _FRAME):
            block = np.ascontiguousarray(samples[start : start + _FRAME])[None]  # (1, samples)
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = _RATE, start
            frame.time_base = Fraction(1, _RATE)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return written.getvalue()
