"""A small labelled data set: two kinds of made-up music in eight folders, with soft labels."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from labelled_music import LabelledMusic

from mir.model.labels import GENRES, INSTRUMENTS, MOODS
from mir.training.material import Material, gather

SECONDS = 12.0
PATCH = 2.992


def _tag_names() -> tuple[list[str], list[str]]:
    members = [m for groups in (GENRES, MOODS, INSTRUMENTS) for m in groups.values()]
    msd = sorted({tag for m in members for tag in m.msd})
    audioset = sorted({tag for m in members for tag in m.audioset})
    return msd, audioset


def _sound(kind: int, rng: np.random.Generator) -> np.ndarray:
    time = np.arange(int(SECONDS * 16_000)) / 16_000
    if kind == 0:  # slow low tones
        pitch = rng.uniform(80, 160)
        return 0.3 * np.sin(2 * np.pi * pitch * time) * (1 + np.sin(2 * np.pi * 0.5 * time))
    beat = (time * rng.uniform(3, 5)) % 1.0 < 0.1  # bursts of noise
    return 0.5 * beat * rng.standard_normal(len(time))


@pytest.fixture(scope="session")
def labelled_music(tmp_path_factory: pytest.TempPathFactory) -> LabelledMusic:
    data = tmp_path_factory.mktemp("labelled")
    rng = np.random.default_rng(5)
    msd, audioset = _tag_names()
    files, file_index, start, msd_logits, audioset_logits = [], [], [], [], []
    rows = []
    for number in range(16):
        kind = number % 2
        folder = "people" if number >= 12 else f"free/folder{number // 2}"
        name = f"{folder}/{number}.wav"
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, _sound(kind, rng).astype(np.float32), 16_000)
        if folder == "people":
            split = "train" if number < 14 else "valid"
            label = ("ambient", "techno")[kind]
            rows.append((path.name, split, label, f"{label}-sub", f"artist{number}"))
        for patch in range(4):
            file_index.append(len(files))
            start.append(patch * PATCH)
            tags = np.full(len(msd), -4.0)
            tags[msd.index(("ambient", "electronic")[kind])] = 2.0
            msd_logits.append(tags)
            classes = np.full(len(audioset), -4.0)
            classes[audioset.index(("Ambient music", "Techno")[kind])] = 2.0
            audioset_logits.append(classes)
        files.append(name)
    kinds = np.array([int(np.argmax(logits) == msd.index("ambient")) for logits in msd_logits])
    features = kinds[:, None] * np.ones((1, 6)) + 0.1 * rng.standard_normal((len(kinds), 6))
    teacher = data / "labels.npz"
    np.savez(
        teacher,
        file_index=np.array(file_index, np.int32),
        start=np.array(start, np.float32),
        msd_logits=np.array(msd_logits, np.float16),
        msd_embedding=features.astype(np.float16),
        audioset_logits=np.array(audioset_logits, np.float16),
        audioset_embedding=features.astype(np.float16),
    )
    names = {"files": files, "msd_tags": msd, "audioset_classes": audioset}
    (data / "names.json").write_text(json.dumps(names))
    labels = data / "people" / "split.csv"
    with labels.open("w", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("file", "split", "label", "sublabel", "artist"))
        writer.writerows(rows)
    return LabelledMusic(data, teacher, labels)


@pytest.fixture(scope="session")
def genre_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two kinds of made-up music, each by five artists with two files of 9 s: kind/artist/file."""
    data = tmp_path_factory.mktemp("folders")
    rng = np.random.default_rng(6)
    for kind, genre in enumerate(("drones", "beats")):
        for artist in range(5):
            folder = data / genre / f"{genre} artist {artist}"
            folder.mkdir(parents=True)
            for number in range(2):
                sound = _sound(kind, rng)[: 9 * 16_000].astype(np.float32)
                soundfile.write(folder / f"{number}.wav", sound, 16_000)
    return data


@pytest.fixture(scope="session")
def by_people(genre_folders: Path, tmp_path_factory: pytest.TempPathFactory) -> Material:
    """What people's labels give: two genres, no teacher."""
    return gather(genre_folders, ["folders"], None, cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def by_both(labelled_music: LabelledMusic, tmp_path_factory: pytest.TempPathFactory) -> Material:
    """What a teacher gives, and people for some of it: mir's own genres."""
    return gather(
        labelled_music.data,
        [labelled_music.labels],
        labelled_music.teacher,
        cache=tmp_path_factory.mktemp("cache"),
    )
