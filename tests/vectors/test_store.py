import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from mir.errors import VectorIndexError
from mir.vectors.index import VectorIndex
from mir.vectors.store import Manifest, load, manifest_path, read_manifest, save


def index_of(tracks: int, seed: int = 0) -> VectorIndex:
    drawn = np.random.default_rng(seed).standard_normal((tracks, 8)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return VectorIndex.build(np.arange(1, tracks + 1), drawn)


def manifest_of(index: VectorIndex, revision: int = 1) -> Manifest:
    return Manifest("model-a", index.dimension, len(index), revision)


def saved(directory: Path, tracks: int, revision: int) -> VectorIndex:
    index = index_of(tracks, seed=revision)
    save(directory, index, manifest_of(index, revision))
    return index


def index_files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.faiss"))


def same(one: VectorIndex, other: VectorIndex) -> bool:
    return np.array_equal(one.ids, other.ids) and np.array_equal(
        one.vectors_of(one.ids), other.vectors_of(other.ids)
    )


@pytest.mark.parametrize("tracks", [0, 1, 40])
def test_what_is_saved_is_what_is_loaded(tmp_path: Path, tracks: int) -> None:
    index = saved(tmp_path / "deep" / "index", tracks, revision=3)
    loaded, manifest = load(tmp_path / "deep" / "index")
    assert same(loaded, index)
    assert manifest == Manifest("model-a", 8, tracks, 3)
    assert read_manifest(tmp_path / "deep" / "index") == manifest


def test_nothing_there_is_said_with_the_remedy(tmp_path: Path) -> None:
    assert read_manifest(tmp_path / "nowhere") is None
    with pytest.raises(VectorIndexError, match=r"no vector index.*mir rebuild"):
        load(tmp_path / "nowhere")


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def fill_with_garbage(path: Path) -> None:
    path.write_bytes(b"not an index at all" * 50)


def flip_one_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [cut_short, fill_with_garbage, flip_one_bit, empty, Path.unlink])
def test_a_damaged_index_file_is_noticed(tmp_path: Path, harm: Callable[[Path], Any]) -> None:
    saved(tmp_path, 40, revision=1)
    harm(index_files(tmp_path)[0])
    with pytest.raises(VectorIndexError, match="mir rebuild"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"format": 99}', '{"format": 1, "manifest": {}}', "\udcff"],
)
def test_a_damaged_manifest_is_noticed(tmp_path: Path, text: str) -> None:
    saved(tmp_path, 5, revision=1)
    manifest_path(tmp_path).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_manifest(tmp_path) is None
    with pytest.raises(VectorIndexError, match="mir rebuild"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("field", "value"),
    [("count", 4), ("dimension", 9), ("count", "5"), ("revision", None), ("model_id", 7)],
)
def test_a_manifest_of_another_index_is_noticed(tmp_path: Path, field: str, value: Any) -> None:
    saved(tmp_path, 5, revision=1)
    document = json.loads(manifest_path(tmp_path).read_text())
    document["manifest"][field] = value
    manifest_path(tmp_path).write_text(json.dumps(document))
    with pytest.raises(VectorIndexError, match="mir rebuild"):
        load(tmp_path)


def test_a_file_of_another_kind_of_index_is_refused(tmp_path: Path) -> None:
    bare = faiss.IndexFlatIP(8)
    faiss.write_index(bare, str(tmp_path / "bare"))
    distance = faiss.IndexIDMap2(faiss.IndexFlatL2(8))
    faiss.write_index(distance, str(tmp_path / "distance"))
    for name in ("bare", "distance"):
        with pytest.raises(VectorIndexError, match="not written by this program"):
            VectorIndex.read(tmp_path / name)


def test_a_manifest_that_does_not_describe_the_index_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(VectorIndexError, match="speaks of 6"):
        save(tmp_path, index_of(5), Manifest("model-a", 8, 6, 1))
    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize("step", [0, 1])
def test_a_crash_between_the_steps_leaves_the_old_index_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    old = saved(tmp_path, 10, revision=1)
    true_replace, calls = os.replace, []

    def die_at_the_step(source: Any, target: Any) -> None:
        calls.append(target)
        if len(calls) == step + 1:
            raise KeyboardInterrupt
        true_replace(source, target)

    monkeypatch.setattr(os, "replace", die_at_the_step)
    with pytest.raises(KeyboardInterrupt):
        saved(tmp_path, 20, revision=2)
    monkeypatch.undo()
    loaded, manifest = load(tmp_path)
    assert same(loaded, old)
    assert manifest.revision == 1
    new = saved(tmp_path, 20, revision=2)
    assert same(load(tmp_path)[0], new)
    assert not list(tmp_path.glob("*.tmp"))


def test_one_generation_is_kept_and_no_more(tmp_path: Path) -> None:
    for revision in range(1, 5):
        saved(tmp_path, 10, revision)
    assert [path.name.split("-")[0] for path in index_files(tmp_path)] == ["3", "4"]


def test_a_reader_between_manifest_and_file_is_not_disturbed_by_a_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = saved(tmp_path, 10, revision=1)
    true_read = VectorIndex.read

    def save_first(path: Path) -> VectorIndex:
        monkeypatch.undo()
        saved(tmp_path, 20, revision=2)
        return true_read(path)

    monkeypatch.setattr(VectorIndex, "read", save_first)
    loaded, manifest = load(tmp_path)
    assert same(loaded, old)
    assert manifest.revision == 1


def test_a_reader_overtaken_by_two_saves_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path, 10, revision=1)
    true_read = VectorIndex.read

    def save_twice_first(path: Path) -> VectorIndex:
        monkeypatch.undo()
        saved(tmp_path, 20, revision=2)
        saved(tmp_path, 30, revision=3)
        return true_read(path)

    monkeypatch.setattr(VectorIndex, "read", save_twice_first)
    loaded, manifest = load(tmp_path)
    assert len(loaded) == 30
    assert manifest.revision == 3


def test_saving_the_same_again_is_harmless(tmp_path: Path) -> None:
    index = index_of(10)
    for _ in range(3):
        save(tmp_path, index, manifest_of(index))
    assert len(index_files(tmp_path)) == 1
    assert same(load(tmp_path)[0], index)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file in the way")
    with pytest.raises(VectorIndexError, match=r"cannot be saved in .*index"):
        saved(tmp_path / "index", 3, revision=1)
