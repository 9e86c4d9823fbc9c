from dataclasses import replace
from importlib import resources

import numpy as np
import onnx
import pytest
from small_library import song

from mir.analysis import Hearing
from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.model.card import METADATA_KEY
from mir.model.embedder import SHIPPED, Embedder
from mir.training.graft import graft_genre_head

NAMES = ("fast", "slow", "odd")


@pytest.fixture(scope="module")
def shipped() -> bytes:
    return (resources.files("mir.model") / "shipped" / SHIPPED).read_bytes()


def heard(embedder: Embedder) -> Hearing:
    spec = FeatureSpec()
    mels = [mel_spectrogram(song(n, s, 16_000, 1).ravel(), spec) for n, s in ((1, 27.0), (2, 4.0))]
    return embedder.hear(mels)


def test_the_new_head_speaks_and_the_rest_stays_to_the_bit(shipped: bytes) -> None:
    base = Embedder(shipped, "shipped")
    before = heard(base)
    rng = np.random.default_rng(0)
    weight = rng.standard_normal((3, base.info.dimension))
    bias = rng.standard_normal(3)
    card = replace(base.card, genres=NAMES, temperature=2.0)
    grafted = graft_genre_head(shipped, weight, bias, card)
    after = heard(Embedder(grafted, "grafted"))
    assert np.array_equal(after.vector, before.vector)
    assert np.array_equal(after.passages, before.passages)
    assert after.norm == before.norm
    assert after.moods == before.moods
    assert after.instruments == before.instruments
    assert before.norm is not None
    logits = (weight @ (before.vector * before.norm) + bias) / 2.0
    expected = np.exp(logits) / np.exp(logits).sum()
    said = {label.name: label.probability for label in after.genres}
    np.testing.assert_allclose([said[name] for name in NAMES], expected, rtol=1e-3)
    # The vector needs the old head; nothing but the new one has come.
    assert len(grafted) < len(shipped) + weight.size * 4 + 500


def test_a_head_can_be_replaced_again(shipped: bytes) -> None:
    base = Embedder(shipped, "shipped")
    zeros = np.zeros((2, base.info.dimension))
    first = graft_genre_head(shipped, zeros, np.zeros(2), replace(base.card, genres=("a", "b")))
    card = replace(base.card, genres=("c", "d"), temperature=1.0)
    second = graft_genre_head(first, zeros, np.array([0.0, 3.0]), card)
    found = heard(Embedder(second, "second"))
    assert [label.name for label in found.genres] == ["d", "c"]
    assert np.array_equal(found.vector, heard(base).vector)
    assert len(second) <= len(first) + 100


def test_a_network_that_does_not_centre_gets_a_head_too(shipped: bytes) -> None:
    base = Embedder(shipped, "shipped")
    model = onnx.load_from_string(shipped)
    (sub,) = (node for node in model.graph.node if "embedding" in node.output)
    stem = sub.input[0]
    sub.CopyFrom(onnx.helper.make_node("Identity", [stem], ["embedding"]))
    model.metadata_props.add(key="other", value="kept")
    changed = model.SerializeToString()
    weight = np.eye(2, base.info.dimension)
    card = replace(base.card, genres=("a", "b"), temperature=1.0)
    grafted = graft_genre_head(changed, weight, np.zeros(2), card)
    before = heard(Embedder(changed, "changed"))
    after = heard(Embedder(grafted, "grafted"))
    assert np.array_equal(after.vector, before.vector)
    assert before.norm is not None
    logits = before.vector[:2] * before.norm
    said = {label.name: label.probability for label in after.genres}
    np.testing.assert_allclose(said["a"], 1 / (1 + np.exp(logits[1] - logits[0])), rtol=1e-3)
    kept = {each.key: each.value for each in onnx.load_from_string(grafted).metadata_props}
    assert kept["other"] == "kept"
    assert METADATA_KEY in kept
