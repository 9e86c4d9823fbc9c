"""Summaries: the same in every key, alike at other tempi, and none for silence."""

import numpy as np
import pytest

from mir.versions.chroma import Chroma
from mir.versions.summary import dimension, summary
from tests.versions.played import faster, sequence, transposed

PIECE = sequence(1, 240)


def _summary(chroma: Chroma) -> np.ndarray:
    found = summary(chroma)
    assert found is not None
    return found


def test_it_is_a_unit_vector_of_float32() -> None:
    for frames in (1, 30, 48, 240):
        found = _summary(sequence(1, frames))
        assert found.shape == (dimension(),)
        assert found.dtype == np.float32
        assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("semitones", [-5, 1, 6])
def test_the_key_does_not_matter(semitones: int) -> None:
    assert _summary(transposed(PIECE, semitones)) == pytest.approx(_summary(PIECE), abs=1e-4)


@pytest.mark.parametrize("tempo", [0.85, 1.0, 1.15])
def test_a_version_is_nearer_than_other_music(tempo: float) -> None:
    library = np.stack([_summary(sequence(seed, 240)) for seed in range(2, 32)])
    mean = library.mean(axis=0)
    version = _summary(faster(Chroma(PIECE.levels[20:200]), tempo)) - mean
    own = _summary(PIECE) - mean
    others = library - mean
    cosines = others @ version / np.linalg.norm(others, axis=1)
    assert own @ version / np.linalg.norm(own) > cosines.max()


def test_silence_has_none() -> None:
    assert summary(Chroma(np.zeros((0, 12), np.uint8))) is None
    assert summary(Chroma(np.zeros((50, 12), np.uint8))) is None
