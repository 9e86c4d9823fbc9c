import dataclasses

import numpy as np
import torch

from mir.features.patches import PATCH_FRAMES
from mir.training.dataset import Batch, Dataset
from mir.training.material import Material, Stretch


def equal(one: Batch, other: Batch) -> bool:
    return all(
        torch.equal(getattr(one, each.name), getattr(other, each.name))
        for each in dataclasses.fields(Batch)
    )


def test_no_file_stands_on_two_sides_and_none_is_lost(by_both: Material) -> None:
    dataset = Dataset(by_both)
    sides = [set(dataset.tracks(side)) for side in ("train", "valid", "test")]
    assert sum(map(len, sides)) == len(set.union(*sides)) == 16


def test_another_split_can_be_laid_over_the_materials(by_people: Material) -> None:
    turned = {"train": "test", "test": "train", "valid": "valid"}
    sides = {file: turned[side] for file, side in by_people.sides.items()}
    dataset = Dataset(by_people, sides)
    assert dataset.tracks("test") == Dataset(by_people).tracks("train")
    assert dataset.digest != Dataset(by_people).digest


def test_a_batch_is_a_function_of_its_seed(by_both: Material) -> None:
    dataset = Dataset(by_both)
    places = dataset.epoch(1, 0)[:16]
    assert places == Dataset(by_both).epoch(1, 0)[:16]
    assert places != dataset.epoch(1, 1)[:16]
    assert places != dataset.epoch(2, 0)[:16]
    one = dataset.batch(places, np.random.default_rng(5))
    assert equal(one, dataset.batch(places, np.random.default_rng(5)))
    assert not equal(one, dataset.batch(places, np.random.default_rng(6)))


def test_an_epoch_has_every_patch_once_and_what_people_labelled_twice(by_both: Material) -> None:
    dataset = Dataset(by_both)
    drawn = [(stretch.file, number) for stretch, number in dataset.epoch(1, 0)]
    assert set(drawn) == {(stretch.file, n) for stretch, n in dataset.places("train")}
    for file, number in set(drawn):
        assert drawn.count((file, number)) == (2 if file in by_both.genre_of else 1)


def test_where_people_labelled_everything_every_patch_comes_once(by_people: Material) -> None:
    dataset = Dataset(by_people)
    assert len(dataset.epoch(1, 0)) == len(dataset.places("train"))


def test_soft_labels_follow_the_shift_of_a_patch(by_both: Material) -> None:
    teacher = by_both.teacher
    assert teacher is not None
    rows = np.arange(len(teacher.start))
    numbered = dataclasses.replace(
        teacher, features=rows[:, None].astype(np.float32) * np.ones((1, 1), np.float32)
    )
    frames = np.arange(len(by_both.frames), dtype=np.float16)[:, None] / 8
    dataset = Dataset(dataclasses.replace(by_both, teacher=numbered, frames=frames))
    stretch = dataset.on("train")[0]
    assert stretch.rows is not None
    rng = np.random.default_rng(0)
    batch = dataset.batch([(stretch, n) for n in range(stretch.patches)] * 5, rng)
    start = (batch.frames[:, 0, 0] * 8 - stretch.offset) / PATCH_FRAMES  # patches from the start
    heard = batch.features[:, 0] - stretch.rows[0]
    assert torch.allclose(heard, start, atol=0.02)
    assert (start - start.round()).abs().max() > 0.3  # some were shifted far
    assert torch.allclose(batch.genres.sum(1), torch.ones(len(batch.genres)))


def test_what_nobody_said_is_marked_as_such(by_people: Material, by_both: Material) -> None:
    batch = next(Dataset(by_people).in_order("train", 8))
    assert batch.taught.eq(0).all()
    assert batch.tags.shape == batch.features.shape == (8, 0)
    assert batch.genres.eq(0).all()
    assert (batch.genre >= 0).all()
    dataset = Dataset(by_both)
    unlabelled = [place for place in dataset.places("train") if "free/" in place[0].file]
    batch = dataset.batch(unlabelled)
    assert batch.taught.eq(1).all()
    assert batch.genre.eq(-1).all()
    assert batch.sublabel.eq(-1).all()


def test_a_file_that_no_teacher_heard_has_no_soft_labels(by_both: Material) -> None:
    bare = tuple(dataclasses.replace(each, rows=None) for each in by_both.stretches)
    dataset = Dataset(dataclasses.replace(by_both, stretches=bare))
    batch = next(dataset.in_order("train", 8))
    assert batch.taught.eq(0).all()
    assert batch.tags.eq(0).all()
    assert batch.tags.shape[1] == len(dataset.tags)


def test_patches_of_a_track_share_its_number(by_people: Material) -> None:
    batch = Dataset(by_people).batch(Dataset(by_people).places("train"))
    tracks = Dataset(by_people).tracks("train")
    assert len(set(batch.track.tolist())) == len(tracks)


def test_priors_and_counts_are_of_the_train_side_alone(by_people: Material) -> None:
    stretches = tuple(
        Stretch(s.file, s.offset, s.patches, None)
        for s in by_people.stretches
        if by_people.sides[s.file] != "train" or s.file.startswith("beats")
    )
    dataset = Dataset(dataclasses.replace(by_people, stretches=stretches))
    counts = dataset.genre_counts()
    assert counts[1] == 0
    assert counts[0] == sum(s.patches for s in dataset.on("train"))
    genres, tags = dataset.priors()
    assert genres[0] > 0.9
    assert 0 < genres[1] < 0.1
    assert tags.shape == (0,)
