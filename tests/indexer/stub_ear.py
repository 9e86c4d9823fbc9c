"""A network for tests: its vector is the spectrum, so the same sound has the same vector."""

import ctypes
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mir.analysis import FloatArray, Hearing, Label
from mir.features.mel import FeatureSpec

DIMENSION = 32
GENRES = ("Ambient", "Jazz", "Rock")


@dataclass(frozen=True, slots=True)
class StubInfo:
    model_id: str = "stub"
    name: str = "stub"
    dimension: int = DIMENSION
    genres: tuple[str, ...] = GENRES
    moods: tuple[str, ...] = ("calm", "loud")
    instruments: tuple[str, ...] = ("piano",)
    spec: FeatureSpec = field(default_factory=FeatureSpec)


class StubEar:
    """What indexing and searching need of an embedder."""

    def __init__(self, model_id: str = "stub") -> None:
        self.info = StubInfo(model_id=model_id, name=model_id)

    @classmethod
    def load(cls, path: Path | None = None) -> "StubEar":
        return cls()

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        passages = np.stack([_unit(mel) for mel in mels])
        mean = passages.mean(0)
        return Hearing(
            model_id=self.info.model_id,
            vector=(mean / np.linalg.norm(mean)).astype(np.float32),
            passages=passages,
            genres=(Label("Jazz", 0.7), Label("Rock", 0.2), Label("Ambient", 0.1)),
            uncertain=False,
            moods=(Label("calm", 0.8),),
            instruments=(Label("piano", 0.6),),
        )


class DeafEar(StubEar):
    """Shows that nothing was listened to: whoever tries fails."""

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        raise AssertionError("nothing should be listened to")


class FragileEar(StubEar):
    """Its process is killed, as by a lack of memory, in the middle of silence."""

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        heard = list(mels)
        if not any(mel.any() for mel in heard):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().hear(heard)


class SegfaultingEar(StubEar):
    """Reads where there is no memory, as broken code in C does, in the middle of silence."""

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        if not any(mel.any() for mel in mels):
            ctypes.string_at(0)
        return super().hear(mels)


class HangingEar(StubEar):
    """Comes to no end in the middle of silence."""

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        if not any(mel.any() for mel in mels):
            time.sleep(600)
        return super().hear(mels)


class HoardingEar(StubEar):
    """Wants more memory than there may be, in the middle of silence."""

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        if not any(mel.any() for mel in mels):
            bytearray(4 << 30)
        return super().hear(mels)


class WitnessEar(StubEar):
    """Notes its id in a file whenever it hears."""

    def __init__(self, model_id: str, witness: Path) -> None:
        super().__init__(model_id)
        self.witness = witness

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        with self.witness.open("a") as file:
            file.write(f"{self.info.model_id}\n")
        return super().hear(mels)


class SlowEar(StubEar):
    """Takes its time, and leaves a mark when it begins."""

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        Path("home/first-heard").touch()
        time.sleep(0.3)
        return super().hear(mels)


def _unit(mel: FloatArray) -> FloatArray:
    bands = np.log1p(1e4 * mel.mean(0)).reshape(DIMENSION, -1).mean(1)
    bands = bands - bands.mean() + 1e-3
    unit: FloatArray = (bands / np.linalg.norm(bands)).astype(np.float32)
    return unit
