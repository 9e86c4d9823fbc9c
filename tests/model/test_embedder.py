import json
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import numpy as np
import onnx
import pytest
from other_model import other_model
from small_library import song

from mir.analysis import FloatArray
from mir.errors import ModelError
from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.features.patches import cut_patches, network_input
from mir.model.card import METADATA_KEY, ModelCard, TagAxis
from mir.model.embedder import SHIPPED, Embedder, axis_place

SPEC = FeatureSpec()


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder.load()


def mel_of(seed: int, seconds: float, gain: float = 1.0) -> FloatArray:
    return mel_spectrogram(gain * song(seed, seconds, 16_000, 1).ravel(), SPEC)


def test_the_shipped_model_is_small_and_says_what_it_is(embedder: Embedder) -> None:
    shipped = resources.files("mir.model") / "shipped" / SHIPPED
    assert len(shipped.read_bytes()) < 12_000_000
    info = embedder.info
    assert 128 <= info.dimension <= 256
    assert len(info.model_id) == 16
    assert info.spec == SPEC
    assert {"rock", "jazz", "techno"} <= set(info.genres)
    assert info.trained_on


@pytest.mark.parametrize(("seconds", "passages"), [(0.5, 1), (3, 1), (18, 1), (19, 1), (53, 3)])
def test_every_passage_has_a_unit_vector(embedder: Embedder, seconds: float, passages: int) -> None:
    hearing = embedder.hear([mel_of(1, seconds)])
    assert hearing.passages.shape == (passages, embedder.info.dimension)
    vectors = [hearing.vector, *hearing.passages]
    np.testing.assert_allclose([np.linalg.norm(v) for v in vectors], 1, atol=1e-4)


def test_names_three_genres_in_order(embedder: Embedder) -> None:
    hearing = embedder.hear([mel_of(2, 10)])
    probabilities = [label.probability for label in hearing.genres]
    assert len(probabilities) == 3
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1
    assert all(0 < label.probability <= 1 for label in hearing.moods + hearing.instruments)


def test_the_level_of_the_music_does_not_matter(embedder: Embedder) -> None:
    loud, soft = (embedder.hear([mel_of(3, 12, gain)]).vector for gain in (1.0, 0.1))
    assert loud @ soft > 0.999


def test_different_music_has_different_vectors(embedder: Embedder) -> None:
    vectors = [embedder.hear([mel_of(seed, 12)]).vector for seed in range(4)]
    alike = np.array([[a @ b for a in vectors] for b in vectors])
    assert (alike[~np.eye(4, dtype=bool)] < 0.98).all()


def test_silence_is_heard_without_a_warning(embedder: Embedder) -> None:
    hearing = embedder.hear([np.zeros((400, 96), np.float32)])
    assert np.isfinite(hearing.vector).all()


def test_threads_may_share_it(embedder: Embedder) -> None:
    mels = [mel_of(seed, 6) for seed in range(4)]
    alone = [embedder.hear([mel]).vector for mel in mels]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda mel: embedder.hear([mel]).vector, mels))
    np.testing.assert_array_equal(alone, together)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.onnx cannot be read.*MIR_MODEL"):
        Embedder.load(tmp_path / "gone.onnx")


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "holiday.onnx"
    path.write_bytes(b"a picture of the sea")
    with pytest.raises(ModelError, match=r"holiday\.onnx is not a model file"):
        Embedder.load(path)


def test_a_foreign_network_is_refused(tmp_path: Path) -> None:
    shipped = resources.files("mir.model") / "shipped" / SHIPPED
    model = onnx.load_from_string(shipped.read_bytes())
    del model.metadata_props[:]
    path = tmp_path / "foreign.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="without mir's description"):
        Embedder.load(path)
    onnx.helper.set_model_props(model, {METADATA_KEY: '{"format": 99}'})
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="format 99"):
        Embedder.load(path)


def test_a_card_survives_its_text(embedder: Embedder) -> None:
    card = embedder.card
    assert ModelCard.from_json(card.to_json()) == card
    with pytest.raises(ModelError, match="damaged"):
        ModelCard.from_json('{"format": 1, "name": "half"}')


def test_a_card_of_the_first_version_and_one_of_a_later_one_can_be_read(embedder: Embedder) -> None:
    told = json.loads(embedder.card.to_json())
    first = {name: told[name] for name in told if name not in ("axes", "vectors_of")}
    assert ModelCard.from_json(json.dumps(first)).axes == ()
    assert ModelCard.from_json(json.dumps({**told, "colour": "blue"})) == embedder.card


@pytest.mark.parametrize(
    "axis",
    [
        {"name": "taste", "columns": [1], "weights": [1.0], "offset": 0.0},
        {"name": "arousal", "columns": [1, 2], "weights": [1.0], "offset": 0.0},
        {"name": "arousal"},
    ],
)
def test_an_axis_that_means_nothing_is_refused(embedder: Embedder, axis: object) -> None:
    told = json.loads(embedder.card.to_json())
    with pytest.raises(ModelError, match="damaged"):
        ModelCard.from_json(json.dumps({**told, "axes": [axis]}))


def test_axes_place_music_between_minus_one_and_one(tmp_path: Path, embedder: Embedder) -> None:
    axes = (TagAxis("arousal", (3, 5), (0.5, -0.25), 0.1), TagAxis("valence", (7,), (40.0,), 0.0))
    heard = Embedder.load(other_model(tmp_path / "axes.onnx", axes=axes)).hear([mel_of(5, 6)])
    plain = Embedder.load(other_model(tmp_path / "plain.onnx", axes=())).hear([mel_of(5, 6)])
    assert (plain.arousal, plain.valence) == (None, None)
    assert heard.arousal is not None
    assert heard.valence is not None
    assert -1 < heard.arousal < 1
    assert abs(heard.valence) == 1  # far out; never beyond
    np.testing.assert_array_equal(heard.vector, plain.vector)


def test_an_axis_is_the_curbed_weighted_sum_of_its_logits() -> None:
    axis = TagAxis("arousal", (2, 0), (0.5, -1.0), 0.25)
    logits = np.array([0.5, 100.0, 3.0], np.float32)
    assert axis_place(axis, logits) == pytest.approx(np.tanh(0.25 + 1.5 - 0.5))
    still = TagAxis("arousal", (0,), (1.0,), -0.5)
    assert axis_place(still, logits) == 0


def test_vector_and_norm_are_the_embedding(embedder: Embedder) -> None:
    hearing = embedder.hear([mel_of(1, 18)])
    assert hearing.norm is not None
    patches = cut_patches(network_input(mel_of(1, 18)))
    whole = embedder._run(patches)[0].mean(0)
    np.testing.assert_allclose(hearing.norm * hearing.vector, whole, rtol=1e-4, atol=1e-4)
