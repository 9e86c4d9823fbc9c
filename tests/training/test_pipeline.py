import dataclasses
from pathlib import Path

import numpy as np
import pytest
from labelled_music import LabelledMusic

from mir.analysis import Hearing
from mir.errors import TrainingError
from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.model.embedder import Embedder
from mir.training.logs import RunLog
from mir.training.material import Material
from mir.training.pipeline import train_model
from mir.training.spec import AUGMENTATIONS, Machine
from mir.training.state import Epoch
from tests.small_network import ONE_THREAD, SHAPE, SPEC

LONGER = dataclasses.replace(SPEC, epochs=8, mixup=0.0)


class Curves:
    """A log that keeps what it is told."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, float, int]] = []
        self.opened: list[tuple[Path, int]] = []
        self.closed = 0

    def open(self, run: Path, step: int) -> RunLog:
        self.opened.append((run, step))
        return self

    def scalar(self, name: str, value: float, step: int) -> None:
        self.noted.append((name, value, step))

    def close(self) -> None:
        self.closed += 1


def hear(model: Path, samples: np.ndarray) -> Hearing:
    embedder = Embedder.load(model)
    return embedder.hear([mel_spectrogram(samples.astype(np.float32), FeatureSpec())])


TIME = np.arange(16_000 * 9) / 16_000
TONE = 0.3 * np.sin(2 * np.pi * 120 * TIME) * (1 + np.sin(2 * np.pi * 0.5 * TIME))
BEAT = ((TIME * 4) % 1.0 < 0.1) * np.random.default_rng(9).standard_normal(len(TIME)) * 0.5


@pytest.mark.parametrize("arch", ["cnn", "crnn"])
def test_from_folders_to_a_model_that_names_their_genres(
    by_people: Material, tmp_path: Path, arch: str
) -> None:
    report = train_model(
        by_people,
        tmp_path / "run",
        network=dataclasses.replace(SHAPE, arch=arch),
        training=LONGER,
        machine=ONE_THREAD,
        name="tiny",
        out=tmp_path / "tiny.onnx",
    )
    assert report.model == tmp_path / "tiny.onnx"
    assert sum(report.tracks.values()) == 20
    assert report.test is not None
    assert report.test.tracks == report.tracks["test"]
    assert report.test.accuracy is not None
    assert report.test.accuracy.value == 1.0
    tone, beat = hear(report.model, TONE), hear(report.model, BEAT)
    assert tone.genres[0].name == "drones"
    assert beat.genres[0].name == "beats"
    assert tone.moods == tone.instruments == ()
    assert np.linalg.norm(tone.vector) == pytest.approx(1, abs=1e-5)
    card = Embedder.load(report.model).card
    assert card.training["arch"] == arch
    assert card.training["epochs"] == 8
    assert card.training["widths"] == "16 16 16 16 32"
    assert card.training["learning_rate"] == 3e-3
    assert card.training["test accuracy"] == 1.0
    assert card.training["test tracks"] == report.test.tracks
    assert card.training["test accuracy from"] == round(report.test.accuracy.low, 4)
    assert card.training["augmentation gain_db"] == AUGMENTATIONS["light"].gain_db


def test_with_a_teacher_the_model_names_moods_and_instruments_too(
    by_both: Material, tmp_path: Path
) -> None:
    report = train_model(
        by_both,
        tmp_path,
        network=SHAPE,
        training=LONGER,
        machine=ONE_THREAD,
        out=tmp_path / "tiny.onnx",
    )
    assert report.model is not None
    assert report.test is None  # nothing stands on the test side
    assert report.best.valid.precision is not None
    info = Embedder.load(report.model).info
    assert len(info.genres) == 29
    assert info.moods
    assert info.instruments
    assert "labels.npz" in info.trained_on
    tones = [hear(report.model, TONE), hear(report.model, 0.5 * TONE)]
    assert tones[0].vector @ tones[1].vector > tones[0].vector @ hear(report.model, BEAT).vector


def test_curves_are_noted_at_rising_steps_and_the_log_is_closed(
    by_people: Material, tmp_path: Path
) -> None:
    curves = Curves()

    def stop(state: object) -> None:
        if isinstance(state, Epoch):
            raise KeyboardInterrupt

    settings = {"network": SHAPE, "training": SPEC, "machine": ONE_THREAD}
    with pytest.raises(KeyboardInterrupt):
        train_model(by_people, tmp_path, open_log=curves.open, progress=stop, **settings)
    assert curves.closed == 1
    report = train_model(by_people, tmp_path, open_log=curves.open, **settings)
    steps = report.epochs[0].steps
    assert curves.opened == [(tmp_path, 1), (tmp_path, steps + 1)]
    assert curves.closed == 2
    at = [step for _, _, step in curves.noted]
    assert at == sorted(at)
    assert {step for name, _, step in curves.noted if name == "train/total"} == set(
        range(1, 2 * steps + 1)
    )
    valid = {name for name, _, step in curves.noted if step == 2 * steps and "valid" in name}
    assert valid == {"valid/loss", "valid/accuracy", "valid/macro_f1", "valid/precision"}


def test_it_trains_in_bfloat16_too(by_people: Material, tmp_path: Path) -> None:
    machine = Machine(device="cpu", bf16=True, threads=1, jobs=1)
    report = train_model(
        by_people,
        tmp_path,
        network=SHAPE,
        training=LONGER,
        machine=machine,
        out=tmp_path / "tiny.onnx",
    )
    assert report.best.losses["total"] < report.epochs[0].losses["total"]
    assert report.model is not None
    assert hear(report.model, BEAT).genres[0].name == "beats"


def test_what_cannot_be_done_is_refused_with_the_remedy(
    by_people: Material, labelled_music: LabelledMusic, by_both: Material, tmp_path: Path
) -> None:
    with pytest.raises(TrainingError, match="arch is 'transformer'; it must be cnn or crnn"):
        train_model(by_people, tmp_path, network=dataclasses.replace(SHAPE, arch="transformer"))
    with pytest.raises(TrainingError, match="device is 'tpu'"):
        train_model(by_people, tmp_path, network=SHAPE, machine=Machine(device="tpu"))
    unlabelled = dataclasses.replace(by_both, labels=(), genre_of={}, sets=())
    weighted = dataclasses.replace(SPEC, class_weights=True)
    with pytest.raises(TrainingError, match=r"class weights .* give --labels"):
        train_model(unlabelled, tmp_path, network=SHAPE, training=weighted)


def test_cuda_where_there_is_none_is_said(by_people: Material, tmp_path: Path) -> None:
    import torch

    machine = Machine(device="cuda")
    if torch.cuda.is_available():
        report = train_model(by_people, tmp_path, network=SHAPE, training=SPEC, machine=machine)
        assert len(report.epochs) == SPEC.epochs
        return
    with pytest.raises(TrainingError, match="no CUDA device here; use the device cpu or auto"):
        train_model(by_people, tmp_path, network=SHAPE, machine=machine)
