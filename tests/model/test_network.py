import dataclasses

import pytest
import torch

from mir.features.patches import PATCH_FRAMES
from mir.model.network import ARCHITECTURES, MusicNetwork, NetworkSpec, scaled
from tests.small_network import SHAPE


@pytest.mark.parametrize("arch", ARCHITECTURES)
@pytest.mark.parametrize("tags", [0, 7])
def test_every_architecture_has_the_same_outputs(arch: str, tags: int) -> None:
    spec = dataclasses.replace(SHAPE, arch=arch, genres=5, tags=tags)
    network = MusicNetwork(spec).eval()
    embedding, genres, said = network(torch.rand(3, PATCH_FRAMES, spec.n_mels))
    assert embedding.shape == (3, spec.dimension)
    assert genres.shape == (3, 5)
    assert said.shape == (3, tags)


@pytest.mark.parametrize("arch", ARCHITECTURES)
def test_a_patch_of_any_length_is_heard(arch: str) -> None:
    network = MusicNetwork(dataclasses.replace(SHAPE, arch=arch)).eval()
    for frames in (60, PATCH_FRAMES, 400):
        assert network(torch.rand(1, frames, 96))[0].shape == (1, SHAPE.dimension)


def test_the_recurrent_one_sees_time_finer_and_walks_it_both_ways() -> None:
    network = MusicNetwork(dataclasses.replace(SHAPE, arch="crnn")).eval()
    patches = torch.rand(1, PATCH_FRAMES, 96) * 3
    seen: list[torch.Tensor] = []
    assert network.gru is not None
    network.gru.register_forward_hook(lambda _, given, found: seen.extend([given[0], found[0]]))
    network(patches)
    given, found = seen
    assert given.shape == found.shape == (1, 24, SHAPE.widths[-1])  # 187 / 8 moments
    first, last = torch.zeros_like(given), torch.zeros_like(given)
    first[:, 0], last[:, -1] = 1.0, 1.0
    rest = network.gru(torch.zeros_like(given))[0]
    half = SHAPE.widths[-1] // 2
    forward, backward = network.gru(first)[0] - rest, network.gru(last)[0] - rest
    assert forward[:, 1, :half].abs().max() > 1e-4  # what came first is known later
    assert forward[:, 1, half:].eq(0).all()
    assert backward[:, -2, half:].abs().max() > 1e-4  # and what comes last, before
    assert backward[:, -2, :half].eq(0).all()


def test_heads_start_from_what_is_frequent() -> None:
    network = MusicNetwork(dataclasses.replace(SHAPE, genres=3, tags=2))
    with torch.no_grad():
        network.genre_head.weight.zero_()
        assert network.tag_head is not None
        network.tag_head.weight.zero_()
    network.start_from_priors(torch.tensor([0.7, 0.2, 0.1]), torch.tensor([0.9, 0.01]))
    _, genres, tags = network.eval()(torch.rand(1, PATCH_FRAMES, 96))
    torch.testing.assert_close(genres.softmax(1), torch.tensor([[0.7, 0.2, 0.1]]))
    torch.testing.assert_close(tags.sigmoid(), torch.tensor([[0.9, 0.01]]))


def test_dropout_is_for_training_alone() -> None:
    network = MusicNetwork(dataclasses.replace(SHAPE, dropout=0.5))
    patches = torch.rand(4, PATCH_FRAMES, 96)
    assert not torch.equal(network(patches)[1], network(patches)[1])
    network.eval()
    assert torch.equal(network(patches)[1], network(patches)[1])


def test_widths_scale_in_steps_that_fill_the_vector_units() -> None:
    widths = NetworkSpec().widths
    assert scaled(widths, 1.0) == widths
    assert all(width % 16 == 0 and width >= 16 for width in scaled(widths, 0.37))
    assert sum(scaled(widths, 2.0)) == 2 * sum(widths)
