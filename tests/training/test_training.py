import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from labelled_music import LabelledMusic

from mir.analysis import Hearing
from mir.errors import TrainingError
from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.model.embedder import Embedder
from mir.training.dataset import Dataset, open_dataset
from mir.training.export import fit_temperature
from mir.training.labels import read_human_labels, read_teacher_labels
from mir.training.loop import Epoch, TrainingSpec, train
from mir.training.pipeline import train_model

SPEC = TrainingSpec(epochs=2, batch_size=8, threads=1)


@pytest.fixture(scope="module")
def dataset(labelled_music: LabelledMusic, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    human = read_human_labels(labelled_music.labels, labelled_music.data)
    teacher = read_teacher_labels(labelled_music.teacher)
    return open_dataset(labelled_music.data, teacher, human, tmp_path_factory.mktemp("cache"))


def test_no_file_and_no_folder_stands_on_two_sides(dataset: Dataset) -> None:
    train_side = {s.file.rsplit("/", 1)[0] for s in dataset.on("train")}
    valid_side = {s.file.rsplit("/", 1)[0] for s in dataset.on("valid")}
    assert train_side & valid_side <= {"people"}  # split by people, by artist
    assert {s.file for s in dataset.on("train")}.isdisjoint(s.file for s in dataset.on("valid"))


def test_soft_labels_follow_the_shift_of_a_patch(dataset: Dataset) -> None:
    batch = next(dataset.batches(dataset.on("train"), 16, np.random.default_rng(0)))
    assert batch.frames.shape == (16, 187, 96)
    assert np.allclose(batch.genres.sum(1), 1, atol=1e-5)
    assert ((batch.tags >= 0) & (batch.tags <= 1)).all()


def test_training_learns_and_its_model_tells_the_two_kinds_apart(
    labelled_music: LabelledMusic, tmp_path: Path
) -> None:
    losses = []
    report = train_model(
        labelled_music.data,
        labelled_music.teacher,
        [labelled_music.labels],
        name="tiny",
        run=tmp_path / "run",
        out=tmp_path / "tiny.onnx",
        spec=dataclasses.replace(SPEC, epochs=6),
        progress=lambda s: losses.append(s.losses["total"]) if hasattr(s, "losses") else None,
    )
    assert losses[-1] < 0.8 * losses[0]
    assert report.skipped == 0
    embedder = Embedder.load(report.model)
    assert embedder.info.name == "tiny"
    time = np.arange(16_000 * 9) / 16_000
    rng = np.random.default_rng(9)

    def hear(samples: np.ndarray) -> Hearing:
        return embedder.hear([mel_spectrogram(samples.astype(np.float32), FeatureSpec())])

    tones = [hear(0.3 * np.sin(2 * np.pi * f * time)) for f in (90, 140)]
    noise = hear(((time * 4) % 1.0 < 0.1) * rng.standard_normal(len(time)))
    assert tones[0].vector @ tones[1].vector > tones[0].vector @ noise.vector
    assert np.linalg.norm(noise.vector) == pytest.approx(1, abs=1e-5)
    assert len(noise.genres) == 3
    assert noise.genres[0].probability >= noise.genres[1].probability


def test_the_model_file_computes_what_the_network_computed(
    dataset: Dataset, tmp_path: Path
) -> None:
    from mir.training.export import export

    network = train(dataset, dataclasses.replace(SPEC, epochs=1), tmp_path)
    export(network, dataset, "same", "made-up sounds", tmp_path / "same.onnx")
    embedder = Embedder.load(tmp_path / "same.onnx")
    patches = dataset.patches(dataset.on("train")[0])
    with torch.inference_mode():
        expected = [out.numpy() for out in network(torch.from_numpy(patches))]
    for ours, theirs in zip(embedder._run(patches), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)


def test_a_run_that_was_killed_goes_on_to_the_same_weights(
    dataset: Dataset, tmp_path: Path
) -> None:
    unbroken = train(dataset, SPEC, tmp_path / "unbroken")

    class Killed(Exception):
        pass

    def kill(epoch: Epoch) -> None:
        if epoch.validation and epoch.number == 1:
            raise Killed

    with pytest.raises(Killed):
        train(dataset, SPEC, tmp_path / "killed", kill)
    resumed = train(dataset, SPEC, tmp_path / "killed")
    for name, weights in unbroken.state_dict().items():
        assert torch.equal(weights, resumed.state_dict()[name]), name


def test_a_checkpoint_of_other_settings_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    one = dataclasses.replace(SPEC, epochs=1)
    train(dataset, one, tmp_path)
    with pytest.raises(TrainingError, match="other settings"):
        train(dataset, dataclasses.replace(one, seed=2), tmp_path)


def test_an_artist_on_two_sides_is_refused(labelled_music: LabelledMusic, tmp_path: Path) -> None:
    path = labelled_music.data / "people" / "leaky.csv"
    path.write_text("file,split,label,sublabel,artist\na,train,x,,A\nb,test,x,,A\n")
    with pytest.raises(TrainingError, match="'A' stands in two splits"):
        read_human_labels(path, labelled_music.data)


def test_a_file_that_is_no_label_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "labels.npz"
    path.write_bytes(b"not an archive")
    with pytest.raises(TrainingError, match=r"labels\.npz"):
        read_teacher_labels(path)


def test_music_that_is_not_there_is_said(labelled_music: LabelledMusic, tmp_path: Path) -> None:
    teacher = read_teacher_labels(labelled_music.teacher)
    with pytest.raises(TrainingError, match="none of the 16 labelled files"):
        open_dataset(tmp_path, teacher, {}, tmp_path / "cache")


def test_the_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((4000, 5))
    weights = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = np.array([rng.choice(5, p=row) for row in weights])
    assert fit_temperature(logits * 3, labels) == pytest.approx(3, rel=0.1)
