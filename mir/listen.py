"""From sound to knowledge: the one way in, for files of a library and for clips of a question.

A file is heard at three places of 18 seconds, or as a whole when it is no longer than that or when
that is asked for (`thorough`); a clip is always heard as a whole. Each stretch of up to 18 seconds
is one passage (six patches of the network): it gets its own vector, and the descriptors are
measured without crossing from one into the next.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import Protocol

from mir.analysis import Descriptors, FloatArray, Hearing
from mir.audio.clip import ClipSound
from mir.audio.decode import AudioInfo, Source, Span, probe, read_on, read_spans, read_start
from mir.audio.source import name_of
from mir.errors import AudioError
from mir.features.descriptors import describe
from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.passages import PASSAGE_SECONDS, PASSAGES, plan_spans, split

DESCRIBED_PASSAGES = 24  # of a whole file that the descriptors are measured over, at most
SHORTEST_SECONDS = 1.0

_HEARD_SECONDS = PASSAGE_SECONDS * PASSAGES
_TOLERANCE = 0.5  # seconds that a declared length may be off and still be believed


class ModelFacts(Protocol):
    """What listening must know of a model: how its spectrogram is made."""

    @property
    def spec(self) -> FeatureSpec:
        """The spectrogram that the model was trained on."""
        ...


class Ear(Protocol):
    """What listening needs of `mir.model.embedder.Embedder`."""

    @property
    def info(self) -> ModelFacts:
        """Facts about the model."""
        ...

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        """What the network makes of passages, given as mel power (frames, n_mels)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """All that listening to one source tells."""

    info: AudioInfo  # the header's claims
    seconds: float  # the length that can be believed, see `listen`
    descriptors: Descriptors
    hearing: Hearing


def listen(source: Source, embedder: Ear) -> Heard:
    """Hear a file with one model; see `listen_with_all`."""
    (heard,) = listen_with_all(source, [embedder])
    return heard


def listen_with_all(
    source: Source, embedders: Sequence[Ear], thorough: bool = False
) -> tuple[Heard, ...]:
    """Hear a file of any length at the cost of at most 54 s (108 s if its header lies).

    One answer for each of the models, which hear the same sound: it is decoded once for all that
    want the same sample rate, and its spectrogram made once for all that want the same one.
    Descriptors are measured once and equal in all answers.

    `seconds` of the answer is the declared length where the sound was found as far as
    declared; otherwise the furthest second at which there was sound. If less than half of
    what was planned is there, the start is heard instead. Silence is heard like anything
    else. If `thorough`, all of the file is heard, once by each of the models, in memory that does
    not grow with its length. Raises AudioError if nothing can be decoded or there is less than a
    second of it.
    """
    info = probe(source)
    if thorough and (info.seconds is None or info.seconds > _HEARD_SECONDS):
        return tuple(_listen_thoroughly(source, info, each) for each in embedders)
    passages: dict[int, list[FloatArray]] = {}
    for rate in dict.fromkeys(each.info.spec.sample_rate for each in embedders):
        passages[rate], seconds = _passages(source, info, rate)
    return _heard(name_of(source), info, seconds, passages, embedders, thorough)


def _listen_thoroughly(
    source: Source, info: AudioInfo, embedder: Ear, within: Span | None = None
) -> Heard:
    """Hear all of a file or of a span; it is measured over a bounded number of its passages."""
    spec = embedder.info.spec
    kept: list[tuple[FloatArray, FloatArray]] = []  # every `stride`-th passage and its spectrogram
    stride, count, seconds, sound = 1, 0, 0.0, 0.0
    origin, claimed = (0.0, info.seconds) if within is None else (within.start, within.seconds)

    def mels() -> Iterator[FloatArray]:
        nonlocal kept, stride, count, seconds, sound
        for excerpt in read_on(source, spec.sample_rate, PASSAGE_SECONDS, within):
            mel = mel_spectrogram(excerpt.samples, spec)
            if count % stride == 0:
                kept.append((excerpt.samples, mel))
            if len(kept) > DESCRIBED_PASSAGES:
                kept, stride = kept[::2], 2 * stride
            count += 1
            sound += len(excerpt.samples) / spec.sample_rate
            seconds = excerpt.start - origin + len(excerpt.samples) / spec.sample_rate
            yield mel

    stretches = mels()
    begun: list[FloatArray] = []  # of a file with a damaged start the first may hold little
    while sound < SHORTEST_SECONDS:
        if (mel := next(stretches, None)) is None:
            raise _too_short(name_of(source), sound)
        begun.append(mel)
    hearing = embedder.hear(chain(begun, stretches))
    descriptors = describe([each[0] for each in kept], [each[1] for each in kept], spec)
    believed = claimed is not None and abs(claimed - seconds) <= _TOLERANCE
    length = claimed if believed and claimed is not None else seconds
    return Heard(info, length, descriptors, replace(hearing, thorough=True))


def _passages(source: Source, info: AudioInfo, rate: int) -> tuple[list[FloatArray], float]:
    """The stretches of a file that are heard, and the length in seconds that can be believed."""
    if info.seconds is None or info.seconds <= _HEARD_SECONDS:
        samples = read_start(source, rate, _HEARD_SECONDS).samples
        found = len(samples) / rate
        passages = _cut(samples, rate)
    else:
        spans = plan_spans(info.seconds)
        excerpts = read_spans(source, spans, rate)
        passages = [each.samples for each in excerpts]
        found = max((each.start + len(each.samples) / rate for each in excerpts), default=0.0)
        if found > spans[-1].start + spans[-1].seconds - _TOLERANCE:
            found = info.seconds
        elif sum(map(len, passages)) < 0.5 * _HEARD_SECONDS * rate:
            samples = read_start(source, rate, _HEARD_SECONDS).samples
            if len(samples) > sum(map(len, passages)):
                passages = _cut(samples, rate)
                found = max(found, len(samples) / rate)
    believed = info.seconds is not None and abs(info.seconds - found) <= _TOLERANCE
    return passages, info.seconds if believed and info.seconds is not None else found


def listen_within(
    source: Source, span: Span, embedders: Sequence[Ear], thorough: bool = False
) -> tuple[Heard, ...]:
    """Hear a track inside a file as `listen_with_all` hears a whole file, and nothing around it.

    `span` is believed to lie in the file. `seconds` of the answer is its length where sound was
    found up to its end, otherwise the furthest second of it at which there was sound. Raises
    AudioError if there is less than a second of sound in it.
    """
    info = probe(source)
    if thorough and span.seconds > _HEARD_SECONDS:
        return tuple(_listen_thoroughly(source, info, each, span) for each in embedders)
    spans = [Span(span.start + each.start, each.seconds) for each in plan_spans(span.seconds)]
    passages: dict[int, list[FloatArray]] = {}
    seconds = 0.0
    for rate in dict.fromkeys(each.info.spec.sample_rate for each in embedders):
        excerpts = read_spans(source, spans, rate)
        passages[rate] = [each.samples for each in excerpts]
        end = max((each.start + len(each.samples) / rate for each in excerpts), default=0.0)
        whole = end > spans[-1].start + spans[-1].seconds - _TOLERANCE
        seconds = span.seconds if whole else max(0.0, end - span.start)
    return _heard(name_of(source), info, seconds, passages, embedders, thorough)


def listen_at(source: Source, span: Span, embedder: Ear) -> Heard:
    """Hear one stretch of a source, in passages of up to 18 s.

    `seconds` of the answer is what was heard. Raises AudioError if there is less than a second of
    sound there.
    """
    info = probe(source)
    rate = embedder.info.spec.sample_rate
    excerpts = read_spans(source, [span], rate)
    passages = [part for each in excerpts for part in _cut(each.samples, rate)]
    seconds = sum(map(len, passages)) / rate
    (heard,) = _heard(name_of(source), info, seconds, {rate: passages}, [embedder])
    return heard


def listen_clip(clip: ClipSound, embedder: Ear) -> Heard:
    """Hear a clip as a whole, in passages of up to 18 s.

    It was decoded at the sample rate that the embedder wants, at least. Raises AudioError for less
    than a second of sound, and for a silent clip: whatever were found would mean nothing.
    """
    rate = embedder.info.spec.sample_rate
    passages = {rate: _cut(clip.samples[rate], rate)}
    (heard,) = _heard(clip.name, clip.info, clip.seconds, passages, [embedder])
    if heard.descriptors.loudness is None:
        raise AudioError(
            f"{clip.name} is silent, so nothing can sound like it; choose a part with sound"
        )
    return heard


def _heard(
    name: str,
    info: AudioInfo,
    seconds: float,
    passages: Mapping[int, Sequence[FloatArray]],
    embedders: Sequence[Ear],
    thorough: bool = False,
) -> tuple[Heard, ...]:
    """What each of the models hears; passages by sample rate, one for each rate they want."""
    mels: dict[FeatureSpec, list[FloatArray]] = {}
    for spec in dict.fromkeys(each.info.spec for each in embedders):
        samples = passages[spec.sample_rate]
        sound = sum(map(len, samples)) / spec.sample_rate
        if sound < SHORTEST_SECONDS:
            raise _too_short(name, sound)
        mels[spec] = [mel_spectrogram(passage, spec) for passage in samples]
    spec = embedders[0].info.spec
    descriptors = describe(passages[spec.sample_rate], mels[spec], spec)
    hearings = [each.hear(mels[each.info.spec]) for each in embedders]
    return tuple(
        Heard(info, seconds, descriptors, replace(hearing, thorough=thorough))
        for hearing in hearings
    )


def _too_short(name: str, seconds: float) -> AudioError:
    return AudioError(
        f"{name} is too short to be heard ({seconds:.2f} s of sound); choose at least one second"
    )


def _cut(samples: FloatArray, sample_rate: int) -> list[FloatArray]:
    spans = split(len(samples) / sample_rate)
    bounds = [round(span.start * sample_rate) for span in spans] + [len(samples)]
    return [samples[start:end] for start, end in pairwise(bounds)]
