import dataclasses
import math

import pytest
import torch
from torch import Tensor

from mir.model.network import MusicNetwork
from mir.training.dataset import Batch, Dataset
from mir.training.material import Material
from mir.training.objective import (
    Objective,
    Prediction,
    Target,
    cross_entropy,
    feature_term,
    genre_term,
    genre_weights,
    sublabel_term,
    tag_term,
)
from mir.training.spec import TrainingSpec
from tests.small_network import SHAPE, SPEC


def said(**tensors: Tensor) -> Prediction:
    bare = {each.name: torch.zeros(2, 3) for each in dataclasses.fields(Prediction)}
    return Prediction(**{**bare, **tensors})


def wanted(**tensors: Tensor) -> Target:
    bare = {each.name: torch.zeros(2, 3) for each in dataclasses.fields(Target)}
    return Target(**{**bare, "taught": torch.ones(2, 1), **tensors})


def objective_of(material: Material, spec: TrainingSpec = SPEC) -> Objective:
    dataset = Dataset(material)
    torch.manual_seed(0)
    shape = dataclasses.replace(SHAPE, genres=len(material.genres), tags=len(dataset.tags))
    return Objective(MusicNetwork(shape), dataset, spec)


def first_batch(material: Material, size: int = 8) -> Batch:
    dataset = Dataset(material)
    return dataset.batch(dataset.epoch(1, 0)[:size])


def test_cross_entropy_is_torchs_and_rows_of_zeros_cost_nothing() -> None:
    logits = torch.randn(4, 5)
    target = torch.randn(4, 5).softmax(1)
    theirs = torch.nn.functional.cross_entropy(logits, target, reduction="none")
    torch.testing.assert_close(cross_entropy(logits, target), theirs)
    assert cross_entropy(logits, torch.zeros(4, 5)).eq(0).all()
    assert sublabel_term(said(), wanted()) == 0


def test_what_is_said_right_costs_less_in_every_term() -> None:
    right = torch.eye(3)[:2]
    for term, heads in ((genre_term, "genres"), (sublabel_term, "sublabels"), (tag_term, "tags")):
        good, bad = said(**{heads: 5 * right - 2}), said(**{heads: -5 * right})
        assert term(good, wanted(**{heads: right})) < term(bad, wanted(**{heads: right}))
    target = wanted(features=right)
    assert feature_term(said(features=right), target) == 0
    assert feature_term(said(features=right + 2), target) == pytest.approx(4.0)


def test_teachers_terms_count_only_what_a_teacher_heard() -> None:
    taught = torch.tensor([[1.0], [0.0]])
    wrong_untaught = torch.tensor([[0.0, 0.0, 0.0], [9.0, 9.0, 9.0]])
    assert feature_term(said(features=wrong_untaught), wanted(taught=taught)) == 0
    untaught = wanted(taught=torch.zeros(2, 1))
    assert feature_term(said(features=wrong_untaught), untaught) == 0
    assert tag_term(said(tags=wrong_untaught), untaught) == 0


def test_mixed_with_what_no_teacher_heard_its_opinion_stands_but_counts_less() -> None:
    target = wanted(
        tags=torch.tensor([[0.8, 0.2, 0.0], [0.0, 0.0, 0.0]]),
        taught=torch.tensor([[1.0], [0.0]]),
        genres=torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    )
    mixed = target.mixed(torch.tensor([1, 0]), torch.tensor([0.75, 0.75]))
    torch.testing.assert_close(mixed.tags[0], target.tags[0])
    torch.testing.assert_close(mixed.taught, torch.tensor([[0.75], [0.25]]))
    torch.testing.assert_close(mixed.genres[0], torch.tensor([0.75, 0.25, 0.0]))


def test_rare_genres_weigh_more_within_bounds_and_one_on_the_average() -> None:
    counts = torch.tensor([1000, 100, 1, 0])
    weights = genre_weights(counts)
    assert weights[0] < weights[1] < weights[2]
    seen = counts.clamp(min=1)
    assert float((weights * seen).sum() / seen.sum()) == pytest.approx(1.0)
    assert float(weights.max() / weights.min()) <= 16 + 1e-4
    assert torch.allclose(genre_weights(torch.tensor([7, 7, 7])), torch.ones(3))


def test_label_smoothing_spreads_a_share_and_class_weights_scale_the_row(
    by_people: Material,
) -> None:
    batch = first_batch(by_people)
    smooth = objective_of(by_people, dataclasses.replace(SPEC, label_smoothing=0.2)).target(batch)
    assert torch.allclose(smooth.genres.sum(1), torch.ones(8))
    assert torch.allclose(smooth.genres.amin(1), torch.full((8,), 0.1))
    weighted = objective_of(by_people, dataclasses.replace(SPEC, class_weights=True))
    weighted.genre_weights.copy_(torch.tensor([3.0, 0.5]))
    rows = weighted.target(batch).genres.sum(1)
    assert torch.equal(rows, torch.where(batch.genre == 0, 3.0, 0.5))


def test_a_persons_label_outweighs_the_teachers_opinion(by_both: Material) -> None:
    dataset = Dataset(by_both)
    spoken = [p for p in dataset.places("train") if p[0].file in by_both.genre_of]
    batch = dataset.batch(spoken)
    other = torch.zeros_like(batch.genres)
    other[:, 5] = 1.0
    target = objective_of(by_both).target(dataclasses.replace(batch, genres=other)).genres
    assert (target.argmax(1) == batch.genre).all()
    assert torch.allclose(target[:, 5], torch.full((len(spoken),), 0.15))


def test_terms_are_those_that_there_are_labels_for(by_people: Material, by_both: Material) -> None:
    losses = objective_of(by_people)(first_batch(by_people), first_batch(by_people).frames)
    assert set(losses) == {"genres", "total"}
    assert losses["total"] == losses["genres"]
    objective, batch = objective_of(by_both), first_batch(by_both)
    losses = objective(batch, batch.frames)
    assert set(losses) == {"genres", "tags", "sublabels", "features", "total"}
    weighted = sum(term.weight * losses[term.name] for term in objective.terms)
    assert losses["total"].item() == pytest.approx(weighted.item())
    assert all(math.isfinite(loss.item()) for loss in losses.values())


def test_every_weight_learns_from_some_term(by_both: Material) -> None:
    objective, batch = objective_of(by_both), first_batch(by_both)
    objective(batch, batch.frames, 0.3)["total"].backward()
    for name, parameter in objective.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name
