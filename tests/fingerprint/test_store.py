import json
import os
from pathlib import Path

import pytest
from fingerprint.made_up_music import music

from mir.errors import FingerprintError
from mir.fingerprint.identify import identify
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import as_clip, landmarks
from mir.fingerprint.packing import pack
from mir.fingerprint.spectrum import SAMPLE_RATE
from mir.fingerprint.store import Manifest, load, save, verify

HEARD = {track: landmarks(music(track, 12), SAMPLE_RATE) for track in range(1, 6)}
PACKED = {track: pack(each) for track, each in HEARD.items()}


def found(index: FingerprintIndex) -> list[object]:
    return [identify(index, as_clip(each)) for each in HEARD.values()]


def segments(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.segment"))


def test_what_was_saved_is_loaded_and_answers_the_same(tmp_path: Path) -> None:
    index = FingerprintIndex().add(PACKED).remove([2])
    mapped = save(tmp_path, index, 7)
    loaded, manifest = load(tmp_path)
    assert manifest == Manifest(7, 4)
    assert sorted(loaded.tracks.tolist()) == [1, 3, 4, 5]
    assert found(index) == found(mapped) == found(loaded)
    assert found(loaded.add({2: PACKED[2]})) == found(FingerprintIndex().add(PACKED))
    verify(tmp_path)


def test_an_empty_index_is_saved_too(tmp_path: Path) -> None:
    save(tmp_path, FingerprintIndex(), 1)
    assert len(load(tmp_path)[0]) == 0


def test_segments_that_are_there_are_not_written_again(tmp_path: Path) -> None:
    index = save(tmp_path, FingerprintIndex().add(PACKED), 1)
    (path,) = segments(tmp_path)
    before = path.stat()
    save(tmp_path, index.remove([1]), 2)
    assert segments(tmp_path) == [path]
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert sorted(load(tmp_path)[0].tracks.tolist()) == [2, 3, 4, 5]


def test_files_of_the_generation_before_stay_and_older_ones_go(tmp_path: Path) -> None:
    names = []
    for revision, tracks in enumerate([[1], [2], [3]]):
        save(tmp_path, FingerprintIndex().add({t: PACKED[t] for t in tracks}), revision)
        names.append({path.name for path in segments(tmp_path)})
    assert len(names[0]) == 1
    assert names[1] > names[0]
    assert len(names[2]) == 2
    assert not names[2] & names[0]


@pytest.mark.parametrize("step", range(2))
def test_a_crash_while_saving_leaves_the_old_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    save(tmp_path, FingerprintIndex().add({1: PACKED[1]}), 1)
    replaced = 0

    def dies(old: Path, new: Path) -> None:
        nonlocal replaced
        if replaced == step:
            raise OSError(28, "No space left on device")
        replaced += 1
        Path(old).rename(new)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", dies)
        with pytest.raises(FingerprintError, match="No space"):
            save(tmp_path, FingerprintIndex().add(PACKED), 2)
    index, manifest = load(tmp_path)
    assert manifest.revision == 1
    assert index.tracks.tolist() == [1]
    save(tmp_path, FingerprintIndex().add(PACKED), 2)
    assert load(tmp_path)[1] == Manifest(2, 5)


def test_no_index_and_damage_are_told_apart_and_told_of(tmp_path: Path) -> None:
    with pytest.raises(FingerprintError, match="no index"):
        load(tmp_path)
    save(tmp_path, FingerprintIndex().add(PACKED), 1)
    (path,) = segments(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    with pytest.raises(FingerprintError, match="damaged"):
        load(tmp_path)
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    load(tmp_path)  # contents are read by `verify` alone
    with pytest.raises(FingerprintError, match="damaged"):
        verify(tmp_path)
    path.unlink()
    with pytest.raises(FingerprintError, match="damaged"):
        load(tmp_path)


@pytest.mark.parametrize("change", [{"format": 9}, {"landmarks": 9}, {"hashes": 1}, {"count": 3}])
def test_another_version_of_anything_is_refused(tmp_path: Path, change: dict[str, int]) -> None:
    save(tmp_path, FingerprintIndex().add(PACKED), 1)
    path = tmp_path / "fingerprints.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(FingerprintError, match="rebuild"):
        load(tmp_path)
