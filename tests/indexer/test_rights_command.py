"""`mir rights check`: a folder of uploads from an index run to reports and exit status."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from random_notes import random_notes
from small_library import write_audio

from indexer.checking import check_files
from indexer.cli import cli
from indexer.run_report import Progress
from indexer.whole_run import index_whole
from mir.analysis import FloatArray, Tags
from mir.engine import open_engine
from mir.rights_check.check import Checker
from mir.rights_check.findings import Checked
from mir.rights_check.hearing import HeardFile
from mir.settings import load_settings
from tests.indexer.stub_ear import StubEar
from tests.tag_writing import write_tags

RATE = 22_050
Check = Callable[..., Result]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose library has two songs of half a minute, with rights."""
    place = tmp_path_factory.mktemp("rights")
    for name, seed in (("one.flac", 1), ("two.ogg", 2)):
        path = place / "music" / name
        path.parent.mkdir(exist_ok=True)
        write_audio(path, random_notes(seed, 30.0, RATE)[:, None], RATE)
        tags = Tags(title=path.stem.title(), artists=("Ann",), licence="CC BY-NC 4.0")
        write_tags(path, tags)
    settings = load_settings({}, home=place / "home", jobs=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.ingest.Embedder", StubEar)
        with open_engine(settings, embedder=StubEar()) as engine:
            assert index_whole(engine, [place / "music"]).fingerprinted == 2
    return place / "home"


@pytest.fixture(scope="module")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mix with ten seconds of One, all of Two coded anew, another song, and what is no sound."""
    folder = tmp_path_factory.mktemp("uploads")
    mix = notes(7, 0, 40)
    mix[15 * RATE : 25 * RATE] += notes(1, 12, 22)
    write(folder / "mix.mp3", mix, Tags(title="Mix", licence="CC BY 4.0"))
    (folder / "sub").mkdir()
    write(folder / "sub" / "again.mp3", notes(2, 0, 30), Tags(licence="CC BY-NC 4.0"))
    write(folder / "sub" / "other.flac", notes(9, 0, 20), Tags(title="=1+1"))
    (folder / "text.mp3").write_text("hello, this is text\n" * 100)
    (folder / "empty.flac").write_bytes(b"")
    (folder / "noise.ogg").write_bytes(np.random.default_rng(1).bytes(50_000))
    return folder


@pytest.fixture
def check(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    def run(*arguments: object, status: int = 0, home: Path = indexed) -> Result:
        words = ["rights", "check", *map(str, arguments), "--home", str(home), "--jobs", "1"]
        result = CliRunner().invoke(cli, words)
        assert result.exit_code == status, result.output
        return result

    return run


def notes(seed: int, start: float, end: float) -> FloatArray:
    return random_notes(seed, end, RATE)[round(start * RATE) :]


def write(path: Path, sound: FloatArray, tags: Tags) -> Path:
    write_audio(path, np.clip(sound, -1, 1)[:, None], RATE)
    write_tags(path, tags)
    return path


def test_a_folder_is_checked_from_end_to_end(check: Check, uploads: Path, tmp_path: Path) -> None:
    table, page = tmp_path / "found.csv", tmp_path / "found.html"
    result = check(uploads, "--json", "--csv", table, "--html", page)
    told = json.loads(result.stdout)
    assert (told["among"], told["among_music"], told["stopped"]) == (2, 2, False)
    assert "no verdict" in told["evidence"]
    files = {Path(each["file"]).name: each for each in told["files"]}
    assert [name for name, each in files.items() if each["trouble"]] == [
        "empty.flac",
        "noise.ogg",
        "text.mp3",
    ]
    (mixed,) = [each for each in files["mix.mp3"]["findings"] if each["kind"] == "contains"]
    assert (mixed["track"]["title"], mixed["verdict"]) == ("One", "certain")
    (stretch,) = mixed["shared"]
    assert (stretch["start"], stretch["end"]) == (
        pytest.approx(15, abs=1),
        pytest.approx(25, abs=1),
    )
    assert stretch["track_start"] - stretch["start"] == pytest.approx(-3, abs=0.1)
    assert {(each["field"], each["relation"]) for each in mixed["rights"]} == {
        ("licence", "contradict")
    }
    (again,) = files["again.mp3"]["findings"]
    assert (again["kind"], again["track"]["title"]) == ("same recording", "Two")
    assert [each["relation"] for each in again["rights"]] == ["agree"]
    assert files["other.flac"]["findings"] == []

    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {Path(row["file"]).name for row in rows} == set(files)
    html = page.read_text()
    assert html.count("data:audio/mpeg;base64,") == 2 * sum(
        len(each["findings"]) for each in files.values()
    )
    assert "<script" not in html


def test_one_file_is_told_in_words(check: Check, uploads: Path) -> None:
    said = check(uploads / "sub" / "again.mp3").stdout
    assert "  Same recording as Two by Ann [2] (certain)\n" in said
    assert "licence: CC BY-NC 4.0 (file), CC BY-NC 4.0 (track): agree" in said
    assert "evidence for a person and no verdict" in said


def test_nothing_found_is_three(check: Check, uploads: Path) -> None:
    said = check(uploads / "sub" / "other.flac", status=3).stdout
    assert "  Nothing found.\n" in said


def test_what_cannot_be_told_is_one(check: Check, uploads: Path, tmp_path: Path) -> None:
    result = check(uploads / "text.mp3", status=1)
    assert "holds text" in result.stderr
    assert "There is nothing at" in check(tmp_path / "gone", status=1).stderr
    assert "No audio file there." in check(tmp_path, status=1).stdout
    lonely = check(uploads / "sub" / "other.flac", status=1, home=tmp_path / "home")
    assert "run `mir index`" in lonely.stderr


def test_files_that_are_there_are_not_written_over(
    check: Check, uploads: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there.csv"
    there.write_text("mine")
    path = uploads / "sub" / "other.flac"
    assert "--force" in check(path, "--csv", there, status=2).stderr
    assert there.read_text() == "mine"
    check(path, "--csv", there, "--force", status=3)
    assert "nothing found" in there.read_text()
    lost = tmp_path / "no folder" / "a.html"
    assert "cannot be written" in check(path, "--html", lost, status=1).stderr


def test_time_spent_comparing_is_not_a_workers(
    indexed: Path, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    real = Checker.check

    def long(checker: Checker, file: HeardFile) -> Checked:
        nonlocal now
        now += 10_000
        return real(checker, file)

    monkeypatch.setattr(Checker, "check", long)
    with open_engine(load_settings({}, home=indexed, jobs=1), embedder=StubEar()) as engine:
        report = check_files(engine, uploads, clock=lambda: now)
    assert (len(report.files), report.failed) == (6, 3)


def test_progress_tells_of_every_file_and_a_stop_ends_early(indexed: Path, uploads: Path) -> None:
    told: list[Progress] = []
    with open_engine(load_settings({}, home=indexed, jobs=1), embedder=StubEar()) as engine:
        report = check_files(engine, uploads, progress=told.append)
        assert (len(report.files), report.stopped) == (6, False)
        assert [each.done for each in told] == [1, 2, 3, 4, 5, 6]
        assert {each.total for each in told} == {6}
        assert told[-1].failures == 3
        early = check_files(engine, uploads, stop=lambda: True)
        assert (early.files, early.stopped) == ((), True)
