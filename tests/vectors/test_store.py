import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mir.errors import VectorIndexError
from mir.vectors import row_file, store
from mir.vectors.index import VectorIndex
from mir.vectors.rows import Rows
from mir.vectors.store import Manifest, load, manifest_path, read_manifest, save
from mir.vectors.table import read_table


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
    return sorted([*directory.glob("*.npz"), *directory.glob("*.rows")])


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
@pytest.mark.parametrize("kind", ["npz", "rows"])
def test_a_damaged_index_file_is_noticed(
    tmp_path: Path, harm: Callable[[Path], Any], kind: str
) -> None:
    saved(tmp_path, 40, revision=1)
    damaged = next(tmp_path.glob(f"*.{kind}"))
    harm(damaged)
    with pytest.raises(VectorIndexError, match="mir rebuild"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"format": 99}', '{"format": 2, "manifest": {}}', "\udcff"],
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


@pytest.mark.parametrize(
    "arrays",
    [
        {"ids": np.arange(5)},
        {"ids": np.arange(5), "row_of": np.arange(4)},
        {"ids": np.arange(5), "row_of": np.arange(5) + 1},
        {"ids": np.arange(5)[::-1], "row_of": np.arange(5)},
    ],
)
def test_a_table_that_does_not_fit_its_rows_is_refused(
    tmp_path: Path, arrays: dict[str, Any]
) -> None:
    np.savez(tmp_path / "table.npz", **arrays)
    with pytest.raises(VectorIndexError, match=r"table.*mir rebuild"):
        read_table(tmp_path / "table.npz", index_of(5).rows)


def test_a_manifest_that_does_not_describe_the_index_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(VectorIndexError, match="speaks of 6"):
        save(tmp_path, index_of(5), Manifest("model-a", 8, 6, 1))
    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize("step", [0, 1, 2])
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
    for kind in ("npz", "rows"):
        kept = sorted(tmp_path.glob(f"*.{kind}"))
        assert [path.name.split("-")[0] for path in kept] == ["3", "4"]


def test_a_reader_between_manifest_and_file_is_not_disturbed_by_a_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = saved(tmp_path, 10, revision=1)
    true_read = store.read_table

    def save_first(path: Path, rows: Rows) -> VectorIndex:
        monkeypatch.undo()
        saved(tmp_path, 20, revision=2)
        return true_read(path, rows)

    monkeypatch.setattr(store, "read_table", save_first)
    loaded, manifest = load(tmp_path)
    assert same(loaded, old)
    assert manifest.revision == 1


def test_a_reader_overtaken_by_two_saves_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tmp_path, 10, revision=1)
    true_read = store.read_table

    def save_twice_first(path: Path, rows: Rows) -> VectorIndex:
        monkeypatch.undo()
        saved(tmp_path, 20, revision=2)
        saved(tmp_path, 30, revision=3)
        return true_read(path, rows)

    monkeypatch.setattr(store, "read_table", save_twice_first)
    loaded, manifest = load(tmp_path)
    assert len(loaded) == 30
    assert manifest.revision == 3


def test_saving_the_same_again_is_harmless(tmp_path: Path) -> None:
    index = index_of(10)
    for _ in range(3):
        save(tmp_path, index, manifest_of(index))
    assert len(index_files(tmp_path)) == 2
    assert same(load(tmp_path)[0], index)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("a file in the way")
    with pytest.raises(VectorIndexError, match=r"cannot be saved in .*index"):
        saved(tmp_path / "index", 3, revision=1)


def grown(index: VectorIndex, first: int, count: int) -> VectorIndex:
    """The index with `count` more tracks, from the id `first` on, and without track 2."""
    more = index_of(count, seed=first)
    return index.updated(first + np.arange(count), more.vectors_of(more.ids), np.array([2]))


def test_what_is_added_goes_behind_the_rows_in_force(tmp_path: Path) -> None:
    save(tmp_path, index_of(40), manifest_of(index_of(40), 1))
    (rows,) = tmp_path.glob("*.rows")
    content = rows.read_bytes()
    held, _ = load(tmp_path)
    for revision in range(2, 6):
        larger = grown(held, 1000 * revision, 3)
        saved_index = save(tmp_path, larger, manifest_of(larger, revision))
        assert same(saved_index, larger)
        assert same(load(tmp_path)[0], larger)
        held = saved_index
    assert list(tmp_path.glob("*.rows")) == [rows]
    assert rows.read_bytes()[: len(content)] == content
    assert len(held) == 51


def test_too_many_rows_without_tracks_are_left_behind(tmp_path: Path) -> None:
    held = save(tmp_path, index_of(40), manifest_of(index_of(40), 1))
    smaller = held.updated(np.empty(0, np.int64), np.empty((0, 8)), np.arange(5, 30))
    save(tmp_path, smaller, manifest_of(smaller, 2))
    loaded, _ = load(tmp_path)
    assert same(loaded, smaller)
    assert len(loaded.rows) == len(loaded) == 15


@pytest.mark.parametrize("step", [0, 1])
def test_a_crash_while_adding_leaves_the_old_index_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    held = save(tmp_path, index_of(40), manifest_of(index_of(40), 1))
    true_replace, calls = os.replace, []

    def die_at_the_step(source: Any, target: Any) -> None:
        calls.append(target)
        if len(calls) == step + 1:
            raise KeyboardInterrupt
        true_replace(source, target)

    monkeypatch.setattr(os, "replace", die_at_the_step)
    larger = grown(held, 1000, 5)
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path, larger, manifest_of(larger, 2))
    monkeypatch.undo()
    old, manifest = load(tmp_path)
    assert same(old, held)
    assert manifest.revision == 1
    other = grown(old, 2000, 2)  # over what was left behind
    save(tmp_path, other, manifest_of(other, 2))
    assert same(load(tmp_path)[0], other)


def test_two_that_add_to_one_index_do_not_overwrite_each_other(tmp_path: Path) -> None:
    save(tmp_path, index_of(40), manifest_of(index_of(40), 1))
    one, other = load(tmp_path)[0], load(tmp_path)[0]
    first = grown(one, 1000, 5)
    held = save(tmp_path, first, manifest_of(first, 2))
    second = grown(other, 2000, 7)
    save(tmp_path, second, manifest_of(second, 3))
    assert same(held, first)
    assert same(load(tmp_path)[0], second)


def test_only_rows_that_are_new_are_checked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_file, "_BLOCK", 256)  # eight rows
    held = save(tmp_path, index_of(40), manifest_of(index_of(40), 1))
    larger = grown(held, 1000, 5)
    save(tmp_path, larger, manifest_of(larger, 2))
    checked: list[int] = []
    true_digest = row_file._digest_of_next

    def counted(file: Any, size: int) -> str:
        checked.append(size)
        return true_digest(file, size)

    monkeypatch.setattr(row_file, "_digest_of_next", counted)
    assert same(load(tmp_path, held)[0], larger)
    assert checked == [160]
    load(tmp_path)
    assert checked == [160, *[256] * 5, 160]


def test_files_of_the_former_format_go(tmp_path: Path) -> None:
    (tmp_path / "1-abc.faiss").write_bytes(b"old")
    manifest_path(tmp_path).write_text('{"format": 1, "file": "1-abc.faiss"}')
    with pytest.raises(VectorIndexError, match="mir rebuild"):
        load(tmp_path)
    saved(tmp_path, 5, revision=1)
    assert not list(tmp_path.glob("*.faiss"))
