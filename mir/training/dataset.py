"""Batches of patches with their labels, each a function of (seed, epoch, step) and nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from hashlib import blake2b

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mir.features.patches import PATCH_FRAMES
from mir.training.material import Material, Stretch
from mir.training.split import Sides

Place = tuple[Stretch, int]
"""A patch: its stretch and its number in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Patches and what is known of them."""

    frames: Tensor  # (B, PATCH_FRAMES, n_mels) network input
    genre: Tensor  # (B,) what people say; -1 where they say nothing
    sublabel: Tensor  # (B,) likewise
    track: Tensor  # (B,) number of the file: patches of one track share it
    taught: Tensor  # (B, 1) 1 where a teacher heard it, else 0 and the next three are 0, too
    tags: Tensor  # (B, tags) probabilities
    genres: Tensor  # (B, genres) the teachers' distribution
    features: Tensor  # (B, features) of the teachers

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        return Batch(*(getattr(self, each.name).to(device) for each in fields(self)))


class Dataset:
    """Material with one particular split."""

    def __init__(self, material: Material, sides: Sides | None = None) -> None:
        """`sides` tells train, valid and test apart, if not as the material does."""
        self.material = material
        self._sides = {**material.sides, **(sides or {})}
        self._side: dict[str, list[Stretch]] = {"train": [], "valid": [], "test": []}
        for stretch in material.stretches:
            self._side[self._sides[stretch.file]].append(stretch)
        split = sorted((file, side) for file, side in self._sides.items())
        content = repr((material.digest, split)).encode(errors="surrogateescape")
        self.digest = blake2b(content, digest_size=8).hexdigest()
        labelled = {each.file: each for each in material.labels}
        heard = {stretch.file for stretch in self._side["train"]} & labelled.keys()
        names = {labelled[file].sublabel for file in heard}
        self.sublabels = tuple(sorted(name for name in names if name))
        place = {name: index for index, name in enumerate(self.sublabels)}
        self._sublabel = {
            file: place.get(each.sublabel or "", -1) for file, each in labelled.items()
        }
        files = dict.fromkeys(stretch.file for stretch in material.stretches)
        self._track = {file: number for number, file in enumerate(files)}

    @property
    def n_mels(self) -> int:
        """Bands of the frames."""
        return int(self.material.frames.shape[1])

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of the columns of `Batch.tags`: the teachers', or none."""
        return self.material.teacher.tags if self.material.teacher else ()

    @property
    def features(self) -> int:
        """Columns of `Batch.features`."""
        return self.material.teacher.features.shape[1] if self.material.teacher else 0

    def on(self, side: str) -> list[Stretch]:
        """The stretches on one side of the split."""
        return self._side[side]

    def tracks(self, side: str) -> tuple[str, ...]:
        """The files on one side of the split."""
        return tuple(dict.fromkeys(stretch.file for stretch in self._side[side]))

    def patches(self, stretch: Stretch) -> NDArray[np.float32]:
        """All patches of a stretch, (patches, PATCH_FRAMES, n_mels)."""
        end = stretch.offset + stretch.patches * PATCH_FRAMES
        frames = self.material.frames[stretch.offset : end].astype(np.float32)
        return frames.reshape(stretch.patches, PATCH_FRAMES, -1)

    def places(self, side: str) -> list[Place]:
        """Every patch of one side."""
        return [(stretch, number) for stretch in self.on(side) for number in range(stretch.patches)]

    def epoch(self, seed: int, epoch: int) -> list[Place]:
        """The train side's patches in the order of one epoch, in pairs of one recording.

        The pairs give the objective something to pull together. Where only a part of the music has
        labels of people, those patches come twice.
        """
        places = self.places("train")
        labelled = [place for place in places if place[0].file in self.material.genre_of]
        if len(labelled) < len(places):
            places = places + labelled
        rng = np.random.default_rng([seed, epoch])
        by_track: dict[str, list[Place]] = {}
        for index in rng.permutation(len(places)):
            by_track.setdefault(places[index][0].file, []).append(places[index])
        pairs = [each[i : i + 2] for each in by_track.values() for i in range(0, len(each), 2)]
        return [place for index in rng.permutation(len(pairs)) for place in pairs[index]]

    def in_order(self, side: str, size: int) -> Iterator[Batch]:
        """All patches of one side, once, unshifted."""
        places = self.places(side)
        for first in range(0, len(places), size):
            yield self.batch(places[first : first + size])

    def batch(self, places: Sequence[Place], rng: np.random.Generator | None = None) -> Batch:
        """The patches at `places`.

        With `rng` each is shifted by up to half its length, within its stretch, and the soft
        labels are interpolated between the patches that it then overlaps.
        """
        size = len(places)
        frames = np.empty((size, PATCH_FRAMES, self.n_mels), np.float32)
        left, right = np.full(size, -1), np.full(size, -1)  # rows of the teachers' labels
        weight = np.zeros((size, 1), np.float32)  # of the right one
        for i, (stretch, number) in enumerate(places):
            last = stretch.patches - 1
            shift = 0.0 if rng is None else rng.uniform(-0.5, 0.5)
            position = min(max(number + shift, 0.0), float(last))
            start = stretch.offset + round(position * PATCH_FRAMES)
            frames[i] = self.material.frames[start : start + PATCH_FRAMES]
            if stretch.rows is not None:
                left[i] = stretch.rows[int(position)]
                right[i] = stretch.rows[min(int(position) + 1, last)]
                weight[i] = position - int(position)
        files = [stretch.file for stretch, _ in places]
        tags, genres, features = self._soft(left, right, weight)
        return Batch(
            frames=torch.from_numpy(frames),
            genre=torch.tensor([self.material.genre_of.get(file, -1) for file in files]),
            sublabel=torch.tensor([self._sublabel.get(file, -1) for file in files]),
            track=torch.tensor([self._track[file] for file in files]),
            taught=torch.from_numpy((left >= 0).astype(np.float32)[:, None]),
            tags=torch.from_numpy(tags),
            genres=torch.from_numpy(genres),
            features=torch.from_numpy(features),
        )

    def _soft(
        self, left: NDArray[np.int64], right: NDArray[np.int64], weight: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], ...]:
        """(tags, genres, features) of the teachers between two rows each; 0 where row is -1."""
        teacher, heard = self.material.teacher, (left >= 0)[:, None]
        if teacher is None:
            return tuple(
                np.zeros((len(left), n), np.float32) for n in (0, len(self.material.genres), 0)
            )

        def between(labels: NDArray[np.float32]) -> NDArray[np.float32]:
            return (labels[left] * (1 - weight) + labels[right] * weight) * heard

        genres = np.zeros((len(left), len(self.material.genres)), np.float32)
        if self.material.teaches_genres:
            genres = between(teacher.genre_probabilities)
        return between(teacher.tag_probabilities), genres, between(teacher.features)

    def genre_counts(self) -> NDArray[np.int64]:
        """(genres,) patches on the train side that people gave each genre."""
        counts = np.zeros(len(self.material.genres), np.int64)
        for stretch in self.on("train"):
            genre = self.material.genre_of.get(stretch.file)
            if genre is not None:
                counts[genre] += stretch.patches
        return counts

    def priors(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mean probability of each genre (genres,) and tag (tags,) on the train side."""
        counts = self.genre_counts() + 1.0
        genres = (counts / counts.sum()).astype(np.float32)
        teacher = self.material.teacher
        taught = [stretch.rows for stretch in self.on("train") if stretch.rows is not None]
        if teacher is None or not taught:
            return genres, np.zeros(len(self.tags), np.float32)
        rows = np.concatenate(taught)
        if self.material.teaches_genres:
            genres = teacher.genre_probabilities[rows].mean(0)
        return genres, teacher.tag_probabilities[rows].mean(0)
