import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from small_library import song, write_audio
from stub_embedder import StubEmbedder

from indexer.cli import cli
from mir.evaluation.kept import kept
from mir.model.embedder import Embedder


@pytest.fixture
def labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twelve songs, two for each of two artists of three labels, and a file that is no audio."""
    monkeypatch.setattr(Embedder, "load", lambda path=None: StubEmbedder())
    monkeypatch.setenv("MIR_HOME", str(tmp_path / "home"))
    folder = tmp_path / "twelve"
    folder.mkdir()
    rows = []
    for number in range(12):
        name = f"{number}.flac"
        write_audio(folder / name, song(number, 2.0, 16_000, 1), 16_000)
        label = ("rock", "jazz", "gamelan")[number % 3]
        split = "test" if number >= 6 else "train"
        rows.append((name, split, label, "", f"artist {number % 3} {split}"))
    (folder / "broken.flac").write_bytes(b"no audio")
    rows.append(("broken.flac", "test", "rock", "", ""))
    with (folder / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "split", "label", "sublabel", "artist"), *rows])
    return folder / "labels.csv"


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["evaluate", *arguments, "--jobs", "1"])


def test_similarity_prints_the_model_beside_chance_and_mfcc(labels: Path) -> None:
    result = run("similarity", str(labels))

    assert result.exit_code == 0, result.output
    assert "## twelve: 6 queries among 12 tracks" in result.stdout
    for name in ("random", "MFCC", "mir"):
        assert f"| {name} " in result.stdout
    assert "broken.flac: " in result.stdout
    assert max(len(line) for line in result.stdout.splitlines() if line.startswith("|")) <= 80


def test_similarity_speaks_json_and_writes_markdown(labels: Path, tmp_path: Path) -> None:
    output = tmp_path / "report.md"

    result = run("similarity", str(labels), "--json", "--output", str(output))

    read = json.loads(result.stdout)
    (kept_one,) = kept(tmp_path / "home")
    assert (kept_one.kind, kept_one.report) == ("similarity", read)
    first, nearest, hubs, excerpts = read["tables"]
    assert read["model"]["id"] == "stub"
    assert {row["vectors"] for row in first["rows"]} >= {"random", "MFCC", "mir"}
    assert first["rows"][0]["label P@10"]["n"] == 6
    assert nearest["rows"][0]["at"] == "P@1"
    assert hubs["rows"][-1]["skewness"]["method"] == "bootstrap"
    assert excerpts["rows"][-1]["heard @1"]["n"] == 6
    assert "| MFCC " in output.read_text()


def test_genre_judges_only_labels_that_the_model_knows(labels: Path) -> None:
    result = run("genre", str(labels), "--json")

    assert result.exit_code == 0, result.output
    summary, *_ = json.loads(result.stdout)["tables"]
    assert summary["title"] == "twelve: 4 tracks of 2 genres"  # rock and jazz, not gamelan
    assert [row["genre by"] for row in summary["rows"]] == ["random", "majority", "MFCC", "mir"]
    assert summary["rows"][-1]["accuracy"]["n"] == 4


def test_other_models_stand_beside(labels: Path) -> None:
    result = run("genre", str(labels), "--json", "--beside", "old.onnx", "--beside", "older.onnx")

    assert result.exit_code == 0, result.output
    read = json.loads(result.stdout)
    names = [row["genre by"] for row in read["tables"][0]["rows"]]
    assert names[-3:] == ["stub", "stub stub", "mir"]  # each file of that name has a row
    assert read["model"]["beside stub"] == "stub"


def test_a_report_in_html_has_pictures(labels: Path, tmp_path: Path) -> None:
    output = tmp_path / "report.html"

    result = run("genre", str(labels), "--output", str(output))

    assert result.exit_code == 0, result.output
    page = output.read_text(encoding="utf-8")
    assert page.count("<svg ") == 4
    assert "confusion matrix" in page


def test_a_report_that_cannot_be_written_is_refused_before_listening(labels: Path) -> None:
    result = run("genre", str(labels), "--output", "report.pdf")

    assert result.exit_code == 2
    assert "neither in .md nor in .html" in " ".join(result.stderr.split())


def test_missing_plots_are_told_before_listening(
    labels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    result = run("genre", str(labels), "--output", "report.html")

    assert result.exit_code == 1
    assert "pip install 'mir[evaluate]'" in result.stderr
    assert not result.stdout


@pytest.fixture
def votes(labels: Path) -> Path:
    path = labels.parent / "votes.csv"
    rows = [
        (f"{n}.flac", "test" if n >= 6 else "train", f"artist {n}", n / 12, n % 2, "x")
        for n in range(12)
    ]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("file", "split", "artist", "joy", "piano", "note"), *rows])
    return path


def test_tags_are_held_against_votes(votes: Path) -> None:
    result = run("tags", str(votes), "--match", "joy=happy", "--json")

    assert result.exit_code == 0, result.output
    auc, _, correlation, unmatched = json.loads(result.stdout)["tables"]
    assert auc["rows"][0]["votes"] == "piano"
    assert auc["rows"][0]["mir"]["value"] == 0.5  # the stub hears a piano in everything
    assert correlation["rows"][0]["votes"] == "joy = happy"
    assert correlation["rows"][0]["n"] == 6
    assert unmatched["rows"] == [{"column": "note", "why": "no such name"}]


@pytest.mark.parametrize(
    ("match", "status", "hint"),
    [("joy", 2, "is no COLUMN=NAME"), ("joy=hapy", 1, "knows no 'hapy'")],
)
def test_a_wrong_match_is_told(votes: Path, match: str, status: int, hint: str) -> None:
    result = run("tags", str(votes), "--match", match)

    assert result.exit_code == status
    assert hint in result.stderr


def test_a_wrong_csv_is_one_line_of_complaint(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("song,genre\n")

    result = run("similarity", str(path))

    assert result.exit_code == 1
    assert "lacks the column" in result.stderr
    assert "Traceback" not in result.output


def test_labels_must_be_named() -> None:
    assert run("similarity").exit_code == 2
