"""A stand-in for the network: instant, deterministic, and similar sounds get similar vectors.

It has the interface of `mir.model.embedder.Embedder`. Its vector of a passage is the shape of the
mean spectrum and of its movement, in eight bands each, so it tells tones and noises apart
but has learnt nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mir.analysis import FloatArray, Hearing, Label
from mir.features.mel import FeatureSpec

DIMENSION = 16
GENRES = ("ambient", "jazz", "rock", "techno")


@dataclass(frozen=True, slots=True)
class StubInfo:
    """The same facts as the true model's."""

    model_id: str = "stub"
    name: str = "stub"
    dimension: int = DIMENSION
    genres: tuple[str, ...] = GENRES
    moods: tuple[str, ...] = ("calm", "happy")
    instruments: tuple[str, ...] = ("piano", "synthesizer")
    axes: tuple[str, ...] = ()
    spec: FeatureSpec = field(default_factory=FeatureSpec)
    summary: dict[str, Any] = field(default_factory=dict)


class StubEmbedder:
    """Hears spectrum and movement in eight bands."""

    def __init__(self, model_id: str = "stub") -> None:
        self.info = StubInfo(model_id=model_id)
        self.model_id = model_id

    def hear(self, mels: Sequence[FloatArray]) -> Hearing:
        """A vector for each of the passages (frames, 96), and their mean for the whole."""
        passages = np.stack([_vector(mel) for mel in mels])
        vector = _unit(passages.mean(axis=0))
        order = np.argsort(-vector[: len(GENRES)], kind="stable")
        return Hearing(
            model_id=self.model_id,
            vector=vector,
            passages=passages,
            genres=tuple(
                Label(GENRES[place], probability)
                for place, probability in zip(order, (0.6, 0.2, 0.1), strict=False)
            ),
            uncertain=False,
            moods=(Label("calm" if vector[0] > 0 else "happy", 0.7),),
            instruments=(),
        )

    def hear_everything(self, mels: Sequence[FloatArray]) -> Hearing:
        """The same with every mood and instrument: the more of a mood, the brighter the sound."""
        hearing = self.hear(mels)
        bright = float(np.clip(0.5 + hearing.vector[4], 0.0, 1.0))
        moods = (Label("calm", 1.0 - bright), Label("happy", bright))
        return replace(hearing, moods=moods, instruments=(Label("piano", 0.1),))

    def hear_each(self, mels: Iterable[FloatArray]) -> Iterator[Hearing]:
        """Each of the stretches by itself."""
        for mel in mels:
            yield self.hear_everything([mel])

    @property
    def remarkable(self) -> dict[str, float]:
        """As the true model's."""
        return {"calm": 0.5, "happy": 0.5}


def _vector(mel: FloatArray) -> FloatArray:
    decibels = 10 * np.log10(np.maximum(mel, 1e-8))
    bands = [decibels[:, start : start + 12].mean(axis=1) for start in range(0, 96, 12)]
    level = np.array([band.mean() for band in bands])
    movement = np.array([band.std() for band in bands])
    return _unit(np.concatenate([level - level.mean(), movement - movement.mean()]))


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    if length < 1e-6:  # silence has no shape
        vector, length = np.eye(len(vector))[0], 1.0
    return (vector / length).astype(np.float32)
