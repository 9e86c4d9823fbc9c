"""What a model hears in a recording as it goes on: genres, moods and feeling of each passage.

A recording is divided into equal passages of six seconds or more, `MOST_PASSAGES` at most; of a
passage longer than `HEARD_SECONDS` its middle is heard, so that the cost is bounded however long
the recording is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mir.analysis import FloatArray, Hearing, Label, Span
from mir.audio.decode import read_one_by_one
from mir.audio.source import Source, name_of
from mir.errors import AudioError
from mir.features.mel import FeatureSpec, mel_spectrogram

MOST_PASSAGES = 60
SHORTEST_PASSAGE = 6.0  # seconds: two patches of the network, of which one alone is often wrong
HEARD_SECONDS = 18.0  # of a passage

_MOST_ROWS = 6  # genres, and moods, that are told
_MENTIONED = 0.15  # probability that a genre must reach in some passage to be told
_LEAST_SOUND = 1.0  # seconds of a passage, or else nothing is said of it


class ModelFacts(Protocol):
    """What must be known of a model."""

    @property
    def model_id(self) -> str:
        """Which model it is."""
        ...

    @property
    def spec(self) -> FeatureSpec:
        """The spectrogram that the model was trained on."""
        ...


class Ear(Protocol):
    """What this needs of `mir.model.embedder.Embedder`."""

    @property
    def info(self) -> ModelFacts:
        """Facts about the model."""
        ...

    @property
    def remarkable(self) -> Mapping[str, float]:
        """For each mood the probability that a tenth of music reaches."""
        ...

    def hear_each(self, mels: Iterable[FloatArray]) -> Iterator[Hearing]:
        """What the network makes of each stretch, everything named."""
        ...


@dataclass(frozen=True, slots=True)
class Row:
    """How probable a label is in each passage, in [0, 1]; None where nothing was heard."""

    name: str
    probabilities: tuple[float | None, ...]
    remarkable: float | None = None  # of a mood: what a tenth of music reaches


@dataclass(frozen=True, slots=True)
class OverTime:
    """What is heard in each of the `passages`, which follow each other and are equally long.

    `genres`, the most probable first, and `moods`, the most remarkable first, are those that
    matter somewhere; `arousal` and `valence` lie in [-1, 1], as in `mir.analysis.Hearing`.
    """

    model_id: str
    passages: tuple[Span, ...]  # in seconds of the recording
    genres: tuple[Row, ...]
    moods: tuple[Row, ...]
    arousal: tuple[float | None, ...]
    valence: tuple[float | None, ...]


def divide(seconds: float) -> list[Span]:
    """The passages of a recording of that length."""
    count = max(1, min(MOST_PASSAGES, int(seconds / SHORTEST_PASSAGE)))
    return [Span(seconds * n / count, seconds / count) for n in range(count)]


def hear_over_time(
    source: Source, embedder: Ear, seconds: float, within: Span | None = None
) -> OverTime:
    """Hear a file of `seconds`, or the stretch `within` of it, which is as long, as it goes on.

    Raises AudioError where there is no passage with a second of sound.
    """
    spans = divide(seconds)
    origin = within.start if within is not None else 0.0
    spec = embedder.info.spec
    heard_at: list[int] = []

    def mels() -> Iterator[FloatArray]:
        places = {_middle(span, origin).start: n for n, span in enumerate(spans)}
        stretches = [_middle(span, origin) for span in spans]
        for excerpt in read_one_by_one(source, stretches, spec.sample_rate):
            if len(excerpt.samples) >= _LEAST_SOUND * spec.sample_rate:
                heard_at.append(places[excerpt.start])
                yield mel_spectrogram(excerpt.samples, spec)

    found = list(embedder.hear_each(mels()))
    if not found:
        raise AudioError(f"{name_of(source)} gives no sound to be heard; choose a longer track")
    hearings: list[Hearing | None] = [None] * len(spans)
    for place, hearing in zip(heard_at, found, strict=True):
        hearings[place] = hearing
    return OverTime(
        model_id=embedder.info.model_id,
        passages=tuple(spans),
        genres=_genres(hearings),
        moods=_moods(hearings, embedder.remarkable),
        arousal=tuple(None if each is None else each.arousal for each in hearings),
        valence=tuple(None if each is None else each.valence for each in hearings),
    )


def _middle(span: Span, origin: float) -> Span:
    heard = min(span.seconds, HEARD_SECONDS)
    return Span(origin + span.start + (span.seconds - heard) / 2, heard)


def _genres(hearings: Sequence[Hearing | None]) -> tuple[Row, ...]:
    rows = _rows([None if each is None else each.genres for each in hearings])
    rows.sort(key=lambda row: -sum(map(_known, row.probabilities)))
    told = [row for row in rows if max(map(_known, row.probabilities)) >= _MENTIONED]
    return tuple((told or rows[:1])[:_MOST_ROWS])


def _moods(hearings: Sequence[Hearing | None], remarkable: Mapping[str, float]) -> tuple[Row, ...]:
    rows = [
        (max(map(_known, row.probabilities)) / remarkable[row.name], row)
        for row in _rows([None if each is None else each.moods for each in hearings])
        if row.name in remarkable
    ]
    rows.sort(key=lambda pair: -pair[0])
    told = [row for ratio, row in rows if ratio >= 1][:_MOST_ROWS]
    return tuple(Row(row.name, row.probabilities, remarkable[row.name]) for row in told)


def _rows(labels: Sequence[tuple[Label, ...] | None]) -> list[Row]:
    """A row for each name that is said of any passage."""
    said = [
        None if each is None else {one.name: one.probability for one in each} for each in labels
    ]
    names = dict.fromkeys(name for each in said if each for name in each)
    return [
        Row(name, tuple(None if each is None else each.get(name, 0.0) for each in said))
        for name in names
    ]


def _known(probability: float | None) -> float:
    return 0.0 if probability is None else probability
