"""`mir duplicates`: from an index run over real files to the words, JSON and CSV."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from indexer.cli import cli
from tests.copied_library import CUT, SECONDS, copied_library

Mir = Callable[..., Result]


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied_library(tmp_path_factory.mktemp("copied"))


@pytest.fixture
def mir(copied: Path) -> Mir:
    def run(*arguments: object, status: int = 0, home: Path = copied) -> Result:
        words = ["duplicates", *map(str, arguments), "--home", str(home)]
        result = CliRunner().invoke(cli, words)
        assert result.exit_code == status, result.output
        return result

    return run


def told(mir: Mir, *arguments: object) -> Any:
    return json.loads(mir(*arguments, "--json").stdout)


def files(group: dict[str, Any]) -> list[str]:
    return [Path(copy["file"]).name for copy in group["copies"]]


def test_counts_come_first_then_each_kind_apart(mir: Mir) -> None:
    lines = mir().stdout.splitlines()
    assert [line.split()[-1] for line in lines[:4]] == ["1", "1", "0", "1"]
    assert lines[4] == "Nothing is changed, merged or deleted."
    headings = [line for line in lines if line in ("Same recording", "Excerpts", "Shared sound")]
    assert headings == ["Same recording", "Excerpts", "Shared sound"]
    rows = [line for line in lines if "/music/" in line]
    names = ["a.flac", "again.flac", "b.mp3", "c.ogg"]
    assert all(f"/music/{name} " in row for name, row in zip(names, rows, strict=True))
    assert "to keep: " in rows[0]
    assert "flac · " in rows[0]
    assert " kbit/s · 22.05 kHz" in rows[0]
    assert "its sound is equal bit for bit" in rows[1]
    assert "0:00-0:40 is 0:00-0:40 of 1" in rows[2]
    assert "100% of one, 100% of the other" in rows[2]
    (cut,) = (line for line in lines if "Jingle" in line)
    assert "0:00-0:18 · 0:12-0:30" in cut


def test_json_has_the_evidence(mir: Mir) -> None:
    found = told(mir)
    assert found["counts"] == {"same": 1, "excerpt": 1, "version": 0, "shared": 1}
    assert (found["waiting"], found["total"], found["offset"]) == (0, 3, 0)
    (group,) = found["groups"]
    assert files(group) == ["a.flac", "again.flac", "b.mp3", "c.ogg"]
    assert [copy["codec"] for copy in group["copies"]] == ["flac", "flac", "mp3", "vorbis"]
    assert [copy["lossless"] for copy in group["copies"]] == [True, True, False, False]
    kept = group["copies"][0]["track"]["id"]
    assert {each["second"] for each in group["evidence"]} == {kept}
    excerpt, shared = found["pairs"]
    assert (excerpt["relation"], shared["relation"]) == ("excerpt", "shared")
    assert (excerpt["first"]["title"], excerpt["second"]["id"]) == ("Jingle", kept)
    evidence = excerpt["evidence"]
    assert evidence["offset"] == pytest.approx(CUT[0], abs=0.1)
    assert evidence["first_share"] > 0.95
    assert evidence["second_share"] == pytest.approx((CUT[1] - CUT[0]) / SECONDS, abs=0.05)
    (stretch,) = evidence["stretches"]
    assert stretch["second_end"] == pytest.approx(CUT[1], abs=0.5)


def test_one_kind_and_one_part_of_the_list(mir: Mir) -> None:
    alone = told(mir, "--kind", "excerpt")
    assert (alone["groups"], len(alone["pairs"]), alone["total"]) == ([], 1, 1)
    assert alone["counts"]["same"] == 1
    second = told(mir, "--limit", "1", "--offset", "1")
    assert second["pairs"] == alone["pairs"]
    assert (second["groups"], second["total"], second["offset"]) == ([], 3, 1)
    said = mir("--limit", "1").stdout.splitlines()
    assert said[-1] == "1 to 1 of 3; go on with --offset 1."
    assert "Excerpts" not in said


def test_what_one_track_is_to_others(mir: Mir) -> None:
    lines = mir("--track", "Jingle").stdout.splitlines()
    assert len(lines) == 4
    assert all("holds all of it" in line and "0:12-0:30" in line for line in lines[1:])
    found = told(mir, "--track", "Track 7")["related"]
    assert [each["relation"] for each in found] == ["same", "same", "excerpt", "shared"]
    (cut,) = (each for each in found if each["relation"] == "excerpt")
    assert (cut["track"]["title"], cut["part"]) == ("Jingle", cut["track"]["id"])
    assert found[0]["part"] is None
    assert "likeness" not in mir("--track", "Other").stdout
    assert mir("--track", "Other").stdout == "No other track shares sound or music with it.\n"


def test_a_track_that_is_not_there_is_one_line(mir: Mir) -> None:
    result = mir("--track", "Nobody", status=1)
    assert result.stderr.count("\n") == 1
    assert "Nobody" in result.stderr
    assert "--track" in mir("--track", "Other", "--kind", "same", status=2).stderr
    assert "--csv does" in mir("--track", "Other", "--csv", "x.csv", status=2).stderr


def test_a_table_for_spreadsheets(mir: Mir, tmp_path: Path) -> None:
    path = tmp_path / "found.csv"
    assert mir("--csv", path).stdout == f"6 rows are in {path}.\n"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["relation"] for row in rows] == [*["same recording"] * 4, "excerpt", "shared sound"]
    assert [row["keep"] for row in rows] == ["yes", "", "", "", "", ""]
    assert [row["group"] for row in rows[:4]] == ["1"] * 4
    assert Path(rows[2]["path"]).name == "b.mp3"
    # What a spreadsheet would work out stands as text.
    assert (rows[2]["title"], rows[2]["artists"]) == ("'=Song", "'@nn")
    assert float(rows[4]["offset"]) == pytest.approx(CUT[0], abs=0.1)
    assert float(rows[5]["offset"]) == pytest.approx(30.0, abs=0.1)
    assert mir("--csv", path, status=2).stderr.endswith("or add --force.\n")
    assert "--limit" in mir("--csv", path, "--force", "--limit", 3, status=2).stderr
    only = told(mir, "--csv", path, "--force", "--kind", "shared")
    assert only == {"file": str(path), "rows": 1}
    assert mir("--csv", tmp_path / "no" / "x.csv", status=1).stderr.count("\n") == 1


def test_a_library_that_was_not_compared_names_the_remedy(
    mir: Mir, indexed_home: tuple[Path, Path]
) -> None:
    result = mir(home=indexed_home[0])
    assert "Nothing is there twice" in result.stdout
    assert "4 tracks are not compared yet; run `mir index`." in result.stderr


def test_nothing_is_changed(mir: Mir, copied: Path) -> None:
    def state() -> list[tuple[str, int]]:
        music = copied.parent / "music"
        return sorted((each.name, each.stat().st_mtime_ns) for each in music.iterdir())

    before, found = state(), told(mir)
    for arguments in ((), ("--kind", "same"), ("--track", "1")):
        mir(*arguments)
    assert (state(), told(mir)) == (before, found)
