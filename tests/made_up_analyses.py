"""Analyses that no file gave: for tests of what happens to them afterwards."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from mir.analysis import Analysis, Descriptors, FileFacts, FloatArray, Hearing, Label, Tags

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MODEL = "made-up-model"
DIMENSION = 8


def unit_vector(seed: int, dimension: int = DIMENSION) -> FloatArray:
    """A vector of unit length (dimension,), the same for the same seed."""
    drawn = np.random.default_rng(seed).normal(size=dimension)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def made_up_hearing(
    seed: int = 0,
    *,
    model_id: str = MODEL,
    genres: Sequence[tuple[str, float]] = (("Rock", 0.7), ("Pop", 0.2), ("Folk", 0.05)),
    uncertain: bool = False,
    moods: Sequence[tuple[str, float]] = (("calm", 0.6),),
    instruments: Sequence[tuple[str, float]] = (("guitar", 0.8), ("drums", 0.4)),
) -> Hearing:
    """What a model would make of a recording, with vectors that follow from the seed."""
    return Hearing(
        model_id=model_id,
        vector=unit_vector(seed),
        passages=np.stack([unit_vector(seed + 1), unit_vector(seed + 2)]),
        genres=tuple(Label(*g) for g in genres),
        uncertain=uncertain,
        moods=tuple(Label(*m) for m in moods),
        instruments=tuple(Label(*i) for i in instruments),
    )


def made_up_analysis(
    path: str | Path = "/music/one.mp3",
    audio_hash: str = "hash-one",
    *,
    tags: Tags | None = None,
    hearing: Hearing | None = None,
    descriptors: Descriptors | None = None,
    seconds: float = 180.5,
    **facts: Any,
) -> Analysis:
    """An analysis of a file at `path`; `facts` go to its FileFacts."""
    file = {"size": 1000, "modified_ns": 1, "container": "mp3", "codec": "mp3", **facts}
    return Analysis(
        file=FileFacts(path=Path(path), **file),
        audio_hash=audio_hash,
        seconds=seconds,
        tags=tags if tags is not None else Tags(title="One", artists=("Ann",)),
        descriptors=descriptors
        or Descriptors(
            tempo=120.0,
            tempo_confidence=0.5,
            key="C",
            mode="major",
            key_confidence=0.75,
            loudness=-14.5,
            mfcc_mean=tuple(float(i) / 3 for i in range(20)),
            mfcc_std=tuple(float(i) for i in range(20)),
        ),
        hearing=hearing if hearing is not None else made_up_hearing(),
    )
