import dataclasses
from pathlib import Path

import numpy as np
import onnx
import pytest
import soundfile
import torch
from labelled_music import LabelledMusic

from mir.errors import TrainingError
from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.model.embedder import Embedder
from mir.model.network import ARCHITECTURES, MusicNetwork
from mir.training.dataset import Dataset
from mir.training.export import export, fit_temperature, to_onnx
from mir.training.material import Material
from mir.training.votes import Votes
from tests.small_network import CPU, SHAPE


def network_for(material: Material, arch: str = "cnn") -> MusicNetwork:
    torch.manual_seed(0)
    dataset = Dataset(material)
    network = MusicNetwork(
        dataclasses.replace(SHAPE, arch=arch, genres=len(material.genres), tags=len(dataset.tags))
    )
    network.train()
    for batch in dataset.in_order("train", 16):  # so that the norms have met the music
        network(batch.frames)
    return network.eval()


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("kind", ["by_both", "by_people"])
def test_the_model_file_computes_what_the_network_computed(
    arch: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    material: Material = request.getfixturevalue(kind)
    network, dataset = network_for(material, arch), Dataset(material)
    export(network, dataset, CPU, "same", {"arch": arch}, tmp_path / "same.onnx")
    embedder = Embedder.load(tmp_path / "same.onnx")
    assert embedder.info.name == "same"
    assert embedder.info.genres == material.genres
    assert embedder.info.trained_on == material.described
    assert embedder.card.training == {"arch": arch}
    assert bool(embedder.info.moods) == bool(embedder.info.instruments) == (kind == "by_both")
    for patches in (
        dataset.patches(dataset.on("train")[0]),
        dataset.batch(dataset.places("valid")[:1]).frames.numpy(),
    ):
        with torch.inference_mode():
            expected = [out.numpy() for out in network(torch.from_numpy(patches))]
        for ours, theirs in zip(embedder._run(patches), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-3)


def test_votes_become_moods_and_axes_and_leave_the_vectors_alone(
    by_both: Material, labelled_music: LabelledMusic, tmp_path: Path
) -> None:
    files = tuple(dict.fromkeys(stretch.file for stretch in by_both.stretches))
    lively = np.array([int(Path(file).stem) % 2 for file in files])  # as the music was made
    shares = np.stack([0.9 * lively, 0.7 * lively, 0.8 * (1 - lively), 0.6 * (1 - lively)], 1)
    votes = Votes(
        ("happy", "tense", "calm", "sad"),
        files * 2,
        ("train",) * len(files) + ("valid",) * len(files),
        np.concatenate([shares, shares]),
    )
    voted = dataclasses.replace(by_both, votes=votes)
    network, dataset = network_for(voted), Dataset(voted)
    plain, with_votes = tmp_path / "plain.onnx", tmp_path / "votes.onnx"
    export(network, Dataset(by_both), CPU, "plain", {}, plain)
    export(network, dataset, CPU, "votes", {}, with_votes)
    embedder, without = Embedder.load(with_votes), Embedder.load(plain)
    assert (without.info.axes, without.hear([np.ones((187, 96), np.float32)]).arousal) == ((), None)
    assert embedder.info.axes == ("arousal", "valence")
    assert {"happy", "tense", "calm", "sad", "party"} <= set(embedder.info.moods)
    mood = {group.name: group.columns for group in embedder.card.moods}
    assert mood["happy"] == (len(dataset.tags),)  # people's word stands for the teachers'
    placed: dict[int, list[float]] = {0: [], 1: []}
    for file, kind in zip(files, lively, strict=True):
        sound, _ = soundfile.read(labelled_music.data / file, dtype="float32")
        mels = [mel_spectrogram(sound, FeatureSpec())]
        heard, before = embedder.hear(mels), without.hear(mels)
        np.testing.assert_array_equal(heard.vector, before.vector)
        assert heard.arousal is not None
        placed[int(kind)].append(heard.arousal)
    assert min(placed[1]) > max(placed[0])


def test_the_embedding_is_centred_on_the_train_side(by_people: Material, tmp_path: Path) -> None:
    network, dataset = network_for(by_people), Dataset(by_people)
    export(network, dataset, CPU, "x", {}, tmp_path / "x.onnx")
    embedder = Embedder.load(tmp_path / "x.onnx")
    tracks = []
    for file in dataset.tracks("train"):
        parts = [dataset.patches(s) for s in dataset.on("train") if s.file == file]
        tracks.append(embedder._run(np.concatenate(parts))[0].mean(0))
    np.testing.assert_allclose(np.mean(tracks, 0), 0, atol=1e-4)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_every_parameter_is_in_the_file_under_its_name(by_both: Material, arch: str) -> None:
    network = network_for(by_both, arch)
    stored = {each.name: each for each in to_onnx(network).graph.initializer}
    for name, tensor in network.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            np.testing.assert_array_equal(onnx.numpy_helper.to_array(stored[name]), tensor, name)


def test_pools_are_written_as_they_run_fast(by_both: Material) -> None:
    pools = [n for n in to_onnx(network_for(by_both)).graph.node if n.op_type == "AveragePool"]
    given = [
        {each.name: onnx.helper.get_attribute_value(each) for each in n.attribute} for n in pools
    ]
    assert [each["pads"] for each in given] == [[0, 0, lacking, 0] for lacking in (0, 1, 0, 0)]
    assert not any("ceil_mode" in each or each["count_include_pad"] for each in given)


def test_a_model_that_cannot_be_written_says_so(by_people: Material, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match="cannot be written to"):
        export(
            network_for(by_people), Dataset(by_people), CPU, "x", {}, tmp_path / "file" / "x.onnx"
        )


def test_the_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(0)
    logits = rng.standard_normal((4000, 5)).astype(np.float32)
    weights = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = np.array([rng.choice(5, p=row / row.sum()) for row in weights.astype(np.float64)])
    assert fit_temperature(logits * 3, labels) == pytest.approx(3, rel=0.1)
    assert fit_temperature(logits[:0], labels[:0]) == 1.0
