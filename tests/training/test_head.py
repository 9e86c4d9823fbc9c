import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from mir.errors import ModelError, TrainingError
from mir.evaluation.classification import accuracy, macro_f1
from mir.listen import listen
from mir.model.embedder import Embedder
from mir.training.head import HeadReport, train_head
from mir.training.labels import read_labels
from mir.training.split import split_by_artist

_RATE = 16_000


def write(path: Path, kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    time = np.arange(2 * _RATE) / _RATE
    if kind == "tones":
        sound = 0.3 * np.sin(2 * np.pi * rng.uniform(200, 400) * time)
    elif kind == "noise":
        sound = 0.1 * rng.standard_normal(len(time))
    else:  # clicks
        sound = 0.8 * ((time * rng.uniform(3, 6)) % 1.0 < 0.005)
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound.astype(np.float32), _RATE)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    music = tmp_path / "music"
    for number, kind in enumerate(("tones", "noise", "clicks")):
        for artist in range(6):
            for track in range(2):
                path = music / kind / f"Artist {artist}{kind}" / f"{track}.wav"
                write(path, kind, 100 * number + 10 * artist + track)
    return music


def head(data: Path, folder: Path, **other: Any) -> HeadReport:
    settings: dict[str, Any] = {
        "base": None,
        "name": "mine",
        "run": folder / "run",
        "out": folder / "mine.onnx",
        "seed": 1,
    }
    return train_head(data, ["folders"], **{**settings, **other})


def test_a_head_on_ones_own_labels_is_judged_on_artists_it_has_not_heard(
    data: Path, tmp_path: Path
) -> None:
    report = head(data, tmp_path)
    assert [each.label for each in report.labels] == ["clicks", "noise", "tones"]
    assert all(each.train + each.valid + each.test == 12 for each in report.labels)
    assert all(min(each.train, each.valid, each.test) >= 2 for each in report.labels)
    tested = sum(each.test for each in report.labels)
    assert report.head.accuracy.n == report.head.macro_f1.n == tested
    assert report.head.accuracy.value == report.head.macro_f1.value == 1.0
    assert report.majority.accuracy.value == pytest.approx(1 / 3)
    assert report.majority.macro_f1.value == pytest.approx(1 / 6)
    assert report.left_out == ()

    shipped, mine = Embedder.load(), Embedder.load(report.model)
    assert mine.info.name == "mine"
    assert mine.info.model_id == report.model_id != shipped.info.model_id
    assert mine.info.vectors_of == report.vectors_of == shipped.info.model_id
    assert mine.info.genres == ("clicks", "noise", "tones")
    assert mine.info.trained_on.startswith(shipped.info.trained_on)
    assert "of 3 labels" in mine.info.trained_on
    write(tmp_path / "new.wav", "noise", 999)
    before, after = (listen(tmp_path / "new.wav", ear).hearing for ear in (shipped, mine))
    assert np.array_equal(after.vector, before.vector)
    assert after.genres[0].name == "noise"
    assert not after.uncertain


def test_the_written_file_says_of_the_test_artists_what_was_judged(
    data: Path, tmp_path: Path
) -> None:
    for number in range(6):  # a label that cannot be told from another
        write(data / "hiss" / f"Hisser {number}" / "1.wav", "noise", 5000 + number)
    report = head(data, tmp_path)
    mine = Embedder.load(report.model)
    files = read_labels(data, "folders")
    sides = split_by_artist(files, 1)
    tested = [each for each in files if sides[each.file] == "test"]
    true = [each.label for each in tested]
    said = [listen(data / each.file, mine).hearing.genres[0].name for each in tested]
    assert 0 < report.head.accuracy.value < 1
    assert report.head.accuracy.value == pytest.approx(accuracy(true, said))
    assert report.head.macro_f1.value == pytest.approx(macro_f1(true, said))


def test_a_head_on_a_head_still_has_the_first_ones_vectors(data: Path, tmp_path: Path) -> None:
    first = head(data, tmp_path)
    heard: list[str] = []
    second = head(
        data,
        tmp_path,
        base=first.model,
        out=tmp_path / "second.onnx",
        progress=lambda done, total, file: heard.append(file),
    )
    assert second.vectors_of == first.vectors_of
    assert heard == []  # the same network: what was heard is still true


def test_an_interrupted_run_goes_on_and_ends_alike(data: Path, tmp_path: Path) -> None:
    unbroken = head(data, tmp_path / "unbroken")

    class Interrupted(Exception):
        pass

    def interrupt(done: int, total: int, file: str) -> None:
        if done == 10:
            raise Interrupted

    with pytest.raises(Interrupted):
        head(data, tmp_path / "broken", progress=interrupt)
    (kept,) = (tmp_path / "broken" / "run" / "heard").glob("*.jsonl")
    kept.write_bytes(b"damaged\n[]\n" + kept.read_bytes() + b'{"file": "half a li')
    calls: list[tuple[int, int]] = []
    resumed = head(
        data, tmp_path / "broken", progress=lambda done, total, file: calls.append((done, total))
    )
    assert calls == [(done, 36) for done in range(11, 37)]
    assert resumed.model.read_bytes() == unbroken.model.read_bytes()
    assert replace(resumed, model=unbroken.model) == unbroken


def test_a_file_that_changed_is_heard_anew(data: Path, tmp_path: Path) -> None:
    head(data, tmp_path)
    write(data / "tones" / "Artist 0tones" / "0.wav", "noise", 7)
    os.utime(data / "tones" / "Artist 0tones" / "0.wav", ns=(1, 1))
    heard: list[str] = []
    head(data, tmp_path, progress=lambda done, total, file: heard.append(file))
    assert heard == ["tones/Artist 0tones/0.wav"]


def test_other_processes_hear_the_same(data: Path, tmp_path: Path) -> None:
    here, there = (head(data, tmp_path / str(jobs), jobs=jobs) for jobs in (1, 2))
    assert here.model.read_bytes() == there.model.read_bytes()


def test_what_cannot_be_heard_is_left_out_with_its_reason(data: Path, tmp_path: Path) -> None:
    (data / "tones" / "Artist 0tones" / "0.wav").write_bytes(b"RIFF\0\0\0\0WAVEfmt ")
    silence = data / "noise" / "Artist 1noise" / "0.wav"
    soundfile.write(silence, np.zeros(2 * _RATE, np.float32), _RATE)
    report = head(data, tmp_path)
    reasons = dict(report.left_out)
    assert set(reasons) == {"tones/Artist 0tones/0.wav", "noise/Artist 1noise/0.wav"}
    assert "silent" in reasons["noise/Artist 1noise/0.wav"]
    assert sum(each.train + each.valid + each.test for each in report.labels) == 34


def test_what_cannot_be_learnt_or_written_is_said(data: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "labels.csv"
    rows = [("tones", 0, "train"), ("noise", 0, "train"), ("tones", 1, "valid")]
    lines = [f"{kind}/Artist {n}{kind}/0.wav,{kind},{split}" for kind, n, split in rows]
    sheet.write_text("file,label,split\n" + "\n".join(lines) + "\n")
    (tmp_path / "file").touch()
    settings: dict[str, Any] = {
        "base": None,
        "name": "mine",
        "run": tmp_path / "run",
        "out": tmp_path / "mine.onnx",
        "seed": 1,
    }
    with pytest.raises(TrainingError, match="no file on the side test"):
        train_head(data, [sheet], **settings)
    with pytest.raises(TrainingError, match="is labelled twice"):
        train_head(data, ["folders", sheet], **settings)
    with pytest.raises(TrainingError, match="needs labels"):
        train_head(data, [], **settings)
    with pytest.raises(TrainingError, match="name another folder"):
        head(data, tmp_path, run=tmp_path / "file")
    with pytest.raises(TrainingError, match="cannot be written to"):
        head(data, tmp_path, out=tmp_path / "file" / "mine.onnx")
    with pytest.raises(ModelError, match="is not a model file"):
        head(data, tmp_path, base=sheet)
    with pytest.raises(ModelError, match="cannot be read"):
        head(data, tmp_path, base=tmp_path / "gone.onnx")
    for path in data.glob("[nc]*/*/*.wav"):
        path.write_bytes(b"no sound")
    with pytest.raises(TrainingError, match="only tones has music that can be heard"):
        head(data, tmp_path)
