"""Training data: labelled stretches of music as spectrograms, split by artist.

Music is decoded once into a cache beside the run (float16 network input, about 45 MB an
hour); after that an epoch touches no audio file.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mir.audio.decode import Span, read_spans
from mir.errors import AudioError, TrainingError
from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.features.patches import PATCH_FRAMES, network_input
from mir.model.labels import GENRES
from mir.training.labels import HumanLabel, TeacherLabels

_VALID_SHARE = 16  # one folder in sixteen without human labels validates


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Patches and their targets; `genre` and `sublabel` are -1 where no person gave one."""

    frames: NDArray[np.float32]  # (B, PATCH_FRAMES, n_mels) network input
    tags: NDArray[np.float32]  # (B, tags) probabilities
    genres: NDArray[np.float32]  # (B, genres) distribution
    features: NDArray[np.float32]  # (B, features) of the teachers
    genre: NDArray[np.int64]  # (B,)
    sublabel: NDArray[np.int64]  # (B,)


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Consecutive labelled patches of one file."""

    file: str
    offset: int  # first frame in the cache
    rows: NDArray[np.int64]  # rows of the label file, one for each patch


class Dataset:
    """Stretches of music with their labels, and the batches drawn from them."""

    def __init__(
        self,
        frames: NDArray[np.float16],
        stretches: list[Stretch],
        teacher: TeacherLabels,
        human: dict[str, HumanLabel],
        skipped: int = 0,
    ) -> None:
        """`frames` (all frames, n_mels) is the cache that the stretches point into."""
        self._frames, self._teacher, self._human = frames, teacher, human
        self.stretches, self.skipped = stretches, skipped
        names = {h.sublabel for h in human.values() if h.split == "train" and h.sublabel}
        self.sublabels = tuple(sorted(names))

    @property
    def tags(self) -> tuple[str, ...]:
        """The names of the columns of `Batch.tags`."""
        return self._teacher.tags

    def priors(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mean probability of each tag (tags,) and genre (genres,) on the train side."""
        rows = np.concatenate([stretch.rows for stretch in self.on("train")])
        t = self._teacher
        return t.tag_probabilities[rows].mean(0), t.genre_probabilities[rows].mean(0)

    def side(self, file: str) -> str:
        """ "train", "valid" or "test": as people say, else by folder, never by file."""
        if file in self._human:
            return self._human[file].split
        folder = file.rsplit("/", 1)[0]
        return "valid" if _stable_hash(folder) % _VALID_SHARE == 0 else "train"

    def on(self, side: str) -> list[Stretch]:
        """The stretches on one side of the split."""
        return [s for s in self.stretches if self.side(s.file) == side]

    def batches(
        self, stretches: list[Stretch], size: int, rng: np.random.Generator | None
    ) -> Iterator[Batch]:
        """Batches over all patches of the stretches, once each.

        With `rng`: shuffled, each patch shifted by up to half its length with its soft labels
        interpolated, files with human labels drawn twice. Without: in order, unshifted.
        """
        places = [(s, k) for s in stretches for k in range(len(s.rows))]
        if rng is not None:
            places += [(s, k) for s, k in places if s.file in self._human]
            order = rng.permutation(len(places))
            places = [places[i] for i in order[: len(order) // size * size]]
        for first in range(0, len(places), size):
            chosen = places[first : first + size]
            yield self._batch(chosen, rng)

    def _batch(self, places: list[tuple[Stretch, int]], rng: np.random.Generator | None) -> Batch:
        frames = np.empty((len(places), PATCH_FRAMES, self._frames.shape[1]), np.float32)
        left = np.empty(len(places), np.int64)
        right, weight = np.empty_like(left), np.zeros((len(places), 1), np.float32)
        genre, sublabel = np.full(len(places), -1), np.full(len(places), -1)
        for i, (stretch, k) in enumerate(places):
            last = len(stretch.rows) - 1
            shift = 0.0 if rng is None else rng.uniform(-0.5, 0.5)
            position = min(max(k + shift, 0.0), float(last))
            start = stretch.offset + round(position * PATCH_FRAMES)
            frames[i] = self._frames[start : start + PATCH_FRAMES]
            left[i] = stretch.rows[int(position)]
            right[i] = stretch.rows[min(int(position) + 1, last)]
            weight[i] = position - int(position)
            genre[i], sublabel[i] = self.human_targets(stretch.file)

        def between(labels: NDArray[np.float32]) -> NDArray[np.float32]:
            return labels[left] * (1 - weight) + labels[right] * weight

        t = self._teacher
        return Batch(
            frames,
            between(t.tag_probabilities),
            between(t.genre_probabilities),
            between(t.features),
            genre,
            sublabel,
        )

    def human_targets(self, file: str) -> tuple[int, int]:
        """(genre index, sublabel index) that people gave a file; -1 where they gave none."""
        label = self._human.get(file)
        if label is None:
            return -1, -1
        genre = list(GENRES).index(label.genre) if label.genre else -1
        known = label.sublabel in self.sublabels
        return genre, self.sublabels.index(label.sublabel) if known and label.sublabel else -1

    def human(self, file: str) -> HumanLabel | None:
        """The human label of a file, if it has one."""
        return self._human.get(file)

    def patches(self, stretch: Stretch) -> NDArray[np.float32]:
        """All patches of a stretch, (patches, PATCH_FRAMES, n_mels)."""
        length = len(stretch.rows) * PATCH_FRAMES
        frames = self._frames[stretch.offset : stretch.offset + length].astype(np.float32)
        return frames.reshape(len(stretch.rows), PATCH_FRAMES, -1)


def open_dataset(
    data: Path,
    teacher: TeacherLabels,
    human: dict[str, HumanLabel],
    cache: Path,
    progress: Callable[[int, int, str], None] = lambda done, total, file: None,
) -> Dataset:
    """The labelled music under `data`, decoded into `cache` unless it is there already.

    Files on the test side are left out. Files that are missing or cannot be heard are listed in
    `cache/*.skipped.json`; TrainingError when nothing is left.
    """
    spec = FeatureSpec()
    wanted = [
        (index, name)
        for index, name in enumerate(teacher.files)
        if name not in human or human[name].split != "test"
    ]
    key = blake2b(repr((wanted, spec, len(teacher.start))).encode(), digest_size=8).hexdigest()
    index_path, frames_path = cache / f"{key}.json", cache / f"{key}.f16"
    skipped_path = cache / f"{key}.skipped.json"
    if not index_path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _decode_all(data, teacher, wanted, spec, index_path, frames_path, skipped_path, progress)
    entries = json.loads(index_path.read_text())
    if not entries:
        raise TrainingError(
            f"none of the {len(wanted)} labelled files can be heard under {data}; the paths in "
            "the label file are relative to the data folder"
        )
    frames = np.memmap(frames_path, np.float16, "r").reshape(-1, spec.n_mels)
    stretches = [
        Stretch(teacher.files[e["file"]], e["offset"], np.array(e["rows"])) for e in entries
    ]
    return Dataset(frames, stretches, teacher, human, len(json.loads(skipped_path.read_text())))


def _decode_all(
    data: Path,
    teacher: TeacherLabels,
    wanted: list[tuple[int, str]],
    spec: FeatureSpec,
    index_path: Path,
    frames_path: Path,
    skipped_path: Path,
    progress: Callable[[int, int, str], None],
) -> None:
    entries: list[dict[str, object]] = []
    skipped: dict[str, str] = {}
    offset = 0
    temporary = frames_path.with_suffix(".part")
    with temporary.open("wb") as out:
        for done, (index, name) in enumerate(wanted):
            progress(done, len(wanted), name)
            runs = _runs(np.flatnonzero(teacher.file_index == index), teacher.start)
            patch = PATCH_FRAMES * spec.hop / spec.sample_rate
            spans = [Span(float(teacher.start[run[0]]), len(run) * patch) for run in runs]
            try:
                excerpts = read_spans(data / name, spans, spec.sample_rate)
            except AudioError as error:
                skipped[name] = str(error)
                continue
            for run, span in zip(runs, spans, strict=True):
                match = [e for e in excerpts if abs(e.start - span.start) < patch / 2]
                if not match:
                    continue
                mel = network_input(mel_spectrogram(match[0].samples, spec))
                patches = min(len(run), len(mel) // PATCH_FRAMES)
                if patches == 0:
                    continue
                out.write(mel[: patches * PATCH_FRAMES].astype(np.float16).tobytes())
                rows = [int(row) for row in run[:patches]]
                entries.append({"file": index, "offset": offset, "rows": rows})
                offset += patches * PATCH_FRAMES
    temporary.rename(frames_path)
    skipped_path.write_text(json.dumps(skipped, indent=1))
    index_path.write_text(json.dumps(entries))


def _runs(rows: NDArray[np.int64], start: NDArray[np.float32]) -> list[list[int]]:
    """Group the rows of one file into runs of patches that follow each other without a gap."""
    runs: list[list[int]] = []
    for row in sorted(rows, key=lambda r: float(start[r])):
        for run in runs:
            if abs(start[row] - start[run[-1]] - 2.992) < 0.02:
                run.append(int(row))
                break
        else:
            runs.append([int(row)])
    return runs


def _stable_hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=4).digest(), "big")
