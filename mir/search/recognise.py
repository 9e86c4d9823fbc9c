"""Which recordings of the library a clip is of, and what was played when in a long recording."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from mir.analysis import FloatArray
from mir.audio.apart import Call, here
from mir.audio.source import Source
from mir.catalogue import tracks
from mir.catalogue.tracks import Track
from mir.engine import Engine
from mir.errors import AudioError
from mir.fingerprint.identify import CERTAIN, LIKELY, Candidate, identify
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import clip_landmarks
from mir.fingerprint.spectrum import SAMPLE_RATE
from mir.fingerprint.timeline import timeline

Verdict = Literal["certain", "likely"]

SHORTEST_SECONDS = 1.0

_WHOLE = 60.0  # seconds up to which a clip is looked at in one piece
_PIECE = 30.0  # seconds of each piece of a longer one
_PIECES = 4


Progress = Callable[[str, float, float | None], None]
"""Is told which part is under way, how many seconds it is past, and of how many, if known."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A track that a clip is a piece of.

    `score` says how rarely a clip that is of no track finds as much evidence: one in 10 ** score;
    see docs/fingerprints.md. The verdict follows from it.
    """

    track: Track
    offset: float  # seconds into the track where the clip begins; negative: before the track does
    tempo: float  # of the clip as a multiple of the track's
    score: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a clip was recognised as."""

    recordings: tuple[Recording, ...]  # the surest first; none: it is not in the library
    among: int  # tracks that have a fingerprint, with which the clip was compared


@dataclass(frozen=True, slots=True)
class Played:
    """A stretch of a long recording in which a track was played."""

    track: Track
    start: float  # seconds into the recording, to within five
    end: float
    offset: float  # seconds into the track at `start`
    tempo: float  # of the recording as a multiple of the track's
    score: float  # of the ten seconds that fit best, as of a Recording
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Timeline:
    """What was played when."""

    played: tuple[Played, ...]  # by their starts; of two tracks at once, both
    among: int  # tracks that have a fingerprint, with which the recording was compared


def recognise(engine: Engine, source: Source, decode: Call = here) -> Recognition:
    """Say which recordings of the library a clip is of; it may begin anywhere in them.

    A clip of up to a minute is looked at as a whole, of a longer one up to four pieces of half a
    minute, spread over it, until one is certain; `decode` calls what decodes it. Raises
    AudioError if it cannot be decoded, is shorter than a second, longer than the settings'
    `max_clip_seconds` (ClipTooLong), or silent.
    """
    from mir.audio.clip import read_clip  # late: decoders weigh on a server that starts

    clip = decode(read_clip, source, [SAMPLE_RATE], engine.settings.max_clip_seconds)
    samples = clip.samples[SAMPLE_RATE]
    if clip.seconds < SHORTEST_SECONDS:
        raise AudioError(
            f"{clip.name} is too short to be recognised ({clip.seconds:.2f} s of sound); "
            "choose at least one second, better five"
        )
    if not samples.any():
        raise AudioError(f"{clip.name} is silent, so it cannot be recognised")
    return recognise_samples(engine, samples)


def recognise_samples(engine: Engine, samples: FloatArray) -> Recognition:
    """As `recognise`, for samples (n,) at the fingerprints' SAMPLE_RATE; silence is nothing."""
    index = engine.fingerprints.index()
    best: dict[int, Candidate] = {}
    for found in _candidates(index, samples) if len(index) else ():
        if found.track not in best or best[found.track].score < found.score:
            best[found.track] = found
    ranked = sorted(best.values(), key=lambda each: (-each.score, each.track))
    here = _tracks(engine, best)
    recordings = tuple(
        Recording(here[each.track], each.offset, each.tempo, each.score, verdict(each.score))
        for each in ranked
        if each.track in here
    )
    return Recognition(recordings, len(index))


def what_was_played(
    engine: Engine,
    source: Source,
    max_seconds: float | None = None,
    progress: Progress | None = None,
    decode: Call = here,
) -> Timeline:
    """Say what was played when in a recording of any length: a mix, a radio hour, a concert.

    `decode` calls what listens; it says nothing of its progress where that is another process.
    Raises AudioError if no sound comes out of it, ClipTooLong for more than `max_seconds`.
    """
    from mir.audio.decode import probe  # late: decoders weigh on a server that starts
    from mir.fingerprinting import long_clip

    index = engine.fingerprints.index()
    if not len(index):
        return Timeline((), 0)
    if progress is None:
        recording = decode(long_clip, source, max_seconds)
        found = timeline(index, recording)
    else:
        length = probe(source).seconds
        progress("Listening", 0.0, length)
        recording = long_clip(
            source, max_seconds, lambda seconds: progress("Listening", seconds, length)
        )
        found = timeline(
            index, recording, lambda second: progress("Comparing", second, recording.seconds)
        )
    here = _tracks(engine, (each.track for each in found))
    played = tuple(
        Played(
            here[each.track],
            each.start,
            each.end,
            each.offset,
            each.tempo,
            each.score,
            verdict(each.score),
        )
        for each in found
        if each.track in here
    )
    return Timeline(played, len(index))


def verdict(score: float) -> Verdict:
    """What a score, LIKELY or more, is called."""
    return "certain" if score >= CERTAIN else "likely"


def _candidates(index: FingerprintIndex, samples: FloatArray) -> Iterator[Candidate]:
    """Whoever is likely at all in a piece of the clip, placed as if looked at from its start."""
    for start, piece in _pieces(samples):
        certain = False
        for found in identify(index, clip_landmarks(piece, SAMPLE_RATE)):
            if found.score >= LIKELY:
                yield replace(found, offset=found.offset - start * found.tempo)
                certain = certain or found.score >= CERTAIN
        if certain:
            return


def _pieces(samples: FloatArray) -> Iterator[tuple[float, FloatArray]]:
    """(second at which it begins, samples) of each piece that is looked at."""
    seconds = len(samples) / SAMPLE_RATE
    if seconds <= _WHOLE:
        yield 0.0, samples
        return
    count = min(_PIECES, int(seconds / _PIECE))
    for number in range(count):
        start = number * (seconds - _PIECE) / (count - 1)
        first = round(start * SAMPLE_RATE)
        yield start, samples[first : first + round(_PIECE * SAMPLE_RATE)]


def _tracks(engine: Engine, ids: Iterable[int]) -> dict[int, Track]:
    with engine.catalogue.session() as session:
        return tracks.get_many(session, ids)
